#ifndef OAUTH2_RS_SECRET_JWKS_URI_SECRET_STORE_H
#define OAUTH2_RS_SECRET_JWKS_URI_SECRET_STORE_H

#include <memory>
#include <string>

#include "secret/secret_store.h"

namespace oauth2_rs {

/* How long the keys of a URI are used, in milliseconds. */
struct KeyTimeouts {
    std::int64_t cache = 2 * 60 * 1000;       // until they are fetched again
    std::int64_t cache_miss = 2 * 60 * 1000;  // between two fetches for want of a key
    std::int64_t stale = 60 * 60 * 1000;      // past `cache`, while fetching fails
};

/*
 * JwkSetSecretStore over a location of NGINX: one set, whatever the secret id. It doesn't fetch: it
 * asks the request to wait, and whoever fetches for the process hands it the text.
 */
class JwksUriSecretStore final : public SecretStore, public KeySource {
  public:
    /* Whether these settings of a store "jwks" name a URI. */
    static bool is_meant(const StoreSettings& settings);

    static Configured<std::unique_ptr<SecretStore>> make(const StoreSettings& settings);

    JwksUriSecretStore(std::string uri, std::string server, KeyTimeouts timeouts);

    Configured<Done> load(const std::string& secret_id, const LoadContext& context) override;
    Step<const KeySet*> keys(KeyWaiter& waiter, std::string_view secret_id) const override;
    KeySource* key_source() override { return this; }
    Step<bool> renew(KeyWaiter& waiter) const override;

    const std::string& uri() const override { return uri_; }
    const std::string& server() const override { return server_; }
    std::int64_t cache_timeout_ms() const override { return timeouts_.cache; }
    std::int64_t cache_miss_timeout_ms() const override { return timeouts_.cache_miss; }
    std::int64_t stale_timeout_ms() const override { return timeouts_.stale; }
    Configured<Done> accept(std::string_view text) override;
    void drop() override { keys_.reset(); }

  private:
    const void* handle() const { return static_cast<const KeySource*>(this); }

    std::string uri_;
    std::string server_;
    KeyTimeouts timeouts_;
    KeyPurposes wanted_;
    std::shared_ptr<const KeySet> keys_;  // nullptr: none that may be used
};

}  // namespace oauth2_rs

#endif
