#ifndef OAUTH2_RS_SECRET_DIRECTORY_SECRET_STORE_H
#define OAUTH2_RS_SECRET_DIRECTORY_SECRET_STORE_H

#include <memory>
#include <string>

#include "secret/keyed_secrets.h"
#include "secret/secret_format.h"
#include "secret/secret_store.h"

namespace oauth2_rs {

/* FileSystemSecretStore: one secret a file, named after the secret id. */
class DirectorySecretStore final : public SecretStore {
  public:
    static Configured<std::unique_ptr<SecretStore>> make(const StoreSettings& settings);

    DirectorySecretStore(std::string path, std::string suffix, SecretFormat format);

    Configured<Done> load(const std::string& secret_id, Warnings* warnings) override;
    Step<const KeySet*> keys(RequestContext& request, std::string_view secret_id) const override;

  private:
    std::string path_;  // ends in "/"
    std::string suffix_;
    SecretFormat format_;
    KeyedSecrets secrets_;
};

}  // namespace oauth2_rs

#endif
