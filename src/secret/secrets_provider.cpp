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
    : stores_(std::move(stores)),
      lasting_(std::all_of(stores_.begin(), stores_.end(),
                           [](const auto& store) { return store->is_lasting(); })) {}

bool SecretsProvider::holds(std::string_view secret_id, const Digest& key) const {
    KeyWaiter unwaiting;
    const auto holds = [&](const auto& store) {
        const auto set = store->keys(unwaiting, secret_id);
        return set.ok() && set.value() != nullptr && set.value()->holds(key);
    };
    return lasting_ || std::any_of(stores_.begin(), stores_.end(), holds);
}

Step<KeyChoice> SecretsProvider::choose(KeyWaiter& waiter, const SecretQuery& query) const {
    KeyChoice fitting(query.purpose());
    for (const auto& store : stores_) {
        const auto set = store->keys(waiter, query.secret_id);
        if (!set.ok() && !set.pending() && set.denial().code == Code::kKeysUnavailable) {
            fitting.mark_incomplete();
            continue;
        }
        if (!set.ok()) {
            return set.as<KeyChoice>();
        }
        if (set.value() == nullptr) {
            continue;
        }
        KeyChoice named(query.purpose());
        if (query.kid && add_named(*set.value(), query, &named)) {
            named.mark_final();
            return named;
        }
        add_fitting(*set.value(), query, &fitting);
    }
    return fitting;
}

Step<bool> SecretsProvider::renew(KeyWaiter& waiter) const {
    bool renewed = false;
    for (const auto& store : stores_) {
        const auto step = store->renew(waiter);
        if (!step.ok()) {
            return step;
        }
        renewed = renewed || step.value();
    }
    return renewed;
}

}  // namespace oauth2_rs
