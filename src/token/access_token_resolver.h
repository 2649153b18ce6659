#ifndef OAUTH2_RS_TOKEN_ACCESS_TOKEN_RESOLVER_H
#define OAUTH2_RS_TOKEN_ACCESS_TOKEN_RESOLVER_H

#include <string_view>

#include "base/request_context.h"
#include "base/result.h"
#include "token/access_token.h"

namespace oauth2_rs {

using Resolution = Step<ResolvedToken>;

/*
 * Turns an access token into what its issuer says about it.
 *
 * Immutable, serves any number of requests of a worker, and is restartable: when it needs an answer
 * from elsewhere it asks `request` to fetch it and is Pending; once the answer is there it is
 * called again and runs from the top. So a decorator knows nothing of what it wraps.
 */
class AccessTokenResolver {
  public:
    virtual ~AccessTokenResolver() = default;
    virtual Resolution resolve(std::string_view token, RequestContext& request) const = 0;

    /* Whether it would still accept a token that it accepted before, as far as its keys go. */
    virtual bool upholds(const ResolvedToken& /*token*/) const { return true; }
};

}  // namespace oauth2_rs

#endif
