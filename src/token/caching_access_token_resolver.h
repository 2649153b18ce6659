#ifndef OAUTH2_RS_TOKEN_CACHING_ACCESS_TOKEN_RESOLVER_H
#define OAUTH2_RS_TOKEN_CACHING_ACCESS_TOKEN_RESOLVER_H

#include <cstdint>
#include <memory>
#include <optional>

#include "base/sha256.h"
#include "token/access_token_resolver.h"

namespace oauth2_rs {

/* How long a resolved token may be kept; milliseconds, more than 0. */
struct CacheTimes {
    std::int64_t default_ms = 60 * 1000;  // for a token that names no expiry
    std::optional<std::int64_t> most_ms;  // nothing: until the token's expiry
};

/*
 * CacheAccessTokenResolver: remembers what its delegate accepted, in a cache that all workers
 * share. Only successes are kept. A hit counts while the token hasn't expired and its delegate
 * upholds it. Confirmation and scopes are none of its business: they are judged on every request,
 * above it.
 */
class CachingAccessTokenResolver final : public AccessTokenResolver {
  public:
    /* `fingerprint` tells the delegate, with every setting that decides, from all others. */
    CachingAccessTokenResolver(std::unique_ptr<const AccessTokenResolver> delegate,
                               Digest fingerprint, CacheTimes times);

    Resolution resolve(std::string_view token, RequestContext& request) const override;
    bool upholds(const ResolvedToken& token) const override;

  private:
    std::optional<ResolvedToken> recall(std::string_view token, const Digest& key,
                                        RequestContext& request) const;
    void remember(std::string_view token, const Digest& key, const ResolvedToken& resolved,
                  RequestContext& request) const;

    std::unique_ptr<const AccessTokenResolver> delegate_;
    Digest fingerprint_;
    CacheTimes times_;
    mutable Sha256 sha256_;
};

}  // namespace oauth2_rs

#endif
