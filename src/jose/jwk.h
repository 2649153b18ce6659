#ifndef OAUTH2_RS_JOSE_JWK_H
#define OAUTH2_RS_JOSE_JWK_H

#include <string>

#include "base/result.h"
#include "jose/key.h"

namespace oauth2_rs {

/* Why a JWK gives no key. */
struct JwkProblem {
    // RFC 7517 section 5: keys of kinds we don't know, or for other uses, are passed over.
    bool ignorable = false;
    std::string message;
};

/*
 * The verification half of one JSON Web Key (RFC 7517 section 4, RFC 7518 section 6, RFC 8037
 * section 2). Private members are not looked at. Points off their curve are refused.
 */
Result<KeyPointer, JwkProblem> parse_jwk(const json_t* jwk);

/* Whether the JWK holds what nobody but its owner may read. */
bool is_private_jwk(const json_t* jwk);

}  // namespace oauth2_rs

#endif
