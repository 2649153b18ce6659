#ifndef OAUTH2_RS_JOSE_CONTENT_DECRYPTION_H
#define OAUTH2_RS_JOSE_CONTENT_DECRYPTION_H

#include <optional>
#include <string_view>

#include "base/secret_bytes.h"

namespace oauth2_rs {

struct Jwe;

/*
 * Authenticated decryption by OpenSSL. All lengths have been checked before. Nothing where the
 * tag is wrong or the engine fails; what was decrypted until then is wiped.
 */

/* RFC 7518 section 5.1, whichever the "enc". `key` is as long as that wants. */
std::optional<SecretBytes> decrypt_content(const Jwe& jwe, const SecretBytes& key);

/* NIST SP 800-38D. `cipher` is OpenSSL's name. */
std::optional<SecretBytes> decrypt_aes_gcm(const char* cipher, const SecretBytes& key,
                                           std::string_view iv, std::string_view additional_data,
                                           std::string_view ciphertext, std::string_view tag);

}  // namespace oauth2_rs

#endif
