#include "token/stateless_access_token_resolver.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "jose/json.h"
#include "token/scope.h"

namespace oauth2_rs {

namespace {

constexpr std::size_t kMostTokenBytes = 64 * 1024;

/* RFC 7518 section 3.6: what says that it isn't signed must not bear a signature. */
Verdict check_unsigned(const Jws& jws) {
    if (jws.header.alg == "none" && !jws.signature.empty()) {
        return Denial{Code::kMalformedToken, "its \"alg\" is \"none\", yet it bears a signature"};
    }
    return Done{};
}

/* Whether another key might have led to another end. */
bool is_for_want_of_a_key(const Denial& denial) {
    return denial.code == Code::kUnknownKey || denial.code == Code::kBadSignature ||
           denial.code == Code::kDecryptionFailed;
}

/*
 * What `attempt` comes to; where it fails for want of a key that may have come since, again: twice,
 * as the keys that another process has fetched are at hand at once, and may be too old themselves.
 * It says whether it is final: a key bears the token's "kid", and no new one could change that.
 */
template <class T, class Attempt>
Step<T> with_new_keys(const SecretsProvider& secrets, RequestContext& request, Attempt&& attempt) {
    bool final = false;
    Step<T> outcome = attempt(&final);
    for (int renewals = 0; renewals < 2; renewals++) {
        if (outcome.ok() || outcome.pending() || final || !is_for_want_of_a_key(outcome.denial())) {
            return outcome;
        }
        const auto renewed = secrets.renew(request);
        if (!renewed.ok()) {
            return renewed.template as<T>();
        }
        if (!renewed.value()) {
            return outcome;
        }
        outcome = attempt(&final);
    }
    return outcome;
}

}  // namespace

StatelessAccessTokenResolver::StatelessAccessTokenResolver(ProtectionPolicy protection,
                                                           SecretsProvider secrets,
                                                           ClaimsPolicy policy)
    : protection_(std::move(protection)),
      secrets_(std::move(secrets)),
      policy_(std::move(policy)) {}

Resolution StatelessAccessTokenResolver::resolve(std::string_view token,
                                                 RequestContext& request) const {
    if (token.size() > kMostTokenBytes) {
        return Denial{Code::kMalformedToken, "it is longer than 64 KiB"};
    }
    if (!protection_.decryption_secret_id.empty()) {
        return resolve_encrypted(token, request);
    }
    Resolution resolved = resolve_signed(token, {}, request);
    if (resolved.ok()) {
        resolved.value().be_payload_of(token);
    }
    return resolved;
}

bool StatelessAccessTokenResolver::upholds(const ResolvedToken& token) const {
    const KeyDigests& keys = token.facts().keys;
    auto key = keys.begin();
    for (const std::string* id :
         {&protection_.decryption_secret_id, &protection_.verification_secret_id}) {
        if (!id->empty() && (key == keys.end() || !secrets_.holds(*id, *key++))) {
            return false;
        }
    }
    return key == keys.end();
}

Resolution StatelessAccessTokenResolver::resolve_encrypted(std::string_view token,
                                                           RequestContext& request) const {
    const auto jwe = parse_jwe(token);
    if (!jwe.ok()) {
        return jwe.error();
    }
    const auto decrypted = decrypt_content(jwe.value(), request);
    if (!decrypted.ok()) {
        return decrypted.as<ResolvedToken>();
    }
    const std::string_view content = as_text(decrypted.value().content);
    KeyDigests keys;
    keys.add(decrypted.value().key);
    // RFC 7519 section 5.2 recommends "cty" to tell the two apart; here the configuration does.
    return protection_.verification_secret_id.empty()
               ? resolve_claims(jwe.value().header, std::string(content), keys, request)
               : resolve_signed(content, keys, request);
}

Step<StatelessAccessTokenResolver::Decrypted> StatelessAccessTokenResolver::decrypt_content(
    const Jwe& jwe, RequestContext& request) const {
    // Anyone can encrypt to a public key: without a signature that says nothing of who did.
    if (protection_.verification_secret_id.empty() && jwe.algorithm->key_type != KeyType::kOct) {
        return Denial{Code::kUnknownKey,
                      "it is encrypted to a public key, which proves nothing without a signature"};
    }
    return with_new_keys<Decrypted>(
        secrets_, request, [&](bool* final) { return try_decrypting(jwe, request, final); });
}

Step<StatelessAccessTokenResolver::Decrypted> StatelessAccessTokenResolver::try_decrypting(
    const Jwe& jwe, RequestContext& request, bool* final) const {
    const auto choice = secrets_.choose(request, {protection_.decryption_secret_id, jwe.header.kid,
                                                  jwe.algorithm, jwe.encryption, jwe.curve});
    if (!choice.ok()) {
        return choice.as<Decrypted>();
    }
    *final = choice.value().final();
    for (const Key* key : choice.value()) {
        auto content = decrypt(jwe, *key);
        if (content.ok()) {
            return Decrypted{std::move(content.value()), key->digest()};
        }
        if (content.error().code != Code::kDecryptionFailed) {
            return content.error();
        }
    }
    if (choice.value().incomplete()) {
        return Denial{Code::kKeysUnavailable, "the keys that might decrypt it can't be fetched"};
    }
    if (choice.value().empty()) {
        return Denial{Code::kUnknownKey, "no key of the decryption secret fits it"};
    }
    return Denial{Code::kDecryptionFailed, "no key that fits decrypts it"};
}

Resolution StatelessAccessTokenResolver::resolve_signed(std::string_view token, KeyDigests keys,
                                                        RequestContext& request) const {
    auto jws = parse_jws(token, headers_);
    if (!jws.ok()) {
        return jws.error();
    }
    if (protection_.verification_secret_id.empty()) {
        if (const auto verdict = check_unsigned(jws.value()); !verdict.ok()) {
            return verdict.error();
        }
    } else {
        const auto key = check_signature(jws.value(), request);
        if (!key.ok()) {
            return key.as<ResolvedToken>();
        }
        keys.add(key.value());
    }
    return resolve_claims(jws.value().header, std::move(jws.value().payload), keys, request);
}

Result<const Algorithm*> StatelessAccessTokenResolver::allowed_algorithm(
    std::string_view name) const {
    const Algorithm* algorithm = find_algorithm(AlgorithmKind::kSignature, name);
    if (algorithm == nullptr) {
        return Denial{Code::kUnsupportedAlgorithm, "its \"alg\" is missing, unknown or \"none\""};
    }
    const auto& allowed = protection_.algorithms;
    if (!allowed.empty() && std::find(allowed.begin(), allowed.end(), algorithm) == allowed.end()) {
        return Denial{Code::kUnsupportedAlgorithm, "its \"alg\" is not allowed here"};
    }
    return algorithm;
}

Step<Digest> StatelessAccessTokenResolver::check_signature(const Jws& jws,
                                                           RequestContext& request) const {
    const auto algorithm = allowed_algorithm(jws.header.alg);
    if (!algorithm.ok()) {
        return algorithm.error();
    }
    if (jws.signature.empty()) {
        return Denial{Code::kBadSignature, "its signature is empty"};
    }
    return with_new_keys<Digest>(secrets_, request, [&](bool* final) {
        return try_verifying(jws, *algorithm.value(), request, final);
    });
}

Step<Digest> StatelessAccessTokenResolver::try_verifying(const Jws& jws, const Algorithm& algorithm,
                                                         RequestContext& request,
                                                         bool* final) const {
    const auto choice =
        secrets_.choose(request, {protection_.verification_secret_id, jws.header.kid, &algorithm});
    if (!choice.ok()) {
        return choice.as<Digest>();
    }
    *final = choice.value().final();
    for (const Key* key : choice.value()) {
        if (key->verify(algorithm, jws.signing_input, jws.signature)) {
            headers_.remember(jws.encoded_header, jws.header);
            return key->digest();
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

Resolution StatelessAccessTokenResolver::resolve_claims(const JoseHeader& header, std::string text,
                                                        const KeyDigests& keys,
                                                        RequestContext& request) const {
    JsonHandle claims = parse_json_object(text);
    if (!claims) {
        return Denial{Code::kMalformedToken, "its payload is no JSON object that can be trusted"};
    }
    const auto verdict = policy_.check(header.typ, claims.get(), request.now_ms());
    if (!verdict.ok()) {
        return verdict.error();
    }
    const auto scopes = granted_scopes(claims.get());
    if (!scopes.ok()) {
        return scopes.error();
    }
    ResolvedToken::Facts facts{join(scopes.value(), ' '), read_confirmation(claims.get()),
                               policy_.valid_until_ms(claims.get()), keys};
    return ResolvedToken(std::move(text), std::move(claims), std::move(facts));
}

}  // namespace oauth2_rs
