#include "secret/directory_secret_store.h"

#include <sys/stat.h>

#include <utility>

#include "base/strings.h"
#include "secret/secret_file.h"
#include "secret/store_parameters.h"

namespace oauth2_rs {

Configured<std::unique_ptr<SecretStore>> DirectorySecretStore::make(const StoreSettings& settings) {
    auto parsed = StoreParameters::parse(settings.parameters, {"path", "format", "suffix"});
    if (!parsed.ok()) {
        return parsed.error();
    }
    const StoreParameters& parameters = parsed.value();
    const std::string path = parameters.get("path", "");
    if (path.empty()) {
        return ConfigError{"it needs path=DIR"};
    }
    const auto format = find_secret_format(parameters.get("format", "base64"));
    if (!format) {
        return ConfigError{"unknown format; the formats are base64, plain, pem and jwk"};
    }
    const std::string suffix = parameters.get("suffix", "");
    if (suffix.find('/') != std::string::npos) {
        return ConfigError{"a suffix holds no \"/\""};
    }
    std::string directory = resolve_path(path, settings.base_directory);
    if (directory.back() != '/') {
        directory += '/';
    }
    return std::unique_ptr<SecretStore>(
        std::make_unique<DirectorySecretStore>(std::move(directory), suffix, *format));
}

DirectorySecretStore::DirectorySecretStore(std::string path, std::string suffix,
                                           SecretFormat format)
    : path_(std::move(path)), suffix_(std::move(suffix)), format_(format) {}

Configured<Done> DirectorySecretStore::load(const std::string& secret_id, Warnings* warnings) {
    if (secrets_.holds(secret_id)) {
        return Done{};
    }
    struct stat status {};
    if (stat(path_.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) {
        return ConfigError{"there is no directory " + quoted(path_) + " that can be read"};
    }
    const std::string path = path_ + secret_id + suffix_;
    auto file = read_secret_file(path);
    if (!file.ok()) {
        return file.error();
    }
    if (!file.value()) {
        return Done{};
    }
    SecretBytes& content = file.value()->content;
    if (!content.empty() && content.back() == '\n') {
        content.pop_back();
    }
    auto secret = parse_secret(content, format_, secret_id);
    if (!secret.ok()) {
        return ConfigError{quoted(path) + ": " + secret.error().message};
    }
    if (secret.value().is_private && file.value()->world_readable) {
        warnings->push_back(world_readable_warning(path));
    }
    secrets_.add(secret_id, std::move(secret.value().key));
    return Done{};
}

Step<const KeySet*> DirectorySecretStore::keys(RequestContext& /*request*/,
                                               std::string_view secret_id) const {
    return secrets_.find(secret_id);
}

}  // namespace oauth2_rs
