#ifndef OAUTH2_RS_SECRET_SECRET_STORE_H
#define OAUTH2_RS_SECRET_SECRET_STORE_H

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/request_context.h"
#include "base/result.h"
#include "base/secret_bytes.h"
#include "jose/key_set.h"

namespace oauth2_rs {

/* What a store tells the administrator without failing; each a clause. */
using Warnings = std::vector<std::string>;

/* Finds the bytes of a secret, such as a keystore's password, in the stores of a resolver. */
class PasswordSource {
  public:
    virtual ~PasswordSource() = default;
    virtual Configured<SecretBytes> password(const std::string& secret_id) const = 0;
};

/* What a store meets while it loads. */
struct LoadContext {
    Warnings* warnings;
    const PasswordSource* passwords;
    KeyPurpose purpose;

    KeyPurposes purposes() const {
        return {purpose == KeyPurpose::kVerify, purpose == KeyPurpose::kDecrypt};
    }
};

/* What became of looking at a store's files again. */
enum class Refresh : unsigned char { kUnchanged, kRenewed, kFailed };

/* What a store whose keys are fetched tells whoever fetches them, and takes from there. */
class KeySource {
  public:
    virtual ~KeySource() = default;

    virtual const std::string& uri() const = 0;
    virtual const std::string& server() const = 0;  // whose location the URI means
    virtual std::int64_t cache_timeout_ms() const = 0;
    virtual std::int64_t cache_miss_timeout_ms() const = 0;
    virtual std::int64_t stale_timeout_ms() const = 0;

    /* Takes the keys of a set over, whole; after a failure they stay as they were. */
    virtual Configured<Done> accept(std::string_view text) = 0;

    /* Forgets the keys: they are too old. */
    virtual void drop() = 0;
};

/*
 * Where keys come from. Loaded at configuration time, when each secret that a resolver names is
 * asked for; const while requests run. A store may renew its keys between requests.
 */
class SecretStore {
  public:
    virtual ~SecretStore() = default;

    /*
     * Reads what `secret_id` stands for. A store that doesn't hold it is no error; what it holds
     * must be readable, well-formed and strong enough.
     */
    virtual Configured<Done> load(const std::string& secret_id, const LoadContext& context) = 0;

    /*
     * The keys of a secret that was loaded, owned by the store and valid until the request is left;
     * nullptr where the store doesn't hold it.
     */
    virtual Step<const KeySet*> keys(KeyWaiter& waiter, std::string_view secret_id) const = 0;

    /* The bytes of a secret that is no key; nothing where the store holds none of that id. */
    virtual Configured<std::optional<SecretBytes>> bytes(const std::string& /*secret_id*/) const {
        return std::optional<SecretBytes>();
    }

    /* Whether the keys that were loaded stay, all of them and no others, as long as the store. */
    virtual bool is_lasting() const { return false; }

    /* Milliseconds between two looks at the files; 0: what was loaded stays. */
    virtual std::int64_t refresh_interval_ms() const { return 0; }

    /* Looks at the files again; after a failure, told once a change, the keys stay as they were. */
    virtual Refresh refresh(std::string* /*failure*/) { return Refresh::kUnchanged; }

    /* nullptr: the keys don't come from a URI. */
    virtual KeySource* key_source() { return nullptr; }

    /*
     * After no key verified a token: true when there are other keys now; Pending while they are
     * fetched.
     */
    virtual Step<bool> renew(KeyWaiter& /*waiter*/) const { return false; }

    /* A file that this process can't read although refresh() will want it; empty: none. */
    virtual std::string unreadable_file() const { return {}; }
};

/* `oauth2_secret_store TYPE name=value ...` */
struct StoreSettings {
    std::string_view type;
    std::vector<std::string_view> parameters;
    std::string_view base_directory;  // what a relative path is relative to, ends in "/"
    std::string_view server = {};     // whose locations a URI means
};

/* A store with nothing loaded; the error says what is wrong with the settings. */
Configured<std::unique_ptr<SecretStore>> make_secret_store(const StoreSettings& settings);

}  // namespace oauth2_rs

#endif
