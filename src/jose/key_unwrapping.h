#ifndef OAUTH2_RS_JOSE_KEY_UNWRAPPING_H
#define OAUTH2_RS_JOSE_KEY_UNWRAPPING_H

#include <optional>
#include <string_view>

#include "base/secret_bytes.h"

struct evp_pkey_st;

namespace oauth2_rs {

/*
 * How a content encryption key comes out of a JWE's encrypted key. `cipher` and `digest` are
 * OpenSSL's names. Nothing where the key doesn't open it or the engine fails; its length is for the
 * caller to check.
 */

/* RFC 7518 section 4.3: OAEP and MGF1 with the same hash. */
std::optional<SecretBytes> unwrap_rsa_oaep(const char* digest, evp_pkey_st* key,
                                           std::string_view encrypted_key);

/* RFC 7518 section 4.4 (RFC 3394). */
std::optional<SecretBytes> unwrap_aes(const char* cipher, const SecretBytes& key,
                                      std::string_view encrypted_key);

/* RFC 7518 section 4.7. */
std::optional<SecretBytes> unwrap_aes_gcm(const char* cipher, const SecretBytes& key,
                                          std::string_view iv, std::string_view tag,
                                          std::string_view encrypted_key);

}  // namespace oauth2_rs

#endif
