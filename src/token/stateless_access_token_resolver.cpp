#include "token/stateless_access_token_resolver.h"

#include <algorithm>
#include <utility>

#include "jose/json.h"
#include "token/scope.h"

namespace oauth2_rs {

namespace {

constexpr std::size_t kMostTokenBytes = 64 * 1024;

/* RFC 7518 section 3.6: what says that it isn't signed must not bear a signature. */
Step<Done> check_unsigned(const Jws& jws) {
    if (jws.header.alg == "none" && !jws.signature.empty()) {
        return Denial{Code::kMalformedToken, "its \"alg\" is \"none\", yet it bears a signature"};
    }
    return Done{};
}

}  // namespace

StatelessAccessTokenResolver::StatelessAccessTokenResolver(VerificationPolicy verification,
                                                           SecretsProvider secrets,
                                                           ClaimsPolicy policy)
    : verification_(std::move(verification)),
      secrets_(std::move(secrets)),
      policy_(std::move(policy)) {}

Resolution StatelessAccessTokenResolver::resolve(std::string_view token,
                                                 RequestContext& request) const {
    if (token.size() > kMostTokenBytes) {
        return Denial{Code::kMalformedToken, "it is longer than 64 KiB"};
    }
    const auto jws = parse_jws(token);
    if (!jws.ok()) {
        return jws.error();
    }
    const auto signature = verification_.secret_id.empty() ? check_unsigned(jws.value())
                                                           : check_signature(jws.value(), request);
    if (!signature.ok()) {
        return signature.as<ResolvedToken>();
    }
    return resolve_claims(jws.value(), request);
}

Result<const Algorithm*> StatelessAccessTokenResolver::allowed_algorithm(
    std::string_view name) const {
    const Algorithm* algorithm = find_algorithm(name);
    if (algorithm == nullptr) {
        return Denial{Code::kUnsupportedAlgorithm, "its \"alg\" is missing, unknown or \"none\""};
    }
    const auto& allowed = verification_.algorithms;
    if (!allowed.empty() && std::find(allowed.begin(), allowed.end(), algorithm) == allowed.end()) {
        return Denial{Code::kUnsupportedAlgorithm, "its \"alg\" is not allowed here"};
    }
    return algorithm;
}

Step<Done> StatelessAccessTokenResolver::check_signature(const Jws& jws,
                                                         RequestContext& request) const {
    const auto algorithm = allowed_algorithm(jws.header.alg);
    if (!algorithm.ok()) {
        return algorithm.error();
    }
    if (jws.signature.empty()) {
        return Denial{Code::kBadSignature, "its signature is empty"};
    }
    auto verdict = try_keys(jws, *algorithm.value(), request);
    if (verdict.ok() || verdict.pending() || verdict.denial().code == Code::kKeysUnavailable) {
        return verdict;
    }
    const auto renewed = secrets_.renew(request);
    if (!renewed.ok()) {
        return renewed.as<Done>();
    }
    return renewed.value() ? try_keys(jws, *algorithm.value(), request) : verdict;
}

Step<Done> StatelessAccessTokenResolver::try_keys(const Jws& jws, const Algorithm& algorithm,
                                                  RequestContext& request) const {
    const auto choice =
        secrets_.choose(request, {verification_.secret_id, jws.header.kid, &algorithm});
    if (!choice.ok()) {
        return choice.as<Done>();
    }
    for (const Key* key : choice.value()) {
        if (key->verify(algorithm, jws.signing_input, jws.signature)) {
            return Done{};
        }
    }
    if (choice.value().incomplete()) {
        return Denial{Code::kKeysUnavailable, "the keys that might verify it can't be fetched"};
    }
    if (choice.value().empty()) {
        return Denial{Code::kUnknownKey, "no key of the verification secret fits it"};
    }
    return Denial{Code::kBadSignature, "no key that fits verifies its signature"};
}

Resolution StatelessAccessTokenResolver::resolve_claims(const Jws& jws,
                                                        RequestContext& request) const {
    JsonHandle claims = parse_json_object(jws.payload);
    if (!claims) {
        return Denial{Code::kMalformedToken, "its payload is no JSON object that can be trusted"};
    }
    const auto verdict = policy_.check(jws.header.typ, claims.get(), request.now_ms());
    if (!verdict.ok()) {
        return verdict.error();
    }
    auto scopes = granted_scopes(claims.get());
    if (!scopes.ok()) {
        return scopes.error();
    }
    return ResolvedToken(std::move(claims), std::move(scopes.value()));
}

}  // namespace oauth2_rs
