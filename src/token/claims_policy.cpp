#include "token/claims_policy.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/saturating.h"
#include "base/strings.h"
#include "jose/json.h"
#include "token/numeric_date.h"

namespace oauth2_rs {

namespace {

Denial malformed(const char* why) { return {Code::kMalformedClaims, why}; }

/* RFC 7519 section 4.1.1: compared to the letter. */
Verdict check_issuer(const json_t* claims, std::string_view issuer) {
    const json_t* claim = json_member(claims, "iss");
    if (claim == nullptr) {
        return Denial{Code::kIssuerMismatch, "\"iss\" is missing"};
    }
    const auto text = json_text(claim);
    if (!text) {
        return malformed("\"iss\" is no text");
    }
    if (*text != issuer) {
        return Denial{Code::kIssuerMismatch, "\"iss\" is another issuer"};
    }
    return Done{};
}

/* RFC 7519 section 4.1.4; the moment itself still counts. */
Verdict check_expiry(const json_t* claims, std::int64_t now_ms, std::int64_t skew_ms) {
    const json_t* claim = json_member(claims, "exp");
    if (claim == nullptr) {
        return Denial{Code::kExpiryMissing, "\"exp\" is missing"};
    }
    const auto expires = numeric_date_ms(claim);
    if (!expires) {
        return malformed("\"exp\" is no number");
    }
    if (now_ms > add_saturating(*expires, skew_ms)) {
        return Denial{Code::kExpired, "\"exp\" has passed"};
    }
    return Done{};
}

/* RFC 7519 sections 4.1.5 and 4.1.6: not before that time, where the claim is there. */
Verdict check_not_before(const json_t* claim, std::int64_t now_ms, std::int64_t skew_ms) {
    if (claim == nullptr) {
        return Done{};
    }
    const auto begins = numeric_date_ms(claim);
    if (!begins) {
        return malformed("\"iat\" or \"nbf\" is no number");
    }
    if (now_ms < add_saturating(*begins, -skew_ms)) {
        return Denial{Code::kNotYetValid, "\"iat\" or \"nbf\" is yet to come"};
    }
    return Done{};
}

bool is_text_array(const json_t* value) {
    std::size_t index = 0;
    const json_t* item = nullptr;
    json_array_foreach(value, index, item) {
        if (!json_is_string(item)) {
            return false;
        }
    }
    return json_is_array(value);
}

/* RFC 7519 section 4.1.3: one text, or an array of them. */
Verdict check_audience(const json_t* claims, const std::vector<std::string>& audiences) {
    if (audiences.empty()) {
        return Done{};
    }
    const json_t* claim = json_member(claims, "aud");
    if (claim == nullptr) {
        return Denial{Code::kAudienceMismatch, "\"aud\" is missing"};
    }
    if (!json_is_string(claim) && !is_text_array(claim)) {
        return malformed("\"aud\" is neither text nor an array of texts");
    }
    const bool meant =
        std::any_of(audiences.begin(), audiences.end(), [claim](const std::string& audience) {
            return json_text(claim) == audience || json_array_holds(claim, audience);
        });
    if (!meant) {
        return Denial{Code::kAudienceMismatch, "\"aud\" names none of our audiences"};
    }
    return Done{};
}

bool is_typ(const json_t* typ, std::string_view name) {
    const auto text = json_text(typ);
    return text && equals_ignoring_case(*text, name);
}

bool is_access_token_typ(const json_t* typ) {
    return is_typ(typ, "at+jwt") || is_typ(typ, "application/at+jwt");
}

/* What ID, logout and event tokens of an issuer carry (OpenID Connect, RFC 8417). */
bool has_claim_of_other_tokens(const json_t* claims) {
    constexpr std::array<std::string_view, 4> kForeign{{"at_hash", "c_hash", "s_hash", "events"}};
    return std::any_of(kForeign.begin(), kForeign.end(), [claims](std::string_view name) {
        return json_member(claims, name) != nullptr;
    });
}

Verdict check_any_profile(const json_t* typ, const json_t* claims) {
    if (typ != nullptr && !is_typ(typ, "JWT") && !is_access_token_typ(typ)) {
        return Denial{Code::kWrongTokenType, "its header's \"typ\" is not an access token's"};
    }
    const json_t* name = json_member(claims, "tokenName");
    if (name != nullptr && json_text(name) != "access_token") {
        return Denial{Code::kWrongTokenType, "\"tokenName\" is not \"access_token\""};
    }
    if (has_claim_of_other_tokens(claims)) {
        return Denial{Code::kWrongTokenType, "it holds claims of an ID, logout or event token"};
    }
    return Done{};
}

Verdict check_am_profile(const json_t* claims) {
    if (json_text(claims, "tokenName") != "access_token") {
        return Denial{Code::kWrongTokenType, "\"tokenName\" is not \"access_token\""};
    }
    return Done{};
}

/* RFC 9068 sections 2.2 and 4; iss and exp have been seen to before. */
Verdict check_rfc9068_profile(const json_t* typ, const json_t* claims) {
    if (!is_access_token_typ(typ)) {
        return Denial{Code::kWrongTokenType, "its header's \"typ\" is not \"at+jwt\""};
    }
    constexpr std::array<std::string_view, 3> kTexts{{"sub", "client_id", "jti"}};
    for (const std::string_view name : kTexts) {
        if (!json_text(claims, name)) {
            return malformed("\"sub\", \"client_id\" or \"jti\" is missing or no text");
        }
    }
    const json_t* audience = json_member(claims, "aud");
    if (!json_is_string(audience) && !is_text_array(audience)) {
        return malformed("\"aud\" is missing, or neither text nor an array of texts");
    }
    if (json_member(claims, "iat") == nullptr) {
        return malformed("\"iat\" is missing");
    }
    return Done{};
}

Verdict check_profile(TokenProfile profile, const json_t* typ, const json_t* claims) {
    switch (profile) {
        case TokenProfile::kAny:
            return check_any_profile(typ, claims);
        case TokenProfile::kAm:
            return check_am_profile(claims);
        case TokenProfile::kRfc9068:
            return check_rfc9068_profile(typ, claims);
    }
    return Denial{};
}

}  // namespace

std::optional<std::int64_t> ClaimsPolicy::valid_until_ms(const json_t* claims) const {
    const auto expires = numeric_date_ms(json_member(claims, "exp"));
    return expires ? std::optional(add_saturating(*expires, skew_ms)) : std::nullopt;
}

Verdict ClaimsPolicy::check(const json_t* typ, const json_t* claims, std::int64_t now_ms) const {
    if (auto verdict = check_issuer(claims, issuer); !verdict.ok()) {
        return verdict;
    }
    if (auto verdict = check_expiry(claims, now_ms, skew_ms); !verdict.ok()) {
        return verdict;
    }
    if (auto verdict = check_beginning(claims, now_ms); !verdict.ok()) {
        return verdict;
    }
    if (auto verdict = check_audience(claims, audiences); !verdict.ok()) {
        return verdict;
    }
    return check_profile(profile, typ, claims);
}

Verdict ClaimsPolicy::check_introspected(const json_t* claims, std::int64_t now_ms) const {
    if (!issuer.empty() && json_member(claims, "iss") != nullptr) {
        if (auto verdict = check_issuer(claims, issuer); !verdict.ok()) {
            return verdict;
        }
    }
    if (json_member(claims, "exp") != nullptr) {
        if (auto verdict = check_expiry(claims, now_ms, skew_ms); !verdict.ok()) {
            return verdict;
        }
    }
    if (auto verdict = check_beginning(claims, now_ms); !verdict.ok()) {
        return verdict;
    }
    return check_audience(claims, audiences);
}

Verdict ClaimsPolicy::check_beginning(const json_t* claims, std::int64_t now_ms) const {
    for (const std::string_view name : {"iat", "nbf"}) {
        auto verdict = check_not_before(json_member(claims, name), now_ms, skew_ms);
        if (!verdict.ok()) {
            return verdict;
        }
    }
    return Done{};
}

}  // namespace oauth2_rs
