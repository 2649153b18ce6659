#ifndef OAUTH2_RS_SECRET_PKCS12_H
#define OAUTH2_RS_SECRET_PKCS12_H

#include <string>
#include <vector>

#include "base/handles.h"
#include "base/result.h"
#include "base/secret_bytes.h"

namespace oauth2_rs {

/* What stands in a keystore under one alias (PKCS#12's friendlyName): one of the two. */
struct KeystoreEntry {
    std::string alias;
    PublicKeyHandle key;  // a private key, or the public one of a certificate; or nullptr
    bool is_private = false;
    SecretBytes secret;  // a symmetric key, as Java's keytool stores it; or empty
};

/*
 * The entries of a PKCS#12 file (RFC 7292), keys before certificates. A certificate with the alias
 * of a key adds nothing, and none is judged: an expired one's key still counts.
 */
Configured<std::vector<KeystoreEntry>> open_keystore(const SecretBytes& content,
                                                     const SecretBytes& password);

}  // namespace oauth2_rs

#endif
