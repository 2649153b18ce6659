#include "secret/jwks_file_secret_store.h"

#include <utility>

#include "base/strings.h"
#include "secret/secret_file.h"
#include "secret/store_parameters.h"

namespace oauth2_rs {

Configured<std::unique_ptr<SecretStore>> JwksFileSecretStore::make(const StoreSettings& settings) {
    auto parameters = StoreParameters::parse(settings.parameters, {"file"});
    if (!parameters.ok()) {
        return parameters.error();
    }
    const std::string path = parameters.value().get("file", "");
    if (path.empty()) {
        return ConfigError{"it needs file=PATH"};
    }
    return std::unique_ptr<SecretStore>(
        std::make_unique<JwksFileSecretStore>(resolve_path(path, settings.base_directory)));
}

JwksFileSecretStore::JwksFileSecretStore(std::string path) : path_(std::move(path)) {}

Configured<Done> JwksFileSecretStore::load(const std::string& /*secret_id*/, Warnings* warnings) {
    if (set_) {
        return Done{};
    }
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
    if (!content.value().problems.empty()) {
        return ConfigError{quoted(path_) + ": " + content.value().problems.front() +
                           "; replace or remove that key"};
    }
    if (content.value().keys.empty()) {
        return ConfigError{quoted(path_) + " holds no key that may verify signatures"};
    }
    if (content.value().holds_private && file.value()->world_readable) {
        warnings->push_back(world_readable_warning(path_));
    }
    set_.emplace(std::move(content.value().keys));
    return Done{};
}

Step<const KeySet*> JwksFileSecretStore::keys(RequestContext& /*request*/,
                                              std::string_view /*secret_id*/) const {
    return set_ ? &*set_ : nullptr;
}

}  // namespace oauth2_rs
