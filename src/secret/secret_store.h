#ifndef OAUTH2_RS_SECRET_SECRET_STORE_H
#define OAUTH2_RS_SECRET_SECRET_STORE_H

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/request_context.h"
#include "base/result.h"
#include "jose/key_set.h"

namespace oauth2_rs {

/* What a store tells the administrator without failing; each a clause. */
using Warnings = std::vector<std::string>;

/*
 * Where keys come from. Loaded at configuration time, when each secret that a resolver names is
 * asked for once; const while requests run.
 */
class SecretStore {
  public:
    virtual ~SecretStore() = default;

    /*
     * Reads what `secret_id` stands for. A store that doesn't hold it is no error; what it holds
     * must be readable, well-formed and strong enough.
     */
    virtual Configured<Done> load(const std::string& secret_id, Warnings* warnings) = 0;

    /*
     * The keys of a secret that was loaded, owned by the store and valid until the request is left;
     * nullptr where the store doesn't hold it.
     */
    virtual Step<const KeySet*> keys(RequestContext& request, std::string_view secret_id) const = 0;
};

/* `oauth2_secret_store TYPE name=value ...` */
struct StoreSettings {
    std::string_view type;
    std::vector<std::string_view> parameters;
    std::string_view base_directory;  // what a relative path is relative to, ends in "/"
};

/* A store with nothing loaded; the error says what is wrong with the settings. */
Configured<std::unique_ptr<SecretStore>> make_secret_store(const StoreSettings& settings);

}  // namespace oauth2_rs

#endif
