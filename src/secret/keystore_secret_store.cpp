#include "secret/keystore_secret_store.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "jose/pem.h"
#include "secret/secret_file.h"
#include "secret/secret_format.h"
#include "secret/store_parameters.h"

namespace oauth2_rs {

namespace {

/* "ID:ALIAS[,ALIAS...]" */
Configured<Done> add_mapping(std::string_view text, KeystoreSecretStore::Aliases* aliases) {
    const auto colon = text.find(':');
    const std::string_view id = text.substr(0, colon);
    if (colon == std::string_view::npos || !is_secret_id(id)) {
        return ConfigError{"map wants ID:ALIAS[,ALIAS...]"};
    }
    std::vector<std::string> names;
    std::string_view rest = text.substr(colon + 1);
    for (bool more = true; more;) {
        const auto comma = rest.find(',');
        const std::string_view name = rest.substr(0, comma);
        if (name.empty()) {
            return ConfigError{"map names an empty alias for " + quoted(id)};
        }
        names.emplace_back(name);
        more = comma != std::string_view::npos;
        rest.remove_prefix(more ? comma + 1 : rest.size());
    }
    if (!aliases->emplace(id, std::move(names)).second) {
        return ConfigError{"map names " + quoted(id) + " twice; write its aliases in one"};
    }
    return Done{};
}

/* Takes the "map" parameters, which may stand several times, out of the others. */
Configured<KeystoreSecretStore::Aliases> take_mappings(std::vector<std::string_view>* parameters) {
    constexpr std::string_view kMap = "map=";
    KeystoreSecretStore::Aliases aliases;
    const auto first = std::stable_partition(
        parameters->begin(), parameters->end(),
        [kMap](std::string_view parameter) { return !starts_with(parameter, kMap); });
    for (auto at = first; at != parameters->end(); ++at) {
        const auto added = add_mapping(at->substr(kMap.size()), &aliases);
        if (!added.ok()) {
            return added.error();
        }
    }
    parameters->erase(first, parameters->end());
    return aliases;
}

Configured<KeyPointer> key_of(KeystoreEntry entry) {
    KeyTerms terms;
    terms.name = entry.alias;
    terms.may_verify = entry.purposes.verify;
    terms.may_decrypt = entry.purposes.decrypt;
    if (!entry.key) {
        return KeyPointer(new Key(std::move(entry.secret), std::move(terms)));
    }
    return import_key(std::move(entry.key), std::move(terms));
}

/* The sound key under that alias; nothing where the keystore has no such alias. */
Configured<KeyPointer> take_key(const std::string& alias, KeyPurposes purposes,
                                std::vector<KeystoreEntry>* entries) {
    const auto found =
        std::find_if(entries->begin(), entries->end(),
                     [&alias](const KeystoreEntry& entry) { return entry.alias == alias; });
    if (found == entries->end()) {
        return KeyPointer();
    }
    auto key = key_of(std::move(*found));
    const char* unfit = key.ok() ? unfitness(*key.value(), purposes) : nullptr;
    if (unfit != nullptr) {
        key = ConfigError{unfit};
    }
    entries->erase(found);
    return key.ok() ? std::move(key)
                    : ConfigError{"alias " + shown(alias) + ": " + key.error().message};
}

bool holds_private(const std::vector<KeystoreEntry>& entries) {
    return std::any_of(entries.begin(), entries.end(), [](const KeystoreEntry& entry) {
        return entry.is_private || !entry.secret.empty();
    });
}

}  // namespace

Configured<std::unique_ptr<SecretStore>> KeystoreSecretStore::make(const StoreSettings& settings) {
    std::vector<std::string_view> rest = settings.parameters;
    auto aliases = take_mappings(&rest);
    if (!aliases.ok()) {
        return aliases.error();
    }
    auto parsed = StoreParameters::parse(rest, {"file", "password_secret", "cache_timeout"});
    if (!parsed.ok()) {
        return parsed.error();
    }
    const StoreParameters& parameters = parsed.value();
    const std::string path(parameters.get("file", ""));
    if (path.empty()) {
        return ConfigError{"it needs file=PATH"};
    }
    const std::string password_id(parameters.get("password_secret", ""));
    if (!password_id.empty() && !is_secret_id(password_id)) {
        // What stands there may be the password: it isn't shown.
        return ConfigError{
            "password_secret is no secret id; it names a secret of another oauth2_secret_store, "
            "which holds the password"};
    }
    const auto interval = parameters.cache_timeout_ms();
    if (!interval.ok()) {
        return interval.error();
    }
    return std::unique_ptr<SecretStore>(std::make_unique<KeystoreSecretStore>(
        resolve_path(path, settings.base_directory), password_id, std::move(aliases.value()),
        interval.value()));
}

KeystoreSecretStore::KeystoreSecretStore(std::string path, std::string password_id, Aliases aliases,
                                         std::int64_t refresh_interval_ms)
    : FileSecretStore(refresh_interval_ms),
      path_(std::move(path)),
      password_id_(std::move(password_id)),
      aliases_(std::move(aliases)) {}

Configured<Done> KeystoreSecretStore::load(const std::string& secret_id,
                                           const LoadContext& context) {
    if (!password_) {
        password_.emplace();
        if (!password_id_.empty()) {
            auto password = context.passwords->password(password_id_);
            if (!password.ok()) {
                return password.error();
            }
            password_ = std::move(password.value());
        }
    }
    return FileSecretStore::load(secret_id, context);
}

Configured<ReadKeys> KeystoreSecretStore::read(const std::string& secret_id, KeyPurposes purposes,
                                               Warnings* warnings) const {
    auto file = read_secret_file(path_);
    if (!file.ok()) {
        return file.error();
    }
    if (!file.value()) {
        return ConfigError{"there is no file " + quoted(path_)};
    }
    auto entries = open_keystore(file.value()->content, *password_);
    if (!entries.ok()) {
        return ConfigError{quoted(path_) + ": " + entries.error().message};
    }
    if (file.value()->world_readable && holds_private(entries.value())) {
        warnings->push_back(world_readable_warning(path_));
    }
    auto keys = keys_of(secret_id, purposes, &entries.value());
    return keys.ok() ? std::move(keys) : ConfigError{quoted(path_) + ": " + keys.error().message};
}

Configured<ReadKeys> KeystoreSecretStore::keys_of(const std::string& secret_id,
                                                  KeyPurposes purposes,
                                                  std::vector<KeystoreEntry>* entries) const {
    const auto mapped = aliases_.find(secret_id);
    if (mapped == aliases_.end() && !aliases_.empty()) {
        return ReadKeys();
    }
    std::vector<KeyPointer> keys;
    for (const std::string& alias :
         mapped == aliases_.end() ? std::vector<std::string>{secret_id} : mapped->second) {
        auto key = take_key(alias, purposes, entries);
        if (!key.ok()) {
            return key.error();
        }
        if (key.value()) {
            keys.push_back(std::move(key.value()));
        } else if (mapped != aliases_.end()) {
            return ConfigError{"it has no alias " + shown(alias)};
        }
    }
    return keys.empty() ? ReadKeys() : ReadKeys(std::move(keys));
}

}  // namespace oauth2_rs
