#ifndef OAUTH2_RS_SECRET_KEYSTORE_SECRET_STORE_H
#define OAUTH2_RS_SECRET_KEYSTORE_SECRET_STORE_H

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "secret/file_secret_store.h"
#include "secret/pkcs12.h"

namespace oauth2_rs {

/*
 * KeyStoreSecretStore: a PKCS#12 file whose aliases are the stable ids. A secret may be mapped to
 * several aliases, the first of which is the active one while the others are still valid.
 */
class KeystoreSecretStore final : public FileSecretStore {
  public:
    using Aliases = std::map<std::string, std::vector<std::string>, std::less<>>;

    static Configured<std::unique_ptr<SecretStore>> make(const StoreSettings& settings);

    /* Without an entry in `aliases` a secret's id is its alias. */
    KeystoreSecretStore(std::string path, std::string password_id, Aliases aliases,
                        std::int64_t refresh_interval_ms);

    Configured<Done> load(const std::string& secret_id, const LoadContext& context) override;

  protected:
    Configured<ReadKeys> read(const std::string& secret_id, KeyPurposes purposes,
                              Warnings* warnings) const override;
    std::string file_of(const std::string& /*secret_id*/) const override { return path_; }

  private:
    Configured<ReadKeys> keys_of(const std::string& secret_id, KeyPurposes purposes,
                                 std::vector<KeystoreEntry>* entries) const;

    std::string path_;
    std::string password_id_;  // empty: the empty password
    Aliases aliases_;
    std::optional<SecretBytes> password_;  // kept, for re-reading
};

}  // namespace oauth2_rs

#endif
