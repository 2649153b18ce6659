#ifndef OAUTH2_RS_TOKEN_BEARER_H
#define OAUTH2_RS_TOKEN_BEARER_H

#include <cstddef>
#include <string_view>

#include "base/result.h"

namespace oauth2_rs {

/*
 * The access token in a request's Authorization header (RFC 6750 section 2.1), of which there are
 * `count` and `value` is the first one's: a view of it, never empty. It is not validated here.
 */
Result<std::string_view> bearer_token(std::string_view value, std::size_t count);

}  // namespace oauth2_rs

#endif
