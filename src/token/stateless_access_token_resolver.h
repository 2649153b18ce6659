#ifndef OAUTH2_RS_TOKEN_STATELESS_ACCESS_TOKEN_RESOLVER_H
#define OAUTH2_RS_TOKEN_STATELESS_ACCESS_TOKEN_RESOLVER_H

#include <optional>
#include <string>
#include <vector>

#include "jose/algorithm.h"
#include "jose/jose_header_memory.h"
#include "jose/jws.h"
#include "secret/secrets_provider.h"
#include "token/access_token_resolver.h"
#include "token/claims_policy.h"

namespace oauth2_rs {

/* Which signature a token must bear. */
struct VerificationPolicy {
    std::string secret_id;                     // empty: no signature is looked at ("null")
    std::vector<const Algorithm*> algorithms;  // none: whatever a key of the secret fits
};

/*
 * StatelessAccessTokenResolver: judges a token by itself, without asking its issuer. Immutable but
 * for its memory of headers.
 */
class StatelessAccessTokenResolver final : public AccessTokenResolver {
  public:
    StatelessAccessTokenResolver(VerificationPolicy verification, SecretsProvider secrets,
                                 ClaimsPolicy policy);

    Resolution resolve(std::string_view token, RequestContext& request) const override;
    bool upholds(const ResolvedToken& token, RequestContext& request) const override;

  private:
    /* The keys that verified it. */
    Step<std::vector<Digest>> check_signature(const Jws& jws, RequestContext& request) const;
    Step<std::vector<Digest>> try_keys(const Jws& jws, const Algorithm& algorithm,
                                       RequestContext& request) const;
    Resolution resolve_claims(Jws jws, std::vector<Digest> keys, RequestContext& request) const;
    Result<const Algorithm*> allowed_algorithm(std::string_view name) const;

    VerificationPolicy verification_;
    SecretsProvider secrets_;
    ClaimsPolicy policy_;
    mutable JoseHeaderMemory headers_;
};

}  // namespace oauth2_rs

#endif
