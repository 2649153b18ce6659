#ifndef MINT_KEYSTORE_H
#define MINT_KEYSTORE_H

#include <string>
#include <vector>

#include "handles.h"
#include "keys.h"

namespace oauth2_rs::mint {

struct KeystoreEntry {
    std::string alias;        // PKCS #9's friendlyName
    Key key;                  // private or oct
    Certificate certificate;  // null: one of no further use is made, since PKCS #12 wants one
};

/*
 * A PKCS #12 file (RFC 7292) as Java's keytool writes it: private keys with their certificates,
 * and oct keys as secret bags that hold an encrypted PKCS #8 key.
 */
std::string keystore(const std::vector<KeystoreEntry> &entries, const std::string &password);

}  // namespace oauth2_rs::mint

#endif
