#include "shim/chain.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "secret/secrets_provider.h"
#include "shim/key_checks.h"
#include "token/introspection_access_token_resolver.h"
#include "token/stateless_access_token_resolver.h"

namespace oauth2_rs {

namespace {

using Stores = std::vector<std::shared_ptr<SecretStore>>;
using Algorithms = std::vector<const Algorithm*>;
using Chain = std::unique_ptr<AccessTokenResolver>;

void append_field(std::string* fingerprint, std::string_view field) {
    *fingerprint += std::to_string(field.size());
    *fingerprint += ':';
    *fingerprint += field;
}

template <class Texts>
void append_list(std::string* fingerprint, const Texts& texts) {
    append_field(fingerprint, std::to_string(texts.size()));
    for (const auto& text : texts) {
        append_field(fingerprint, text);
    }
}

std::string fingerprint_of(const StoreSettings& store) {
    std::string fingerprint;
    append_field(&fingerprint, store.type);
    append_list(&fingerprint, store.parameters);
    append_field(&fingerprint, store.base_directory);
    append_field(&fingerprint, store.server);
    // Parameters may be secrets: what is kept is their digest.
    const Digest digest = Sha256().of(fingerprint);
    OPENSSL_cleanse(fingerprint.data(), fingerprint.size());
    return {digest.begin(), digest.end()};
}

bool is_null(const ChainSettings& settings) { return settings.verification_secret == "null"; }

bool has_jwks_store(const ChainSettings& settings) {
    return std::any_of(settings.stores.begin(), settings.stores.end(),
                       [](const StoreSettings& store) { return store.type == "jwks"; });
}

/* What contradicts a missing signature check; nullptr: nothing does. */
const char* contradiction_of_null(const ChainSettings& settings) {
    if (!settings.decryption_secret.empty()) {
        return "oauth2_verification_secret null goes with no oauth2_decryption_secret: name the "
               "secret that verifies the tokens inside, or, where a shared key encrypts bare "
               "claims, remove oauth2_verification_secret";
    }
    if (has_jwks_store(settings)) {
        return "oauth2_verification_secret null goes with no jwks store: write any id instead of "
               "null, or remove that oauth2_secret_store";
    }
    if (!settings.algorithms.empty()) {
        return "oauth2_verification_secret null goes with no oauth2_algorithms: no signature is "
               "looked at; name a secret, or remove oauth2_algorithms";
    }
    return nullptr;
}

const char* incompleteness(const ChainSettings& settings) {
    if (settings.issuer.empty()) {
        return "oauth2_resolver stateless needs oauth2_issuer: write the exact \"iss\" of the "
               "tokens";
    }
    if (settings.verification_secret.empty() && settings.decryption_secret.empty()) {
        return "oauth2_resolver stateless needs oauth2_verification_secret or "
               "oauth2_decryption_secret: name the secret that verifies or decrypts the tokens";
    }
    if (is_null(settings)) {
        return contradiction_of_null(settings);
    }
    if (settings.stores.empty()) {
        return settings.verification_secret.empty()
                   ? "oauth2_decryption_secret has no oauth2_secret_store to look in: add one"
                   : "oauth2_verification_secret has no oauth2_secret_store to look in: add one";
    }
    return nullptr;
}

Configured<Algorithms> find_algorithms(const std::vector<std::string_view>& names) {
    Algorithms algorithms;
    for (const std::string_view name : names) {
        const Algorithm* algorithm = find_algorithm(AlgorithmKind::kSignature, name);
        if (algorithm == nullptr) {
            return ConfigError{"oauth2_algorithms: unknown algorithm " + shown(name)};
        }
        algorithms.push_back(algorithm);
    }
    return algorithms;
}

std::string prefix_of(const StoreSettings& store) {
    return "oauth2_secret_store " + printable(store.type) + ": ";
}

Configured<std::shared_ptr<SecretStore>> open_store(const StoreSettings& settings,
                                                    StoreCache* cache) {
    std::shared_ptr<SecretStore>& cached = (*cache)[fingerprint_of(settings)];
    if (!cached) {
        auto made = make_secret_store(settings);
        if (!made.ok()) {
            return ConfigError{prefix_of(settings) + made.error().message};
        }
        cached = std::move(made.value());
    }
    return cached;
}

Configured<Stores> open_stores(const ChainSettings& settings, StoreCache* cache) {
    Stores stores;
    for (const StoreSettings& store : settings.stores) {
        auto opened = open_store(store, cache);
        if (!opened.ok()) {
            return opened.error();
        }
        stores.push_back(std::move(opened.value()));
    }
    return stores;
}

/* A keystore's password stands in any of the stores beside it. */
class PasswordsOfStores final : public PasswordSource {
  public:
    explicit PasswordsOfStores(const Stores& stores) : stores_(stores) {}

