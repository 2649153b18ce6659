#ifndef OAUTH2_RS_TOKEN_CONFIRMATION_H
#define OAUTH2_RS_TOKEN_CONFIRMATION_H

#include "base/handles.h"
#include "base/request_context.h"

namespace oauth2_rs {

/* What "cnf" (RFC 7800 section 3) says about whom a token is bound to. */
struct Confirmation {
    enum class Kind : unsigned char { kUnsupported = 0, kNone, kMalformed, kThumbprint };

    Kind kind = Kind::kUnsupported;
    Thumbprint thumbprint{};  // kThumbprint only
};

/*
 * RFC 8705 section 3.1: "x5t#S256" must be the one method there is, since of a method we don't know
 * nobody can say whether it is satisfied.
 */
Confirmation read_confirmation(const json_t* claims);

}  // namespace oauth2_rs

#endif
