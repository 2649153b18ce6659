#include "secret/jwks_file_secret_store.h"

#include <utility>

#include "base/strings.h"
#include "secret/secret_file.h"
#include "secret/store_parameters.h"

namespace oauth2_rs {

namespace {

/* The parameters that are given, but mean something with uri= only. */
Configured<std::vector<std::string>> idle_in(const StoreParameters& parameters) {
    std::vector<std::string> idle;
    for (const char* name : {"cache_miss_timeout", "stale_timeout"}) {
        const auto duration = parameters.duration(name);
        if (!duration.ok()) {
            return duration.error();
        }
        if (duration.value()) {
            idle.emplace_back(name);
        }
    }
    return idle;
}

}  // namespace

Configured<std::unique_ptr<SecretStore>> JwksFileSecretStore::make(const StoreSettings& settings) {
    auto parameters = StoreParameters::parse(
        settings.parameters, {"file", "cache_timeout", "cache_miss_timeout", "stale_timeout"});
    if (!parameters.ok()) {
        return parameters.error();
    }
    const std::string path(parameters.value().get("file", ""));
    if (path.empty()) {
        return ConfigError{"it needs file=PATH or uri=/LOCATION"};
    }
    const auto interval = parameters.value().cache_timeout_ms();
    if (!interval.ok()) {
        return interval.error();
    }
    auto idle = idle_in(parameters.value());
    if (!idle.ok()) {
        return idle.error();
    }
    return std::unique_ptr<SecretStore>(std::make_unique<JwksFileSecretStore>(
        resolve_path(path, settings.base_directory), interval.value(), std::move(idle.value())));
}

JwksFileSecretStore::JwksFileSecretStore(std::string path, std::int64_t refresh_interval_ms,
                                         std::vector<std::string> idle)
    : FileSecretStore(refresh_interval_ms), path_(std::move(path)), idle_(std::move(idle)) {}

Configured<ReadKeys> JwksFileSecretStore::read(const std::string& /*secret_id*/,
                                               KeyPurposes purposes, Warnings* warnings) const {
    auto file = read_secret_file(path_);
    if (!file.ok()) {
        return file.error();
    }
    if (!file.value()) {
        return ConfigError{"there is no file " + quoted(path_)};
    }
    auto content = parse_jwk_set(as_text(file.value()->content));
    if (!content.ok()) {
        return ConfigError{quoted(path_) + ": " + content.error().message};
    }
    for (const KeyProblem& problem : content.value().problems) {
        if (problem.matters(purposes)) {
            return ConfigError{quoted(path_) + ": " + problem.message +
                               "; replace or remove that key"};
        }
    }
    if (content.value().keys.empty()) {
        return ConfigError{quoted(path_) + " holds no key that may verify signatures or decrypt"};
    }
    if (content.value().holds_private && file.value()->world_readable) {
        warnings->push_back(world_readable_warning(path_));
    }
    for (const std::string& name : idle_) {
        warnings->push_back(name + " has no effect with file=: a file isn't fetched; leave it out");
    }
    return ReadKeys(std::move(content.value().keys));
}

}  // namespace oauth2_rs
