#include "secret/secrets_provider.h"

#include <algorithm>
#include <utility>

namespace oauth2_rs {

namespace {

/* Whether the set knows the name; those of its bearers that fit are added to the choice. */
bool add_named(const KeySet& set, const SecretQuery& query, KeyChoice* choice) {
    const std::vector<const Key*>& named = set.named(*query.kid, query.purpose());
    for (const Key* key : named) {
        if (query.is_fit(*key)) {
            choice->add(key);
        }
    }
    return !named.empty();
}

void add_fitting(const KeySet& set, const SecretQuery& query, KeyChoice* choice) {
    for (const KeyPointer& key : set.keys()) {
        if (query.is_fit(*key)) {
            choice->add(key.get());
        }
    }
}

}  // namespace

SecretsProvider::SecretsProvider(std::vector<std::shared_ptr<const SecretStore>> stores)
    : stores_(std::move(stores)) {}

bool SecretsProvider::holds(RequestContext& request, std::string_view secret_id,
                            const Digest& key) const {
    return std::any_of(stores_.begin(), stores_.end(), [&](const auto& store) {
        const auto set = store->keys(request, secret_id);
        return set.ok() && set.value() != nullptr && set.value()->holds(key);
    });
}

Step<KeyChoice> SecretsProvider::choose(RequestContext& request, const SecretQuery& query) const {
    KeyChoice fitting(query.purpose());
    for (const auto& store : stores_) {
        const auto set = store->keys(request, query.secret_id);
        if (!set.ok()) {
            return set.as<KeyChoice>();
        }
        if (set.value() == nullptr) {
            continue;
        }
        KeyChoice named(query.purpose());
        if (query.kid && add_named(*set.value(), query, &named)) {
            return named;
        }
        add_fitting(*set.value(), query, &fitting);
    }
    return fitting;
}

}  // namespace oauth2_rs
