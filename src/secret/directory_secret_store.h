#ifndef OAUTH2_RS_SECRET_DIRECTORY_SECRET_STORE_H
#define OAUTH2_RS_SECRET_DIRECTORY_SECRET_STORE_H

#include <memory>
#include <string>

#include "secret/file_secret_store.h"
#include "secret/secret_file.h"
#include "secret/secret_format.h"

namespace oauth2_rs {

/* FileSystemSecretStore: one secret a file, named after the secret id. */
class DirectorySecretStore final : public FileSecretStore {
  public:
    static Configured<std::unique_ptr<SecretStore>> make(const StoreSettings& settings);

    /* `path` ends in "/". */
    DirectorySecretStore(std::string path, std::string suffix, SecretFormat format,
                         std::int64_t refresh_interval_ms);

    Configured<std::optional<SecretBytes>> bytes(const std::string& secret_id) const override;

  protected:
    Configured<ReadKeys> read(const std::string& secret_id, KeyPurposes purposes,
                              Warnings* warnings) const override;
    std::string file_of(const std::string& secret_id) const override;

  private:
    Configured<std::optional<SecretFile>> open(const std::string& secret_id) const;

    std::string path_;
    std::string suffix_;
    SecretFormat format_;
};

}  // namespace oauth2_rs

#endif
