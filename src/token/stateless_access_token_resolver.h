#ifndef OAUTH2_RS_TOKEN_STATELESS_ACCESS_TOKEN_RESOLVER_H
#define OAUTH2_RS_TOKEN_STATELESS_ACCESS_TOKEN_RESOLVER_H

#include <optional>
#include <string>
#include <vector>

#include "jose/algorithm.h"
#include "jose/jose_header_memory.h"
#include "jose/jwe.h"
#include "jose/jws.h"
#include "secret/secrets_provider.h"
#include "token/access_token_resolver.h"
#include "token/claims_policy.h"

namespace oauth2_rs {

/*
 * How a token must be secured; the two ids alone decide which shape it has. With a decryption
 * secret it is encrypted. With a verification secret it, or what is encrypted, is signed. With
 * neither no signature is looked at ("null"); with a decryption secret alone, which must be a
 * shared one, having encrypted it is proof enough.
 */
struct ProtectionPolicy {
    std::string verification_secret_id;        // empty: none
    std::vector<const Algorithm*> algorithms;  // none: whatever a key of that secret fits
    std::string decryption_secret_id;          // empty: none
};

/*
 * StatelessAccessTokenResolver: judges a token by itself, without asking its issuer. Immutable but
 * for its memory of headers.
 */
class StatelessAccessTokenResolver final : public AccessTokenResolver {
  public:
    StatelessAccessTokenResolver(ProtectionPolicy protection, SecretsProvider secrets,
                                 ClaimsPolicy policy);

    Resolution resolve(std::string_view token, RequestContext& request) const override;
    bool upholds(const ResolvedToken& token) const override;

  private:
    struct Decrypted {
        SecretBytes content;
        Digest key;
    };

    Resolution resolve_encrypted(std::string_view token, RequestContext& request) const;
    Resolution resolve_signed(std::string_view token, KeyDigests keys,
                              RequestContext& request) const;
    Resolution resolve_claims(const JoseHeader& header, std::string text, const KeyDigests& keys,
                              RequestContext& request) const;
    Step<Decrypted> decrypt_content(const Jwe& jwe, RequestContext& request) const;
    Step<Decrypted> try_decrypting(const Jwe& jwe, RequestContext& request, bool* final) const;
    Step<Digest> check_signature(const Jws& jws, RequestContext& request) const;
    Step<Digest> try_verifying(const Jws& jws, const Algorithm& algorithm, RequestContext& request,
                               bool* final) const;
    Result<const Algorithm*> allowed_algorithm(std::string_view name) const;

    ProtectionPolicy protection_;
    SecretsProvider secrets_;
    ClaimsPolicy policy_;
    mutable JoseHeaderMemory headers_;
};

}  // namespace oauth2_rs

#endif
