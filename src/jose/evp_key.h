#ifndef OAUTH2_RS_JOSE_EVP_KEY_H
#define OAUTH2_RS_JOSE_EVP_KEY_H

#include "base/handles.h"
#include "base/secret_bytes.h"
#include "jose/algorithm.h"

namespace oauth2_rs {

/* The numbers of an RSA key, named as in RFC 7518 section 6.3; private ones may be empty. */
struct RsaNumbers {
    SecretBytes n;
    SecretBytes e;
    SecretBytes d;  // empty: a public key
    SecretBytes p;  // this and what follows: all empty, or none
    SecretBytes q;
    SecretBytes dp;
    SecretBytes dq;
    SecretBytes qi;
};

/*
 * Keys of OpenSSL, made of numbers. nullptr where these make none: a point off its curve, a private
 * half that doesn't belong to the public one. OpenSSL's error queue is left empty.
 */
PublicKeyHandle make_rsa_key(const RsaNumbers& numbers);

/* `traits` is of that key type; `d` empty: a public key. */
PublicKeyHandle make_ec_key(const CurveTraits& traits, const SecretBytes& x, const SecretBytes& y,
                            const SecretBytes& d);
PublicKeyHandle make_okp_key(const CurveTraits& traits, const SecretBytes& x, const SecretBytes& d);

/* Whether a key can do more than everybody can. */
bool has_private_half(const evp_pkey_st* key);

}  // namespace oauth2_rs

#endif
