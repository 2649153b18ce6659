#include "secret/directory_secret_store.h"

#include <sys/stat.h>

#include <utility>

#include "base/strings.h"
#include "secret/store_parameters.h"

namespace oauth2_rs {

Configured<std::unique_ptr<SecretStore>> DirectorySecretStore::make(const StoreSettings& settings) {
    auto parsed =
        StoreParameters::parse(settings.parameters, {"path", "format", "suffix", "cache_timeout"});
    if (!parsed.ok()) {
        return parsed.error();
    }
    const StoreParameters& parameters = parsed.value();
    const std::string path(parameters.get("path", ""));
    if (path.empty()) {
        return ConfigError{"it needs path=DIR"};
    }
    const auto format = find_secret_format(parameters.get("format", "base64"));
    if (!format) {
        return unknown_secret_format();
    }
    const std::string suffix(parameters.get("suffix", ""));
    if (suffix.find('/') != std::string::npos) {
        return ConfigError{"a suffix holds no \"/\""};
    }
    const auto interval = parameters.cache_timeout_ms();
    if (!interval.ok()) {
        return interval.error();
    }
    std::string directory = resolve_path(path, settings.base_directory);
    if (directory.back() != '/') {
        directory += '/';
    }
    return std::unique_ptr<SecretStore>(std::make_unique<DirectorySecretStore>(
        std::move(directory), suffix, *format, interval.value()));
}

DirectorySecretStore::DirectorySecretStore(std::string path, std::string suffix,
                                           SecretFormat format, std::int64_t refresh_interval_ms)
    : FileSecretStore(refresh_interval_ms),
      path_(std::move(path)),
      suffix_(std::move(suffix)),
      format_(format) {}

Configured<ReadKeys> DirectorySecretStore::read(const std::string& secret_id, KeyPurposes purposes,
                                                Warnings* warnings) const {
    auto file = open(secret_id);
    if (!file.ok()) {
        return file.error();
    }
    if (!file.value()) {
        return ReadKeys();
    }
    const std::string path = file_of(secret_id);
    auto secret = parse_secret(file.value()->content, format_, secret_id, purposes);
    if (!secret.ok()) {
        return ConfigError{quoted(path) + ": " + secret.error().message};
    }
    if (secret.value().is_private && file.value()->world_readable) {
        warnings->push_back(world_readable_warning(path));
    }
    std::vector<KeyPointer> keys;
    keys.push_back(std::move(secret.value().key));
    return ReadKeys(std::move(keys));
}

Configured<std::optional<SecretBytes>> DirectorySecretStore::bytes(
    const std::string& secret_id) const {
    auto file = open(secret_id);
    if (!file.ok()) {
        return file.error();
    }
    if (!file.value()) {
        return std::optional<SecretBytes>();
    }
    auto bytes = parse_bytes(file.value()->content, format_);
    if (!bytes.ok()) {
        return ConfigError{quoted(file_of(secret_id)) + ": " + bytes.error().message};
    }
    return bytes;
}

/* Without its one final newline; nothing where the directory holds no such file. */
Configured<std::optional<SecretFile>> DirectorySecretStore::open(
    const std::string& secret_id) const {
    struct stat status {};
    if (stat(path_.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) {
        return ConfigError{"there is no directory " + quoted(path_) + " that can be read"};
    }
    auto file = read_secret_file(file_of(secret_id));
    if (file.ok() && file.value()) {
        SecretBytes& content = file.value()->content;
        if (!content.empty() && content.back() == '\n') {
            content.pop_back();
        }
    }
    return file;
}

std::string DirectorySecretStore::file_of(const std::string& secret_id) const {
    return path_ + secret_id + suffix_;
}

}  // namespace oauth2_rs
