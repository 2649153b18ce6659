#ifndef OAUTH2_RS_TOKEN_BEARER_H
#define OAUTH2_RS_TOKEN_BEARER_H

#include <string_view>
#include <vector>

#include "base/result.h"

namespace oauth2_rs {

/*
 * The access token in the values of a request's Authorization header lines (RFC 6750 section 2.1):
 * a view of the one value, never empty. It is not validated here.
 */
Result<std::string_view> bearer_token(const std::vector<std::string_view>& authorization);

}  // namespace oauth2_rs

#endif
