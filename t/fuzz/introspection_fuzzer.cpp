// Answers of an introspection endpoint, through the whole of the shim. Lines of the input: words
// that set what is demanded, the status and the media type among them; the token; and the rest is
// the answer's body. What is granted is compared with an oracle.

#include <algorithm>
#include <memory>

#include "../unit/fakes.h"
#include "bench.h"
#include "claims_oracle.h"
#include "fuzz.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fuzz;

namespace {

const Bench& bench_for(const Demands& demands, bool caches) {
    static std::unique_ptr<const Bench> benches[2][2][2];
    auto& bench =
        benches[demands.wants_audience ? 1 : 0][demands.skew_ms > 0 ? 1 : 0][caches ? 1 : 0];
    if (!bench) {
        Rules rules;
        rules.protection = Protection::kIntrospected;
        rules.wants_audience = demands.wants_audience;
        rules.skew_ms = demands.skew_ms;
        rules.caches = caches;
        bench = std::make_unique<const Bench>("", std::vector<std::string>(), rules);
    }
    return *bench;
}

/* They end the header's value, and are no part of it. */
std::string_view without_trailing_blanks(std::string_view text) {
    return text.substr(0, text.find_last_not_of(" \t") + 1);
}

/* RFC 6750 section 2.1. */
bool is_b64token(std::string_view token) {
    constexpr std::string_view kCharacters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/";
    const auto end = token.find_last_not_of('=');
    return end != std::string_view::npos &&
           token.substr(0, end + 1).find_first_not_of(kCharacters) == std::string_view::npos;
}

/* The token is asked about by a form that says nothing else (RFC 7662 section 2.1). */
void require_asked_about(std::string_view token, const std::string& form) {
    std::string decoded;
    for (std::size_t at = 0; at < form.size(); ++at) {
        const bool escaped = form[at] == '%' && at + 2 < form.size();
        decoded +=
            escaped ? static_cast<char>(std::stoi(form.substr(at + 1, 2), nullptr, 16)) : form[at];
        at += escaped ? 2 : 0;
    }
    require(decoded == "token=" + std::string(token) + "&token_type_hint=access_token",
            "the token is asked about, and nothing else");
    require(std::count(form.begin(), form.end(), '&') == 1 &&
                std::count(form.begin(), form.end(), '=') == 2,
            "a token adds nothing to the form");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view body = text_of(data, size);
    const std::string_view words = take_line(&body);
    const std::string_view token = without_trailing_blanks(take_line(&body));
    const Demands demands = demands_of(words);
    static const std::string kCertificate = fakes::encode_base64(client_der());
    const std::string credentials = "Bearer " + std::string(token);
    Host host;
    host.certificate = demands.presented_thumbprint.empty() ? "" : kCertificate;
    host.status = has(words, "broken") ? 0 : has(words, "created") ? 201 : 200;
    host.media_type = has(words, "html")   ? "text/html"
                      : has(words, "JSON") ? "Application/JSON"
                                           : "application/json";
    host.body = body;
    Exchange exchange;
    exchange.confirmation = demands.confirmation;
    exchange.authorization = {credentials};
    if (!demands.scope.empty()) {
        exchange.scopes = {demands.scope};
    }
    const Outcome outcome = judge(bench_for(demands, has(words, "cache")), host, exchange);
    const bool expected = is_b64token(token) && host.status == 200 && !has(words, "html") &&
                          is_to_be_granted(body, demands);
    require(outcome.granted == expected,
            "what the documentation says is granted, and nothing else");
    if (!host.form.empty()) {
        require_asked_about(token, host.form);
    }
    return 0;
}
