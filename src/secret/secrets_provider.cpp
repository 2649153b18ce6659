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

/* The same request where it is not to wait, nor to make anybody fetch: it has what it needs. */
class Unwaiting final : public RequestContext {
  public:
    explicit Unwaiting(RequestContext& request) : request_(request) {}

    std::int64_t now_ms() override { return request_.now_ms(); }
    Result<Thumbprint> client_thumbprint() override { return request_.client_thumbprint(); }
    std::optional<std::string_view> cache_get(const Digest& key) override {
        return request_.cache_get(key);
    }
    void cache_put(const Digest& key, std::string_view bytes, std::int64_t until_ms) override {
        request_.cache_put(key, bytes, until_ms);
    }
    void note_cache(CacheStatus status) override { request_.note_cache(status); }

  private:
    RequestContext& request_;
};

}  // namespace

SecretsProvider::SecretsProvider(std::vector<std::shared_ptr<const SecretStore>> stores)
    : stores_(std::move(stores)),
      lasting_(std::all_of(stores_.begin(), stores_.end(),
                           [](const auto& store) { return store->is_lasting(); })) {}

bool SecretsProvider::holds(RequestContext& request, std::string_view secret_id,
                            const Digest& key) const {
    Unwaiting unwaiting(request);
    const auto holds = [&](const auto& store) {
        const auto set = store->keys(unwaiting, secret_id);
        return set.ok() && set.value() != nullptr && set.value()->holds(key);
    };
    return lasting_ || std::any_of(stores_.begin(), stores_.end(), holds);
}

Step<KeyChoice> SecretsProvider::choose(RequestContext& request, const SecretQuery& query) const {
    KeyChoice fitting(query.purpose());
    for (const auto& store : stores_) {
        const auto set = store->keys(request, query.secret_id);
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

Step<bool> SecretsProvider::renew(RequestContext& request) const {
    bool renewed = false;
    for (const auto& store : stores_) {
        const auto step = store->renew(request);
        if (!step.ok()) {
            return step;
        }
        renewed = renewed || step.value();
    }
    return renewed;
}

}  // namespace oauth2_rs
