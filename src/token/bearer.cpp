#include "token/bearer.h"

#include "base/strings.h"

namespace oauth2_rs {

Result<std::string_view> bearer_token(std::string_view value, std::size_t count) {
    if (count > 1) {
        return Denial{Code::kMultipleTokens, "there is more than one Authorization header"};
    }
    if (count == 0) {
        return Denial{Code::kNoToken, "there is no Authorization header"};
    }
    value = trim(value);
    const auto space = value.find(' ');
    if (space == std::string_view::npos ||
        !equals_ignoring_case(value.substr(0, space), "Bearer")) {
        return Denial{Code::kNoToken, "the Authorization header holds no bearer token"};
    }
    return value.substr(space + 1);
}

}  // namespace oauth2_rs
