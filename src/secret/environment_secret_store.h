#ifndef OAUTH2_RS_SECRET_ENVIRONMENT_SECRET_STORE_H
#define OAUTH2_RS_SECRET_ENVIRONMENT_SECRET_STORE_H

#include <map>
#include <memory>
#include <string>

#include "secret/keyed_secrets.h"
#include "secret/secret_format.h"
#include "secret/secret_store.h"

namespace oauth2_rs {

/*
 * SystemAndEnvSecretStore: secrets in the environment that NGINX was started with. "a.b" is read
 * from A_B, which is also its stable id.
 */
class EnvironmentSecretStore final : public SecretStore {
  public:
    static Configured<std::unique_ptr<SecretStore>> make(const StoreSettings& settings);

    explicit EnvironmentSecretStore(SecretFormat format) : format_(format) {}

    Configured<Done> load(const std::string& secret_id, const LoadContext& context) override;
    Step<const KeySet*> keys(KeyWaiter& waiter, std::string_view secret_id) const override;
    bool is_lasting() const override { return true; }
    Configured<std::optional<SecretBytes>> bytes(const std::string& secret_id) const override;

  private:
    SecretFormat format_;
    std::map<std::string, std::string> ids_by_variable_;
    KeyedSecrets secrets_;
};

}  // namespace oauth2_rs

#endif
