#include "token/stateless_access_token_resolver.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "jose/json.h"
#include "token/scope.h"

namespace oauth2_rs {

namespace {

using Keys = std::vector<Digest>;

constexpr std::size_t kMostTokenBytes = 64 * 1024;

/* RFC 7518 section 3.6: what says that it isn't signed must not bear a signature. */
Step<Keys> check_unsigned(const Jws& jws) {
    if (jws.header.alg == "none" && !jws.signature.empty()) {
        return Denial{Code::kMalformedToken, "its \"alg\" is \"none\", yet it bears a signature"};
    }
    return Keys{};
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
    auto jws = parse_jws(token, headers_);
    if (!jws.ok()) {
        return jws.error();
    }
    auto signature = verification_.secret_id.empty() ? check_unsigned(jws.value())
                                                     : check_signature(jws.value(), request);
    if (!signature.ok()) {
        return signature.as<ResolvedToken>();
    }
    return resolve_claims(std::move(jws.value()), std::move(signature.value()), request);
}

bool StatelessAccessTokenResolver::upholds(const ResolvedToken& token,
                                           RequestContext& request) const {
    const auto& keys = token.facts().keys;
    return std::all_of(keys.begin(), keys.end(), [&](const Digest& key) {
        return secrets_.holds(request, verification_.secret_id, key);
    });
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

Step<std::vector<Digest>> StatelessAccessTokenResolver::check_signature(
    const Jws& jws, RequestContext& request) const {
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
        return renewed.as<Keys>();
    }
    return renewed.value() ? try_keys(jws, *algorithm.value(), request) : verdict;
}

Step<std::vector<Digest>> StatelessAccessTokenResolver::try_keys(const Jws& jws,
                                                                 const Algorithm& algorithm,
                                                                 RequestContext& request) const {
    const auto choice =
        secrets_.choose(request, {verification_.secret_id, jws.header.kid, &algorithm});
    if (!choice.ok()) {
        return choice.as<Keys>();
    }
    for (const Key* key : choice.value()) {
        if (key->verify(algorithm, jws.signing_input, jws.signature)) {
            headers_.remember(jws.encoded_header, jws.header);
            return Keys{key->digest()};
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

Resolution StatelessAccessTokenResolver::resolve_claims(Jws jws, std::vector<Digest> keys,
                                                        RequestContext& request) const {
    JsonHandle claims = parse_json_object(jws.payload);
    if (!claims) {
        return Denial{Code::kMalformedToken, "its payload is no JSON object that can be trusted"};
    }
    const auto verdict = policy_.check(jws.header.typ, claims.get(), request.now_ms());
    if (!verdict.ok()) {
        return verdict.error();
    }
    const auto scopes = granted_scopes(claims.get());
    if (!scopes.ok()) {
        return scopes.error();
    }
    ResolvedToken::Facts facts{join(scopes.value(), ' '), read_confirmation(claims.get()),
                               policy_.valid_until_ms(claims.get()), std::move(keys)};
    return ResolvedToken(std::move(jws.payload), std::move(claims), std::move(facts));
}

}  // namespace oauth2_rs
