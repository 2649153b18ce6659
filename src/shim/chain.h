#ifndef OAUTH2_RS_SHIM_CHAIN_H
#define OAUTH2_RS_SHIM_CHAIN_H

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "secret/secret_store.h"
#include "token/access_token_resolver.h"
#include "token/caching_access_token_resolver.h"
#include "token/claims_policy.h"

namespace oauth2_rs {

enum class ResolverKind : unsigned char { kStateless, kIntrospection };

/* Everything that decides whether a token is accepted, in the words of the directives. */
struct ChainSettings {
    ResolverKind kind = ResolverKind::kStateless;
    std::string_view issuer;
    std::string_view verification_secret;  // a secret id, "null", or empty: not set
    std::string_view decryption_secret;    // a secret id, or empty: not set
    ClaimsPolicy policy;                   // complete but for the issuer
    std::vector<std::string_view> algorithms;
    std::vector<StoreSettings> stores;
    std::string_view introspection_endpoint;
    std::string_view server;      // whose locations a URI means
    std::string_view cache_zone;  // empty: nothing is cached
    CacheTimes cache_times;
    bool confirmation_required = false;  // checked against the rest, not part of the fingerprint
};

/* Told apart from every other chain's: all fields, each with its length before it. */
std::string fingerprint_of(const ChainSettings& settings);

/* The stores of a configuration cycle, one for equal settings. */
using StoreCache = std::unordered_map<std::string, std::shared_ptr<SecretStore>>;

/*
 * Whether what a location demands of the binding can be had of its chain. Asked for every location,
 * since several share a chain.
 */
Configured<Done> check_confirmation(const ChainSettings& settings);

/* The one place where settings become a resolver. Errors and warnings name their directive. */
Configured<std::unique_ptr<AccessTokenResolver>> build_chain(const ChainSettings& settings,
                                                             StoreCache* stores,
                                                             Warnings* warnings);

}  // namespace oauth2_rs

#endif
