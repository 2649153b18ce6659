#ifndef OAUTH2_RS_TOKEN_SCOPE_H
#define OAUTH2_RS_TOKEN_SCOPE_H

#include <string_view>
#include <vector>

#include "base/handles.h"
#include "base/result.h"

namespace oauth2_rs {

/*
 * The scopes that the claims grant: "scope", or "scp" where there is none; a JSON array, or text
 * with spaces between (RFC 9068 section 2.2.3.1, RFC 7662 section 2.2). Views of the claims.
 */
Result<std::vector<std::string_view>> granted_scopes(const json_t* claims);

/*
 * The scopes a location requires: each value holds one or more, separated by spaces (RFC 6749
 * section 3.3). A value that holds none, or a character no scope may have, is a denial.
 */
Result<std::vector<std::string_view>> required_scopes(const std::vector<std::string_view>& values);

/* Whether each of the scopes stands in the text, in which spaces separate them. */
bool grants_all(std::string_view granted, const std::vector<std::string_view>& required);

}  // namespace oauth2_rs

#endif