    Configured<SecretBytes> password(const std::string& secret_id) const override {
        for (const auto& store : stores_) {
            auto bytes = store->bytes(secret_id);
            if (!bytes.ok()) {
                return bytes.error();
            }
            if (bytes.value()) {
                return std::move(*bytes.value());
            }
        }
        return ConfigError{"password_secret: no other oauth2_secret_store holds " +
                           quoted(secret_id)};
    }

  private:
    const Stores& stores_;
};

Configured<Stores> load_stores(const ChainSettings& settings, const std::string& secret_id,
                               KeyPurpose purpose, StoreCache* cache, Warnings* warnings) {
    auto stores = open_stores(settings, cache);
    if (!stores.ok()) {
        return stores;
    }
    const PasswordsOfStores passwords(stores.value());
    for (std::size_t index = 0; index < settings.stores.size(); ++index) {
        const StoreSettings& store = settings.stores[index];
        Warnings of_store;
        const auto loaded =
            stores.value()[index]->load(secret_id, {&of_store, &passwords, purpose});
        if (!loaded.ok()) {
            return ConfigError{prefix_of(store) + loaded.error().message};
        }
        for (const std::string& warning : of_store) {
            warnings->push_back(prefix_of(store) + warning);
        }
    }
    return stores;
}

bool is_fetched(const Stores& stores) {
    return std::any_of(stores.begin(), stores.end(), [](const std::shared_ptr<SecretStore>& store) {
        return store->key_source() != nullptr;
    });
}

std::vector<const Key*> keys_of(const Stores& stores, std::string_view secret_id) {
    std::vector<const Key*> keys;
    KeyWaiter unwaiting;
    for (const auto& store : stores) {
        const auto set = store->keys(unwaiting, secret_id);
        if (set.ok() && set.value() != nullptr) {
            for (const KeyPointer& key : set.value()->keys()) {
                keys.push_back(key.get());
            }
        }
    }
    return keys;
}

Configured<Done> check_secrets(const Stores& stores, const ProtectionPolicy& protection,
                               Warnings* warnings) {
    const std::string& verification = protection.verification_secret_id;
    const std::string& decryption = protection.decryption_secret_id;
    if (!verification.empty()) {
        auto usable = check_verification_keys(keys_of(stores, verification), protection.algorithms,
                                              verification, warnings);
        if (!usable.ok()) {
            return usable;
        }
    }
    if (decryption.empty()) {
        return Done{};
    }
    const auto keys = keys_of(stores, decryption);
    auto usable = check_decryption_keys(keys, decryption, warnings);
    return usable.ok() && verification.empty() ? check_shared_keys(keys, decryption) : usable;
}

/* The stores, with the secrets of both directives loaded and found usable. */
Configured<Stores> load_secrets(const ChainSettings& settings, const ProtectionPolicy& protection,
                                StoreCache* cache, Warnings* warnings) {
    Configured<Stores> stores = Stores();
    for (const KeyPurpose purpose : {KeyPurpose::kVerify, KeyPurpose::kDecrypt}) {
        const std::string& secret_id = purpose == KeyPurpose::kVerify
                                           ? protection.verification_secret_id
                                           : protection.decryption_secret_id;
        if (stores.ok() && !secret_id.empty()) {
            stores = load_stores(settings, secret_id, purpose, cache, warnings);
        }
    }
    if (!stores.ok()) {
        return stores;
    }
    if (is_fetched(stores.value())) {
        return stores;  // which keys there will be is not known yet
    }
    const auto usable = check_secrets(stores.value(), protection, warnings);
    return usable.ok() ? std::move(stores) : Configured<Stores>(usable.error());
}

void warn_of_weak_policy(const ChainSettings& settings, Warnings* warnings) {
    if (is_null(settings)) {
        warnings->push_back(
            "oauth2_verification_secret null: no signature is looked at, anyone can make a token; "
            "name a secret unless something else has verified it");
    }
    if (settings.verification_secret.empty() && !settings.algorithms.empty()) {
        warnings->push_back(
            "oauth2_algorithms is of no use without oauth2_verification_secret: it names signature "
            "algorithms, and no signature is looked at");
    }
    if (settings.policy.profile == TokenProfile::kAny && settings.policy.audiences.empty()) {
        warnings->push_back(
            "oauth2_token_profile any without oauth2_audience: any JWT of that issuer might pass; "
            "set oauth2_audience or another profile");
    }
}

/* What tells the cache entries of this chain from all others: its rules and its lasting keys. */
Digest fingerprint_of_chain(const ChainSettings& settings, const Stores& stores,
                            const ProtectionPolicy& protection) {
    std::string lasting;
    for (const auto& store : stores) {
        if (!store->is_lasting()) {
            continue;  // its keys come and go: each hit asks for the key's own digest
        }
        for (const std::string& secret_id :
             {protection.verification_secret_id, protection.decryption_secret_id}) {
            std::string digests;
            for (const Key* key : keys_of({store}, secret_id)) {
                digests.append(key->digest().begin(), key->digest().end());
            }
            append_field(&lasting, digests);
        }
    }
    return Sha256().of(fingerprint_of(settings), lasting);
}

/* confirm(cache(leaf)): the confirmation is above this, for a hit must not skip it. */
Chain cached(Chain leaf, const Digest& fingerprint, const ChainSettings& settings) {
    if (settings.cache_zone.empty()) {
        return leaf;
    }
    return std::make_unique<CachingAccessTokenResolver>(std::move(leaf), fingerprint,
                                                        settings.cache_times);
}

Configured<Chain> build_introspection(const ChainSettings& settings) {
    if (settings.introspection_endpoint.empty()) {
        return ConfigError{
            "oauth2_resolver introspection needs oauth2_introspection_endpoint: write the URI of "
            "an internal location that proxies to the endpoint"};
    }
    ClaimsPolicy policy = settings.policy;
    policy.issuer = settings.issuer;
    Chain chain = std::make_unique<TokenIntrospectionAccessTokenResolver>(
        std::string(settings.introspection_endpoint), std::move(policy));
    return cached(std::move(chain), Sha256().of(fingerprint_of(settings)), settings);
}

}  // namespace

std::string fingerprint_of(const ChainSettings& settings) {
    std::string fingerprint;
    append_field(&fingerprint, std::to_string(static_cast<int>(settings.kind)));
    if (settings.kind == ResolverKind::kIntrospection) {
        append_field(&fingerprint, settings.introspection_endpoint);
        append_field(&fingerprint, settings.server);
    }
    append_field(&fingerprint, settings.issuer);
    append_field(&fingerprint, settings.verification_secret);
    append_field(&fingerprint, settings.decryption_secret);
    append_field(&fingerprint, std::to_string(settings.policy.skew_ms));
    append_field(&fingerprint, std::to_string(static_cast<int>(settings.policy.profile)));
    append_list(&fingerprint, settings.policy.audiences);
    append_list(&fingerprint, settings.algorithms);
    append_field(&fingerprint, std::to_string(settings.stores.size()));
    for (const StoreSettings& store : settings.stores) {
        append_field(&fingerprint, fingerprint_of(store));
    }
    append_field(&fingerprint, settings.cache_zone);
    append_field(&fingerprint, std::to_string(settings.cache_times.default_ms));
    append_field(&fingerprint, std::to_string(settings.cache_times.most_ms.value_or(0)));
    return fingerprint;
}

Configured<Done> check_confirmation(const ChainSettings& settings) {
    if (settings.confirmation_required && is_null(settings)) {
        return ConfigError{
            "oauth2_verification_secret null goes with no oauth2_confirmation_key required: anyone "
            "can write a \"cnf\"; name a secret, or remove oauth2_confirmation_key"};
    }
    return Done{};
}

Configured<std::unique_ptr<AccessTokenResolver>> build_chain(const ChainSettings& settings,
                                                             StoreCache* stores,
                                                             Warnings* warnings) {
    if (settings.kind == ResolverKind::kIntrospection) {
        return build_introspection(settings);
    }
    if (const char* missing = incompleteness(settings); missing != nullptr) {
        return ConfigError{missing};
    }
    auto algorithms = find_algorithms(settings.algorithms);
    if (!algorithms.ok()) {
        return algorithms.error();
    }
    warn_of_weak_policy(settings, warnings);
    ClaimsPolicy policy = settings.policy;
    policy.issuer = settings.issuer;
    ProtectionPolicy protection;
    protection.verification_secret_id =
        is_null(settings) ? std::string_view() : settings.verification_secret;
    protection.algorithms = std::move(algorithms.value());
    protection.decryption_secret_id = settings.decryption_secret;
    auto loaded = load_secrets(settings, protection, stores, warnings);
    if (!loaded.ok()) {
        return loaded.error();
    }
    const Digest fingerprint = fingerprint_of_chain(settings, loaded.value(), protection);
    Chain chain = std::make_unique<StatelessAccessTokenResolver>(
        std::move(protection), SecretsProvider({loaded.value().begin(), loaded.value().end()}),
        std::move(policy));
    return cached(std::move(chain), fingerprint, settings);
}

}  // namespace oauth2_rs
