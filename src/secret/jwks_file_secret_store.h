#ifndef OAUTH2_RS_SECRET_JWKS_FILE_SECRET_STORE_H
#define OAUTH2_RS_SECRET_JWKS_FILE_SECRET_STORE_H

#include <memory>
#include <string>
#include <vector>

#include "secret/file_secret_store.h"

namespace oauth2_rs {

/* JwkSetSecretStore over a file: one set, whatever the secret id. */
class JwksFileSecretStore final : public FileSecretStore {
  public:
    static Configured<std::unique_ptr<SecretStore>> make(const StoreSettings& settings);

    JwksFileSecretStore(std::string path, std::int64_t refresh_interval_ms,
                        std::vector<std::string> idle);

  protected:
    Configured<ReadKeys> read(const std::string& secret_id, KeyPurposes purposes,
                              Warnings* warnings) const override;
    std::string file_of(const std::string& /*secret_id*/) const override { return path_; }
    std::string_view slot_of(std::string_view /*secret_id*/) const override { return "keys"; }

  private:
    std::string path_;
    std::vector<std::string> idle_;  // parameters that mean something with uri= only
};

}  // namespace oauth2_rs

#endif
