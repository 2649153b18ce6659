// The values of Authorization header lines, one a line of the input.

#include "fuzz.h"
#include "token/bearer.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fuzz;

namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }

/* The token by the letter of RFC 6750 section 2.1, scheme in any case; empty where there is none.
 */
std::string_view expected_token(std::string_view value) {
    while (!value.empty() && is_blank(value.front())) {
        value.remove_prefix(1);
    }
    while (!value.empty() && is_blank(value.back())) {
        value.remove_suffix(1);
    }
    constexpr std::string_view kScheme = "bearer ";
    for (const char wanted : kScheme) {
        if (value.empty() || (value.front() != wanted && value.front() != wanted - ('a' - 'A'))) {
            return {};
        }
        // The space has no upper case.
        if (wanted == ' ' && value.front() != ' ') {
            return {};
        }
        value.remove_prefix(1);
    }
    return value;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::vector<std::string_view> values;
    for (std::string_view rest = text_of(data, size); !rest.empty();) {
        values.push_back(take_line(&rest));
    }
    const auto token =
        bearer_token(values.empty() ? std::string_view() : values.front(), values.size());
    const std::string_view expected =
        values.size() == 1 ? expected_token(values.front()) : std::string_view();
    require(token.ok() == !expected.empty(), "one bearer token is found, and nothing else");
    require(!token.ok() || token.value() == expected, "the token is what is behind the scheme");
    require(token.ok() || values.size() <= 1 || token.error().code == Code::kMultipleTokens,
            "several headers are told from none");
    return 0;
}
