#include "secret/environment_secret_store.h"

#include <cstdlib>
#include <utility>

#include "base/strings.h"
#include "secret/store_parameters.h"

namespace oauth2_rs {

namespace {

std::string variable_of(std::string_view secret_id) {
    std::string variable(secret_id);
    for (char& c : variable) {
        if (c == '.' || c == '-') {
            c = '_';
        } else if (c >= 'a' && c <= 'z') {
            c = static_cast<char>(c - 'a' + 'A');
        }
    }
    return variable;
}

/* Nothing where the environment has no such variable. */
std::optional<SecretBytes> content_of(const std::string& variable) {
    const char* value = std::getenv(variable.c_str());
    return value == nullptr ? std::nullopt : std::optional<SecretBytes>(to_secret(value));
}

}  // namespace

Configured<std::unique_ptr<SecretStore>> EnvironmentSecretStore::make(
    const StoreSettings& settings) {
    auto parameters = StoreParameters::parse(settings.parameters, {"format"});
    if (!parameters.ok()) {
        return parameters.error();
    }
    const auto format = find_secret_format(parameters.value().get("format", "base64"));
    if (!format) {
        return unknown_secret_format();
    }
    return std::unique_ptr<SecretStore>(std::make_unique<EnvironmentSecretStore>(*format));
}

Configured<Done> EnvironmentSecretStore::load(const std::string& secret_id,
                                              const LoadContext& context) {
    const std::string variable = variable_of(secret_id);
    const auto content = content_of(variable);
    if (!content) {
        return Done{};
    }
    const std::string& known = ids_by_variable_.emplace(variable, secret_id).first->second;
    if (known != secret_id) {
        return ConfigError{quoted(secret_id) + " and " + quoted(known) + " are both read from " +
                           variable + "; rename one"};
    }
    auto secret = parse_secret(*content, format_, variable, context.purposes());
    if (!secret.ok()) {
        return ConfigError{"environment variable " + variable + ": " + secret.error().message};
    }
    secrets_.add(secret_id, std::move(secret.value().key));
    return Done{};
}

Step<const KeySet*> EnvironmentSecretStore::keys(KeyWaiter& /*waiter*/,
                                                 std::string_view secret_id) const {
    return secrets_.find(secret_id);
}

Configured<std::optional<SecretBytes>> EnvironmentSecretStore::bytes(
    const std::string& secret_id) const {
    const auto content = content_of(variable_of(secret_id));
    return content ? parse_bytes(*content, format_)
                   : Configured<std::optional<SecretBytes>>(std::nullopt);
}

}  // namespace oauth2_rs
