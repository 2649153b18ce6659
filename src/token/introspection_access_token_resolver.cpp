#include "token/introspection_access_token_resolver.h"

#include <utility>

#include "base/strings.h"
#include "jose/json.h"
#include "token/scope.h"

namespace oauth2_rs {

namespace {

constexpr std::size_t kMostTokenBytes = 64 * 1024;
constexpr int kOk = 200;

Denial unavailable(const char* why) { return {Code::kIntrospectionUnavailable, why}; }

/* RFC 7662 section 2.2: the claims, where the answer is one that can be believed. */
Result<JsonHandle> claims_in(const FetchAnswer& answer) {
    if (answer.status == 0) {
        return unavailable("the introspection endpoint gave no answer in time, or a broken one");
    }
    if (answer.status != kOk) {
        return unavailable("the introspection endpoint answered with a status other than 200");
    }
    if (!equals_ignoring_case(answer.media_type, "application/json")) {
        return unavailable("the introspection endpoint answered with another type than JSON");
    }
    JsonHandle claims = parse_json_object(answer.body);
    if (!claims) {
        return unavailable("the introspection endpoint answered with no JSON that can be trusted");
    }
    if (!json_is_boolean(json_member(claims.get(), "active"))) {
        return unavailable("the introspection endpoint doesn't say whether the token is active");
    }
    return claims;
}

/* RFC 7662 section 2.2, RFC 6749 section 5.1. */
Verdict check_token_type(const json_t* claims) {
    const json_t* type = json_member(claims, "token_type");
    if (type == nullptr) {
        return Done{};
    }
    const auto text = json_text(type);
    if (!text) {
        return Denial{Code::kMalformedClaims, "\"token_type\" is no text"};
    }
    if (!equals_ignoring_case(*text, "Bearer")) {
        return Denial{Code::kWrongTokenType, "its issuer says that it is no bearer token"};
    }
    return Done{};
}

}  // namespace

TokenIntrospectionAccessTokenResolver::TokenIntrospectionAccessTokenResolver(std::string endpoint,
                                                                             ClaimsPolicy policy)
    : endpoint_(std::move(endpoint)), policy_(std::move(policy)) {}

Resolution TokenIntrospectionAccessTokenResolver::resolve(std::string_view token,
                                                          RequestContext& request) const {
    if (token.size() > kMostTokenBytes) {
        return Denial{Code::kMalformedToken, "it is longer than 64 KiB"};
    }
    if (!is_b64token(token)) {
        return Denial{Code::kMalformedToken, "it holds characters that no bearer token has"};
    }
    FetchAnswer answer;
    switch (request.fetched({this, 0}, &answer)) {
        case FetchState::kNone:
            return ask(token, request);
        case FetchState::kPending:
            return Pending{};
        case FetchState::kEnded:
            break;
    }
    return judge(answer, request);
}

/* RFC 7662 section 2.1. */
Resolution TokenIntrospectionAccessTokenResolver::ask(std::string_view token,
                                                      RequestContext& request) const {
    const std::string form = "token=" + form_encoded(token) + "&token_type_hint=access_token";
    if (!request.start_fetch({this, 0}, {endpoint_, form})) {
        return unavailable("the introspection endpoint can't be asked");
    }
    return Pending{};
}

Resolution TokenIntrospectionAccessTokenResolver::judge(const FetchAnswer& answer,
                                                        RequestContext& request) const {
    auto claims = claims_in(answer);
    if (!claims.ok()) {
        return claims.error();
    }
    const json_t* object = claims.value().get();
    if (!json_is_true(json_member(object, "active"))) {
        return Denial{Code::kInactive, "its issuer says that it is not active"};
    }
    if (const auto verdict = check_token_type(object); !verdict.ok()) {
        return verdict.error();
    }
    if (const auto verdict = policy_.check_introspected(object, request.now_ms()); !verdict.ok()) {
        return verdict.error();
    }
    const auto scopes = granted_scopes(object);
    if (!scopes.ok()) {
        return scopes.error();
    }
    ResolvedToken::Facts facts{
        join(scopes.value(), ' '), read_confirmation(object), policy_.valid_until_ms(object), {}};
    return ResolvedToken(std::string(answer.body), std::move(claims.value()), std::move(facts));
}

}  // namespace oauth2_rs
