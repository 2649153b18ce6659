#ifndef OAUTH2_RS_TOKEN_CACHED_TOKEN_H
#define OAUTH2_RS_TOKEN_CACHED_TOKEN_H

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "token/access_token.h"

namespace oauth2_rs {

/* A token as it stands in the cache all workers share: plain bytes, without pointers. */
struct CachedToken {
    ResolvedToken token;
    std::int64_t stored_ms;  // when it was judged
};

std::string encode_cached_token(const ResolvedToken& token, std::int64_t stored_ms);

/* Nothing where the bytes are not of encode_cached_token()'s making. */
std::optional<CachedToken> decode_cached_token(std::string_view bytes);

}  // namespace oauth2_rs

#endif
