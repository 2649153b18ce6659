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

/*
 * `text` is the token itself. Where its payload is all that `token` says, that isn't kept a second
 * time.
 */
std::string encode_cached_token(std::string_view text, const ResolvedToken& token,
                                std::int64_t stored_ms);

/*
 * `text` is the very same, and outlives what is returned. Nothing where the bytes are not of
 * encode_cached_token()'s making.
 */
std::optional<CachedToken> decode_cached_token(std::string_view text, std::string_view bytes);

}  // namespace oauth2_rs

#endif
