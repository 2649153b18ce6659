#ifndef OAUTH2_RS_JOSE_PEM_H
#define OAUTH2_RS_JOSE_PEM_H

#include <string>

#include "base/result.h"
#include "jose/key.h"

namespace oauth2_rs {

/* A key that OpenSSL has decoded; refused where its type or curve is none of ours. */
Configured<KeyPointer> import_key(PublicKeyHandle key, KeyTerms terms);

/*
 * The key in the first PEM block of a text (RFC 7468): CERTIFICATE, PUBLIC KEY,
 * PRIVATE KEY and their older RSA and EC forms, or one of the gateway's symmetric labels (HMAC
 * SECRET KEY, AES SECRET KEY, GENERIC SECRET). An encrypted private key is refused, never asked
 * for. `is_private` is set where the block is nobody's but its owner's.
 */
Configured<KeyPointer> parse_pem(const SecretBytes& text, const std::string& name,
                                 bool* is_private);

}  // namespace oauth2_rs

#endif
