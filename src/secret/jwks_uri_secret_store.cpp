#include "secret/jwks_uri_secret_store.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "secret/store_parameters.h"

namespace oauth2_rs {

namespace {

constexpr std::int64_t kLongest = std::int64_t{10} * 365 * 24 * 3600 * 1000;  // ten years

Configured<std::int64_t> timeout(const StoreParameters& parameters, std::string_view name,
                                 std::int64_t otherwise) {
    const auto duration = parameters.duration(name);
    if (!duration.ok()) {
        return duration.error();
    }
    if (!duration.value()) {
        return otherwise;
    }
    return duration.value()->unlimited ? kLongest
                                       : std::min(duration.value()->milliseconds, kLongest);
}

Configured<KeyTimeouts> timeouts_in(const StoreParameters& parameters) {
    KeyTimeouts timeouts;
    const auto cache = timeout(parameters, "cache_timeout", timeouts.cache);
    const auto miss = timeout(parameters, "cache_miss_timeout", timeouts.cache_miss);
    const auto stale = timeout(parameters, "stale_timeout", timeouts.stale);
    for (const auto* each : {&cache, &miss, &stale}) {
        if (!each->ok()) {
            return each->error();
        }
    }
    if (cache.value() == 0 || miss.value() == 0) {
        return ConfigError{
            "cache_timeout and cache_miss_timeout must be longer than zero: the authorization "
            "server would be asked without end"};
    }
    return KeyTimeouts{cache.value(), miss.value(), stale.value()};
}

}  // namespace

bool JwksUriSecretStore::is_meant(const StoreSettings& settings) {
    return std::any_of(settings.parameters.begin(), settings.parameters.end(),
                       [](std::string_view parameter) { return starts_with(parameter, "uri="); });
}

Configured<std::unique_ptr<SecretStore>> JwksUriSecretStore::make(const StoreSettings& settings) {
    const auto parameters = StoreParameters::parse(
        settings.parameters, {"uri", "cache_timeout", "cache_miss_timeout", "stale_timeout"});
    if (!parameters.ok()) {
        return parameters.error();
    }
    const auto timeouts = timeouts_in(parameters.value());
    if (!timeouts.ok()) {
        return timeouts.error();
    }
    return std::unique_ptr<SecretStore>(
        std::make_unique<JwksUriSecretStore>(std::string(parameters.value().get("uri", "")),
                                             std::string(settings.server), timeouts.value()));
}

JwksUriSecretStore::JwksUriSecretStore(std::string uri, std::string server, KeyTimeouts timeouts)
    : uri_(std::move(uri)), server_(std::move(server)), timeouts_(timeouts) {}

/* There is nothing to read yet: keys are fetched by processes that serve requests. */
Configured<Done> JwksUriSecretStore::load(const std::string& /*secret_id*/,
                                          const LoadContext& context) {
    const bool known = wanted_.verify || wanted_.decrypt;
    wanted_.add(context.purpose);
    if (known) {
        return Done{};
    }
    const std::pair<const char*, std::int64_t> timeouts[] = {
        {"cache_timeout", timeouts_.cache},
        {"cache_miss_timeout", timeouts_.cache_miss},
        {"stale_timeout", timeouts_.stale}};
    for (const auto& [name, milliseconds] : timeouts) {
        // A zero would count as not set, but stale_timeout may be zero.
        auto warning = short_timeout_warning(name, std::max(milliseconds, std::int64_t{1}));
        if (!warning.empty()) {
            context.warnings->push_back(std::move(warning));
        }
    }
    return Done{};
}

Step<const KeySet*> JwksUriSecretStore::keys(KeyWaiter& waiter,
                                             std::string_view /*secret_id*/) const {
    if (!keys_ && waiter.await_keys(handle(), KeyDemand::kCold) == FetchState::kPending) {
        return Pending{};
    }
    if (!keys_) {
        return Denial{Code::kKeysUnavailable, "no keys could be fetched"};
    }
    return keys_.get();
}

Step<bool> JwksUriSecretStore::renew(KeyWaiter& waiter) const {
    const std::shared_ptr<const KeySet> before = keys_;
    if (waiter.await_keys(handle(), KeyDemand::kMiss) == FetchState::kPending) {
        return Pending{};
    }
    return keys_ != before;
}

Configured<Done> JwksUriSecretStore::accept(std::string_view text) {
    auto content = parse_jwk_set(text);
    if (!content.ok()) {
        return content.error();
    }
    // Keys of others in a set that we don't make are passed over: RFC 7517 section 5.
    const auto& keys = content.value().keys;
    if (std::none_of(keys.begin(), keys.end(), [this](const KeyPointer& key) {
            return wanted_.overlaps({key->may_verify(), key->may_decrypt()});
        })) {
        return ConfigError{"it holds no key that may do what keys are wanted for"};
    }
    keys_ = std::make_shared<const KeySet>(std::move(content.value().keys));
    return Done{};
}

}  // namespace oauth2_rs
