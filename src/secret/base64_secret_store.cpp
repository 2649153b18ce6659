#include "secret/base64_secret_store.h"

#include <utility>

#include "base/strings.h"
#include "secret/secret_format.h"
#include "secret/store_parameters.h"

namespace oauth2_rs {

Configured<std::unique_ptr<SecretStore>> Base64SecretStore::make(const StoreSettings& settings) {
    auto parameters = StoreParameters::parse(settings.parameters, {});
    if (!parameters.ok()) {
        return parameters.error();
    }
    if (parameters.value().all().empty()) {
        return ConfigError{"it needs a secret, as in ID=VALUE"};
    }
    auto store = std::make_unique<Base64SecretStore>();
    for (const auto& [id, value] : parameters.value().all()) {
        if (!is_secret_id(id)) {
            // What stands there may be a secret whose id was forgotten: it isn't shown.
            return ConfigError{"an ID before \"=\" is no secret id; write each as ID=VALUE"};
        }
        store->encoded_.emplace(id, to_secret(value));
    }
    return std::unique_ptr<SecretStore>(std::move(store));
}

Configured<Done> Base64SecretStore::load(const std::string& secret_id, const LoadContext& context) {
    const auto found = encoded_.find(secret_id);
    if (found == encoded_.end()) {
        return Done{};
    }
    auto secret = parse_secret(found->second, SecretFormat::kBase64, secret_id, context.purposes());
    if (!secret.ok()) {
        return ConfigError{"secret " + quoted(secret_id) + ": " + secret.error().message};
    }
    secrets_.add(secret_id, std::move(secret.value().key));
    return Done{};
}

Step<const KeySet*> Base64SecretStore::keys(KeyWaiter& /*waiter*/,
                                            std::string_view secret_id) const {
    return secrets_.find(secret_id);
}

Configured<std::optional<SecretBytes>> Base64SecretStore::bytes(
    const std::string& secret_id) const {
    const auto found = encoded_.find(secret_id);
    return found == encoded_.end() ? Configured<std::optional<SecretBytes>>(std::nullopt)
                                   : parse_bytes(found->second, SecretFormat::kBase64);
}

}  // namespace oauth2_rs
