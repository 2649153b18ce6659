#ifndef OAUTH2_RS_SECRET_PKCS12_H
#define OAUTH2_RS_SECRET_PKCS12_H

#include <string>
#include <vector>

#include "base/handles.h"
#include "base/result.h"
#include "base/secret_bytes.h"
#include "jose/key.h"

namespace oauth2_rs {

/* What stands in a keystore under one alias (PKCS#12's friendlyName): one of the two. */
struct KeystoreEntry {
    std::string alias;
    PublicKeyHandle key;  // a private key, or the public one of a certificate; or nullptr
    bool is_private = false;
    SecretBytes secret;                // a symmetric key, as Java's keytool stores it; or empty
    KeyPurposes purposes{true, true};  // for which its certificate, if any, may be used
};

/*
 * The entries of a PKCS#12 file (RFC 7292), keys before certificates. A certificate with the alias
 * of a key says what that is for (RFC 5280 section 4.2.1.3), and nothing else of a certificate is
 * looked at: an expired one's key still counts.
 */
Configured<std::vector<KeystoreEntry>> open_keystore(const SecretBytes& content,
                                                     const SecretBytes& password);

}  // namespace oauth2_rs

#endif
