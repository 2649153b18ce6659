#ifndef OAUTH2_RS_TOKEN_INTROSPECTION_ACCESS_TOKEN_RESOLVER_H
#define OAUTH2_RS_TOKEN_INTROSPECTION_ACCESS_TOKEN_RESOLVER_H

#include <string>

#include "token/access_token_resolver.h"
#include "token/claims_policy.h"

namespace oauth2_rs {

/*
 * TokenIntrospectionAccessTokenResolver: asks the issuer about a token (RFC 7662). Who we are is
 * the business of the location that the question goes to. Whatever isn't a clear answer refuses,
 * with a reason that doesn't blame the token.
 */
class TokenIntrospectionAccessTokenResolver final : public AccessTokenResolver {
  public:
    /* `endpoint` is the URI of an internal location. */
    TokenIntrospectionAccessTokenResolver(std::string endpoint, ClaimsPolicy policy);

    Resolution resolve(std::string_view token, RequestContext& request) const override;

  private:
    Resolution ask(std::string_view token, RequestContext& request) const;
    Resolution judge(const FetchAnswer& answer, RequestContext& request) const;

    std::string endpoint_;
    ClaimsPolicy policy_;
};

}  // namespace oauth2_rs

#endif
