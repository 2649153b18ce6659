#ifndef OAUTH2_RS_SECRET_FILE_SECRET_STORE_H
#define OAUTH2_RS_SECRET_FILE_SECRET_STORE_H

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "secret/file_watch.h"
#include "secret/secret_store.h"

namespace oauth2_rs {

/* The keys of a secret; nothing where the store doesn't hold it. */
using ReadKeys = std::optional<std::vector<KeyPointer>>;

/*
 * What the stores that read files have in common: a key set for each secret that was asked for, and
 * reading all of them anew once a file has changed. New keys become visible whole or not at all.
 */
class FileSecretStore : public SecretStore {
  public:
    /* 0: never re-read. */
    explicit FileSecretStore(std::int64_t refresh_interval_ms);

    Configured<Done> load(const std::string& secret_id, const LoadContext& context) override;
    Step<const KeySet*> keys(KeyWaiter& waiter, std::string_view secret_id) const override;
    bool is_lasting() const override { return refresh_interval_ms_ == 0; }
    std::int64_t refresh_interval_ms() const override { return refresh_interval_ms_; }
    Refresh refresh(std::string* failure) override;
    std::string unreadable_file() const override;

  protected:
    /* Reads the keys of one secret from its files; what no purpose wants may be unusable. */
    virtual Configured<ReadKeys> read(const std::string& secret_id, KeyPurposes purposes,
                                      Warnings* warnings) const = 0;

    /* The file that holds that secret. */
    virtual std::string file_of(const std::string& secret_id) const = 0;

    /* The name under which the keys of a secret are kept: the same for all in a JWK set. */
    virtual std::string_view slot_of(std::string_view secret_id) const { return secret_id; }

  private:
    struct Slot {
        std::shared_ptr<const KeySet> keys;  // nullptr: not there, but it may come
        KeyPurposes purposes;
    };
    using Slots = std::map<std::string, Slot, std::less<>>;

    Configured<Slots> read_all() const;
    std::vector<std::string> files() const;

    std::int64_t refresh_interval_ms_;
    Slots slots_;
    FileWatch watch_;
    bool is_stale_ = false;         // a change has been seen that is not yet read
    bool is_failure_told_ = false;  // of that change
};

}  // namespace oauth2_rs

#endif
