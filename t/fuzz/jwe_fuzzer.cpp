// Encrypted tokens, against keys of each kind. Some tokens that were encrypted to them are known;
// what else is decrypted, or granted, somebody must have made without the key.

#include <algorithm>

#include "../unit/fakes.h"
#include "fuzz.h"
#include "jose/jwe.h"
#include "token/stateless_access_token_resolver.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fuzz;

namespace {

std::vector<KeyPointer> keys_in(const std::string& file) {
    auto content = parse_jwk_set(shared_file(file));
    require(content.ok() && content.value().problems.empty(), "the known keys are good");
    return std::move(content.value().keys);
}

bool hold(const std::vector<std::string>& tokens, std::string_view token) {
    return std::find(tokens.begin(), tokens.end(), token) != tokens.end();
}

struct Known {
    std::vector<KeyPointer> keys = keys_in("known.jwks");
    std::shared_ptr<fakes::FakeSecretStore> store = std::make_shared<fakes::FakeSecretStore>();
    std::vector<std::string> shared = shared_lines("encrypted_tokens");  // with symmetric keys
    std::vector<std::string> nested = shared_lines("nested_tokens");
    std::vector<std::string> misused = shared_lines("misused_tokens");  // never to be granted

    Known() {
        store->hold("known", keys_in("known.jwks"));
        require_all_granted(resolver(""), shared);
        require_all_granted(resolver("known"), nested);
    }

    StatelessAccessTokenResolver resolver(const std::string& verification_id) const {
        ClaimsPolicy policy;
        policy.issuer = "https://as.example.com";
        return {{verification_id, {}, "known"}, SecretsProvider({store}), policy};
    }

    static void require_all_granted(const StatelessAccessTokenResolver& resolver,
                                    const std::vector<std::string>& tokens) {
        for (const std::string& token : tokens) {
            fakes::FakeRequestContext request;
            require(resolver.resolve(token, request).ok(), "the known tokens are good");
        }
    }
};

/* With each key by itself, whether it fits or not. */
void try_each_key(const Known& known, std::string_view token) {
    const auto jwe = parse_jwe(token);
    if (!jwe.ok()) {
        return;
    }
    for (const KeyPointer& key : known.keys) {
        require(!decrypt(jwe.value(), *key).ok() || hold(known.shared, token) ||
                    hold(known.nested, token) || hold(known.misused, token),
                "only what was encrypted to a key is decrypted by it");
    }
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t most, unsigned seed) {
    return mutate_token(data, size, most, seed);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Known kKnown;
    static const StatelessAccessTokenResolver kDecrypting = kKnown.resolver("");
    static const StatelessAccessTokenResolver kVerifying = kKnown.resolver("known");
    const std::string_view token = text_of(data, size);
    try_each_key(kKnown, token);
    fakes::FakeRequestContext request;
    require(!kDecrypting.resolve(token, request).ok() || hold(kKnown.shared, token),
            "without a signature only what a shared key has encrypted is granted");
    require(!kVerifying.resolve(token, request).ok() || hold(kKnown.nested, token),
            "only what was signed and encrypted is granted");
    return 0;
}
