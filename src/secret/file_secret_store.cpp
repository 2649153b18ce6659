#include "secret/file_secret_store.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/strings.h"
#include "secret/store_parameters.h"

namespace oauth2_rs {

namespace {

/* nullptr where the store doesn't hold the secret. */
std::shared_ptr<const KeySet> set_of(ReadKeys keys) {
    return keys ? std::make_shared<const KeySet>(std::move(*keys)) : nullptr;
}

bool serves(const KeySet& set, KeyPurpose purpose) {
    return std::any_of(set.keys().begin(), set.keys().end(),
                       [purpose](const KeyPointer& key) { return key->may(purpose); });
}

/* What the new keys of a secret lack that is wanted and was there; nullptr: nothing. */
const char* loss(const KeySet& old, const KeySet& renewed, KeyPurposes wanted) {
    if (wanted.verify && serves(old, KeyPurpose::kVerify) &&
        !serves(renewed, KeyPurpose::kVerify)) {
        return " no longer holds a key that may verify signatures";
    }
    return wanted.decrypt && serves(old, KeyPurpose::kDecrypt) &&
                   !serves(renewed, KeyPurpose::kDecrypt)
               ? " no longer holds a key that may decrypt"
               : nullptr;
}

}  // namespace

FileSecretStore::FileSecretStore(std::int64_t refresh_interval_ms)
    : refresh_interval_ms_(refresh_interval_ms) {}

Configured<Done> FileSecretStore::load(const std::string& secret_id, const LoadContext& context) {
    const std::string name(slot_of(secret_id));
    const auto known = slots_.find(name);
    KeyPurposes purposes = known == slots_.end() ? KeyPurposes{} : known->second.purposes;
    if (purposes.has(context.purpose)) {
        return Done{};
    }
    purposes.add(context.purpose);
    if (slots_.empty()) {
        const std::string warning = short_timeout_warning("cache_timeout", refresh_interval_ms_);
        if (!warning.empty()) {
            context.warnings->push_back(warning);
        }
    }
    watch_.watch(file_of(name));  // before it is read: a change meanwhile is seen later
    Warnings again;
    auto keys = read(name, purposes, known == slots_.end() ? context.warnings : &again);
    if (!keys.ok()) {
        return keys.error();
    }
    slots_[name] = {set_of(std::move(keys.value())), purposes};
    return Done{};
}

Step<const KeySet*> FileSecretStore::keys(KeyWaiter& /*waiter*/, std::string_view secret_id) const {
    const auto found = slots_.find(slot_of(secret_id));
    return found == slots_.end() ? nullptr : found->second.keys.get();
}

Refresh FileSecretStore::refresh(std::string* failure) {
    // Set first: where memory runs short below, the files are read again the next time.
    const bool was_stale = std::exchange(is_stale_, true);
    if (watch_.changed(files())) {
        is_failure_told_ = false;
    } else if (!was_stale) {
        is_stale_ = false;
        return Refresh::kUnchanged;
    }
    auto renewed = read_all();
    if (!renewed.ok()) {
        *failure = renewed.error().message;
        return std::exchange(is_failure_told_, true) ? Refresh::kUnchanged : Refresh::kFailed;
    }
    slots_ = std::move(renewed.value());
    is_stale_ = false;
    return Refresh::kRenewed;
}

std::string FileSecretStore::unreadable_file() const {
    for (const auto& [name, slot] : slots_) {
        std::string path = file_of(name);
        // What was not there when the configuration was loaded may come later, or never.
        if (access(path.c_str(), R_OK) != 0 && (slot.keys || errno != ENOENT)) {
            return path;
        }
    }
    return {};
}

Configured<FileSecretStore::Slots> FileSecretStore::read_all() const {
    Slots renewed;
    for (const auto& [name, old] : slots_) {
        Warnings warnings;
        auto keys = read(name, old.purposes, &warnings);
        if (!keys.ok()) {
            return keys.error();
        }
        auto set = set_of(std::move(keys.value()));
        if (old.keys && !set) {
            return ConfigError{quoted(file_of(name)) + " is gone, or no longer holds " +
                               quoted(name)};
        }
        const char* lost = old.keys ? loss(*old.keys, *set, old.purposes) : nullptr;
        if (lost != nullptr) {
            return ConfigError{quoted(file_of(name)) + lost};
        }
        renewed[name] = {std::move(set), old.purposes};
    }
    return renewed;
}

std::vector<std::string> FileSecretStore::files() const {
    std::vector<std::string> paths;
    paths.reserve(slots_.size());
    for (const auto& [name, slot] : slots_) {
        paths.push_back(file_of(name));
    }
    return paths;
}

}  // namespace oauth2_rs
