#ifndef OAUTH2_RS_JOSE_JOSE_HEADER_H
#define OAUTH2_RS_JOSE_JOSE_HEADER_H

#include <optional>
#include <string_view>

#include "base/handles.h"
#include "base/result.h"

namespace oauth2_rs {

/*
 * What a JOSE header (RFC 7515 section 4) says that counts here. Keys and addresses of keys in it
 * ("jwk", "jku", "x5u", "x5c") are never looked at. The views live as long as `json`.
 */
struct JoseHeader {
    JsonHandle json;
    std::string_view alg;  // empty where it is missing or no text: then no algorithm has that name
    std::optional<std::string_view> kid;
    const json_t* typ = nullptr;  // as it came; nullptr where it is missing
    const json_t* zip = nullptr;
};

/* Decodes and reads a header; refuses any "crit" (RFC 7515 section 4.1.11: we know none). */
Result<JoseHeader> parse_jose_header(std::string_view encoded);

/* The same header once more; the two own `json` together. */
JoseHeader share(const JoseHeader& header);

}  // namespace oauth2_rs

#endif
