// Header and claims of tokens that the known key has signed, through the whole of the shim. The
// input's first line holds words that set what is demanded, its second line is the header, the rest
// are the claims. What is granted is compared with an oracle.

#include <memory>

#include "../unit/fakes.h"
#include "base/base64url.h"
#include "bench.h"
#include "claims_oracle.h"
#include "fuzz.h"
#include "jose/json.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fuzz;

namespace {

const fakes::Signer& known_signer() {
    static const fakes::Signer kSigner = fakes::Signer::oct(std::string(32, 'k'));
    return kSigner;
}

bool has(std::string_view words, std::string_view word) {
    return words.find(word) != std::string_view::npos;
}

Demands demands_of(std::string_view words) {
    static const std::string kThumbprint = client_thumbprint();
    Demands demands;
    demands.profile = has(words, "rfc9068") ? OAUTH2_RS_PROFILE_RFC9068
                      : has(words, "am")    ? OAUTH2_RS_PROFILE_AM
                                            : OAUTH2_RS_PROFILE_ANY;
    demands.confirmation = has(words, "bound")     ? OAUTH2_RS_CONFIRMATION_REQUIRED
                           : has(words, "unbound") ? OAUTH2_RS_CONFIRMATION_OFF
                                                   : OAUTH2_RS_CONFIRMATION_ON;
    demands.wants_audience = has(words, "audience");
    demands.skew_ms = has(words, "skew") ? 60'000 : 0;
    demands.scope = has(words, "scope") ? "read" : "";
    demands.presented_thumbprint = has(words, "certificate") ? kThumbprint : "";
    return demands;
}

/* The benches are few: each is made when it is wanted first. */
const Bench& bench_for(const Demands& demands, bool caches) {
    static std::unique_ptr<const Bench> benches[3][2][2][2];
    auto& bench = benches[demands.profile][demands.wants_audience ? 1 : 0]
                         [demands.skew_ms > 0 ? 1 : 0][caches ? 1 : 0];
    if (!bench) {
        Rules rules;
        rules.profile = demands.profile;
        rules.wants_audience = demands.wants_audience;
        rules.skew_ms = demands.skew_ms;
        rules.caches = caches;
        bench = std::make_unique<const Bench>(
            "base64", "known=" + fakes::encode_base64(std::string(32, 'k')), rules);
    }
    return *bench;
}

/* What goes upstream says what was signed, whatever way it was written. */
void require_same_claims(const Outcome& outcome, std::string_view claims) {
    const JsonHandle signed_ones = parse_json_object(claims);
    const JsonHandle given_ones = parse_json_object(outcome.claims);
    require(json_equal(signed_ones.get(), given_ones.get()) == 1,
            "the claims given are the claims signed");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view claims = text_of(data, size);
    const std::string_view words = take_line(&claims);
    const std::string_view header = take_line(&claims);
    const Demands demands = demands_of(words);
    const std::string credentials = "Bearer " + known_signer().token("HS256", header, claims);
    static const std::string kCertificate = fakes::encode_base64(client_der());
    Host host;
    host.certificate = demands.presented_thumbprint.empty() ? "" : kCertificate;
    Exchange exchange;
    exchange.confirmation = demands.confirmation;
    exchange.authorization = {credentials};
    if (!demands.scope.empty()) {
        exchange.scopes = {demands.scope};
    }
    const Bench& bench = bench_for(demands, has(words, "cache"));
    const Outcome first = judge(bench, host, exchange);
    const Outcome second = judge(bench, host, exchange);
    const bool expected = is_to_be_granted(header, claims, demands);
    require(first.granted == expected, "what the documentation says is granted, and nothing else");
    require(
        second.granted == expected && second.claims == first.claims && second.scope == first.scope,
        "a request that is made again is answered alike");
    if (first.granted) {
        require_same_claims(first, claims);
    }
    return 0;
}
