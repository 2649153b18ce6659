#ifndef OAUTH2_RS_JOSE_JWS_H
#define OAUTH2_RS_JOSE_JWS_H

#include <string>
#include <string_view>

#include "base/result.h"
#include "jose/jose_header.h"
#include "jose/jose_header_memory.h"

namespace oauth2_rs {

/* The parts of a compact JWS (RFC 7515 section 7.1), decoded but not yet believed. */
struct Jws {
    JoseHeader header;
    std::string_view encoded_header;  // a view of the token
    std::string_view signing_input;   // the same
    std::string payload;
    std::string signature;
};

/*
 * Takes a token apart. All three parts must be strict base64url; the header must be acceptable. The
 * signature may be empty: whether one is due is the caller's to know. `known` may spare the work of
 * reading the header.
 */
Result<Jws> parse_jws(std::string_view token, const JoseHeaderMemory& known = {});

/* The payload of a token of three parts as it stands there, a view; empty for other tokens. */
std::string_view encoded_payload(std::string_view token);

/* How many parts, separated by dots, a compact serialization has. */
std::size_t count_parts(std::string_view token);

}  // namespace oauth2_rs

#endif
