#include "jose/jws.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/base64url.h"
#include "jose/json.h"

namespace oauth2_rs {

std::size_t count_parts(std::string_view token) {
    return static_cast<std::size_t>(std::count(token.begin(), token.end(), '.')) + 1;
}

namespace {

struct Dots {
    std::size_t first;
    std::size_t second;
};

/* Of a token of three parts. */
std::optional<Dots> find_dots(std::string_view token) {
    const auto first = token.find('.');
    const auto second = token.find('.', first + 1);  // from the start where there is no first
    if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos) {
        return std::nullopt;
    }
    return Dots{first, second};
}

}  // namespace

std::string_view encoded_payload(std::string_view token) {
    const auto dots = find_dots(token);
    return dots ? token.substr(dots->first + 1, dots->second - dots->first - 1)
                : std::string_view();
}

Result<Jws> parse_jws(std::string_view token, const JoseHeaderMemory& known) {
    const auto dots = find_dots(token);
    if (!dots) {
        return Denial{Code::kMalformedToken, "a signed token has three parts"};
    }
    const auto [first, second] = *dots;
    const std::string_view encoded_header = token.substr(0, first);
    auto header = known.parse(encoded_header);
    if (!header.ok()) {
        return header.error();
    }
    Jws jws{std::move(header.value()), encoded_header, token.substr(0, second), {}, {}};
    // RFC 7515 knows no "zip"; the gateway's issuer writes "NONE".
    if (jws.header.zip != nullptr && json_text(jws.header.zip) != "NONE") {
        return Denial{Code::kUnsupportedHeader, "its header holds \"zip\""};
    }
    if (!decode_base64url(token.substr(first + 1, second - first - 1), &jws.payload)) {
        return Denial{Code::kMalformedToken, "its payload is no base64url"};
    }
    if (!decode_base64url(token.substr(second + 1), &jws.signature)) {
        return Denial{Code::kMalformedToken, "its signature is no base64url"};
    }
    return jws;
}

}  // namespace oauth2_rs
