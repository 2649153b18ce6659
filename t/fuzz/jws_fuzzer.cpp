// Signed tokens, against a set with a key of each kind whose private halves nobody has any more.
// One token of each is known; it may be granted to the letter, and nothing else.

#include <algorithm>

#include "../unit/fakes.h"
#include "fuzz.h"
#include "token/stateless_access_token_resolver.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fuzz;

namespace {

struct Known {
    std::shared_ptr<fakes::FakeSecretStore> store = std::make_shared<fakes::FakeSecretStore>();
    std::vector<std::string> tokens = shared_lines("tokens");

    Known() {
        for (std::string& bound : shared_lines("bound_tokens")) {
            tokens.push_back(std::move(bound));  // to whom they are bound is judged elsewhere
        }
        auto content = parse_jwk_set(shared_file("known.jwks"));
        require(content.ok() && content.value().problems.empty(), "the known keys are good");
        store->hold("known", std::move(content.value().keys));
        for (const std::string& token : tokens) {
            fakes::FakeRequestContext request;
            require(resolver("known").resolve(token, request).ok(), "the known tokens are good");
        }
    }

    StatelessAccessTokenResolver resolver(const std::string& secret_id) const {
        ClaimsPolicy policy;
        policy.issuer = "https://as.example.com";
        return {{secret_id, {}, {}}, SecretsProvider({store}), policy};
    }

    /* Whoever has no key makes no other signature either. */
    bool holds(std::string_view token) const {
        return std::find(tokens.begin(), tokens.end(), token) != tokens.end();
    }
};

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t most, unsigned seed) {
    return mutate_token(data, size, most, seed);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Known kKnown;
    static const StatelessAccessTokenResolver kVerifying = kKnown.resolver("known");
    static const StatelessAccessTokenResolver kTrusting = kKnown.resolver("");
    const std::string_view token = text_of(data, size);
    fakes::FakeRequestContext request;
    const auto verified = kVerifying.resolve(token, request);
    require(!verified.ok() || kKnown.holds(token), "only what a known key has signed is granted");
    require(!verified.pending(), "nothing has to be fetched");
    const auto trusted = kTrusting.resolve(token, request);
    require(trusted.ok() || !verified.ok(), "a signature takes nothing away");
    return 0;
}
