#ifndef OAUTH2_RS_JOSE_JWK_H
#define OAUTH2_RS_JOSE_JWK_H

#include <optional>
#include <string>

#include "base/result.h"
#include "jose/key.h"

namespace oauth2_rs {

/* Why a JWK gives no key. */
struct JwkProblem {
    // RFC 7517 section 5: keys of kinds we don't know, or for other uses, are passed over.
    bool ignorable = false;
    std::string message;
    KeyPurposes purposes = {true, true};  // that it would have served
};

/*
 * One JSON Web Key (RFC 7517 section 4, RFC 7518 section 6, RFC 8037 section 2). The private half
 * is looked at where the key may decrypt, and must then belong to the public one. Points off their
 * curve are refused. The key serves no purpose that isn't wanted.
 */
Result<KeyPointer, JwkProblem> parse_jwk(const json_t* jwk, KeyPurposes wanted = {true, true});

/* Whether the JWK holds what nobody but its owner may read. */
bool is_private_jwk(const json_t* jwk);

/* The sender's half of a key agreement. */
struct EphemeralKey {
    Curve curve;
    PublicKeyHandle key;
};

/*
 * "epk" of a JWE's header (RFC 7518 section 4.6.1.1, RFC 8037 section 3.2). Nothing where it is no
 * public key on a curve that keys are agreed on, or holds a private half.
 */
std::optional<EphemeralKey> parse_ephemeral_key(const json_t* jwk);

}  // namespace oauth2_rs

#endif
