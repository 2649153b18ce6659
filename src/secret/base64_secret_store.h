#ifndef OAUTH2_RS_SECRET_BASE64_SECRET_STORE_H
#define OAUTH2_RS_SECRET_BASE64_SECRET_STORE_H

#include <memory>
#include <string>
#include <unordered_map>

#include "base/secret_bytes.h"
#include "secret/keyed_secrets.h"
#include "secret/secret_store.h"

namespace oauth2_rs {

/* Base64EncodedSecretStore: symmetric secrets that stand in the configuration; for tests. */
class Base64SecretStore final : public SecretStore {
  public:
    static Configured<std::unique_ptr<SecretStore>> make(const StoreSettings& settings);

    Configured<Done> load(const std::string& secret_id, const LoadContext& context) override;
    Step<const KeySet*> keys(KeyWaiter& waiter, std::string_view secret_id) const override;
    bool is_lasting() const override { return true; }
    Configured<std::optional<SecretBytes>> bytes(const std::string& secret_id) const override;

  private:
    std::unordered_map<std::string, SecretBytes> encoded_;
    KeyedSecrets secrets_;
};

}  // namespace oauth2_rs

#endif
