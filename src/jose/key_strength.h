#ifndef OAUTH2_RS_JOSE_KEY_STRENGTH_H
#define OAUTH2_RS_JOSE_KEY_STRENGTH_H

#include "base/secret_bytes.h"

struct evp_pkey_st;

namespace oauth2_rs {

/* Each returns why the key must not be trusted, as a clause for a message, or nullptr. */

/*
 * RFC 7518 section 3.3 (2048 bits at least), exponents that make every signature good or none, and
 * the factorable moduli of CVE-2017-15361 (ROCA).
 */
const char* rsa_key_weakness(const evp_pkey_st* key);

/* Of Ed25519 and Ed448: points of a low order, with which a signature says nothing. */
const char* edwards_key_weakness(const evp_pkey_st* key);

/* Of a key that signs, RFC 7518 section 3.2: no shorter than the hash, so 32 bytes at the least. */
const char* symmetric_key_weakness(const SecretBytes& secret);

/* The text or DER of a public key is no secret: whoever can read it could sign or encrypt. */
const char* secret_content_weakness(const SecretBytes& secret);

}  // namespace oauth2_rs

#endif
