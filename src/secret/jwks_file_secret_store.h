#ifndef OAUTH2_RS_SECRET_JWKS_FILE_SECRET_STORE_H
#define OAUTH2_RS_SECRET_JWKS_FILE_SECRET_STORE_H

#include <memory>
#include <optional>
#include <string>

#include "secret/secret_store.h"

namespace oauth2_rs {

/* JwkSetSecretStore over a file: one set, whatever the secret id. */
class JwksFileSecretStore final : public SecretStore {
  public:
    static Configured<std::unique_ptr<SecretStore>> make(const StoreSettings& settings);

    explicit JwksFileSecretStore(std::string path);

    Configured<Done> load(const std::string& secret_id, Warnings* warnings) override;
    Step<const KeySet*> keys(RequestContext& request, std::string_view secret_id) const override;

  private:
    std::string path_;
    std::optional<KeySet> set_;
};

}  // namespace oauth2_rs

#endif
