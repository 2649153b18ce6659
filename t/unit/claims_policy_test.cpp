#include "token/claims_policy.h"

#include <cstdint>
#include <limits>
#include <string>

#include "checks.h"
#include "fakes.h"
#include "jose/json.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

constexpr std::int64_t kNowMs = kNow * 1000;

ClaimsPolicy policy_of(TokenProfile profile = TokenProfile::kAny) {
    ClaimsPolicy policy;
    policy.issuer = "https://as";
    policy.profile = profile;
    return policy;
}

/* Claims that are good at kNow, with further members, as in `,"nbf":1`. */
std::string claims_with(const std::string& members) {
    return R"({"iss":"https://as","exp":)" + std::to_string(kNow + 60) + members + "}";
}

Verdict check(const ClaimsPolicy& policy, const std::string& claims, std::int64_t now_ms = kNowMs,
              const std::string& header = "{}") {
    const JsonHandle parsed_header = json(header);
    const JsonHandle parsed = json(claims);
    return policy.check(json_member(parsed_header.get(), "typ"), parsed.get(), now_ms);
}

Verdict check_typ(TokenProfile profile, const std::string& typ, const std::string& members) {
    return check(policy_of(profile), claims_with(members), kNowMs,
                 typ.empty() ? "{}" : R"({"typ":)" + typ + "}");
}

void test_good_claims(void** /*state*/) {
    check_good(check(policy_of(), claims_with("")));
    check_good(check(policy_of(), claims_with(R"(,"aud":7,"sub":[],"unknown":{"a":1})")));
}

/* RFC 7519 section 4.1.1: to the letter. */
void test_the_issuer(void** /*state*/) {
    for (const char* issuer : {"https://as/", "https://AS", "https://a", "", " https://as",
                               "https://as\\u000a", "HTTPS://as"}) {
        check_denied(
            check(policy_of(), R"({"iss":")" + std::string(issuer) + R"(","exp":9999999999})"),
            Code::kIssuerMismatch);
    }
    check_denied(check(policy_of(), R"({"exp":9999999999})"), Code::kIssuerMismatch);
    for (const char* issuer : {"null", "1", R"(["https://as"])", "{}"}) {
        check_denied(
            check(policy_of(), R"({"iss":)" + std::string(issuer) + R"(,"exp":9999999999})"),
            Code::kMalformedClaims);
    }
}

std::string expiring(const std::string& exp) { return R"({"iss":"https://as","exp":)" + exp + "}"; }

/* now <= exp + skew */
void test_expiry(void** /*state*/) {
    const std::string claims = expiring(std::to_string(kNow));
    check_good(check(policy_of(), claims, kNowMs - 1));
    check_good(check(policy_of(), claims, kNowMs));
    check_denied(check(policy_of(), claims, kNowMs + 1), Code::kExpired);

    ClaimsPolicy tolerant = policy_of();
    tolerant.skew_ms = 2500;
    check_good(check(tolerant, claims, kNowMs + 2500));
    check_denied(check(tolerant, claims, kNowMs + 2501), Code::kExpired);
}

void test_expiry_is_needed(void** /*state*/) {
    check_denied(check(policy_of(), R"({"iss":"https://as"})"), Code::kExpiryMissing);
    // The gateway's "expires_in" never counts.
    check_denied(check(policy_of(), R"({"iss":"https://as","expires_in":3600})"),
                 Code::kExpiryMissing);
    check_denied(check(policy_of(), expiring("1"), kNowMs), Code::kExpired);
    for (const char* exp : {"null", "\"9999999999\"", "true", "[9999999999]", "{}"}) {
        check_denied(check(policy_of(), expiring(exp)), Code::kMalformedClaims);
    }
}

void test_expiry_with_a_fraction(void** /*state*/) {
    const std::string claims = expiring(std::to_string(kNow) + ".25");
    check_good(check(policy_of(), claims, kNowMs + 250));
    check_denied(check(policy_of(), claims, kNowMs + 251), Code::kExpired);
}

void test_expiry_at_the_ends_of_int64(void** /*state*/) {
    constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
    ClaimsPolicy tolerant = policy_of();
    tolerant.skew_ms = kMost / 4;
    check_good(check(tolerant, expiring("9223372036854775807"), kMost));
    check_good(check(tolerant, expiring("1e300")));
    check_denied(check(tolerant, expiring("-9223372036854775808")), Code::kExpired);
    check_denied(check(policy_of(), expiring("-1e300")), Code::kExpired);
    check_denied(check(policy_of(), expiring("0")), Code::kExpired);
}

/* now >= iat - skew, and the same of nbf, where they are there. */
void test_times_yet_to_come(void** /*state*/) {
    for (const std::string name : {"iat", "nbf"}) {
        const std::string claims = claims_with(",\"" + name + "\":" + std::to_string(kNow));
        check_good(check(policy_of(), claims, kNowMs + 1));
        check_good(check(policy_of(), claims, kNowMs));
        check_denied(check(policy_of(), claims, kNowMs - 1), Code::kNotYetValid);

        ClaimsPolicy tolerant = policy_of();
        tolerant.skew_ms = 2500;
        check_good(check(tolerant, claims, kNowMs - 2500));
        check_denied(check(tolerant, claims, kNowMs - 2501), Code::kNotYetValid);

        for (const char* value : {"null", "\"1\"", "false", "[1]", "{}"}) {
            check_denied(check(policy_of(), claims_with(",\"" + name + "\":" + value)),
                         Code::kMalformedClaims);
        }
        const std::string never = claims_with(",\"" + name + "\":9223372036854775807");
        check_denied(check(tolerant, never), Code::kNotYetValid);
        check_good(check(tolerant, claims_with(",\"" + name + "\":-9223372036854775808")));
    }
}

ClaimsPolicy with_audiences() {
    ClaimsPolicy policy = policy_of();
    policy.audiences = {"https://api", "other"};
    return policy;
}

void test_one_audience_is_enough(void** /*state*/) {
    for (const char* audience : {R"("https://api")", R"("other")", R"(["https://api"])",
                                 R"(["x","other"])", R"(["other","https://api"])"}) {
        check_good(check(with_audiences(), claims_with(R"(,"aud":)" + std::string(audience))));
    }
}

void test_other_audiences_are_refused(void** /*state*/) {
    check_denied(check(with_audiences(), claims_with("")), Code::kAudienceMismatch);
    for (const char* audience : {R"("https://api/")", R"("OTHER")", R"("")", "[]", R"(["x"])",
                                 R"("other https://api")", R"(["oth","er"])"}) {
        check_denied(check(with_audiences(), claims_with(R"(,"aud":)" + std::string(audience))),
                     Code::kAudienceMismatch);
    }
}

void test_audiences_of_other_types_are_malformed(void** /*state*/) {
    for (const char* audience :
         {"null", "1", "true", "{}", R"({"other":1})", R"(["other",1])", R"([["other"]])"}) {
        check_denied(check(with_audiences(), claims_with(R"(,"aud":)" + std::string(audience))),
                     Code::kMalformedClaims);
    }
}

void test_profile_any_and_typ(void** /*state*/) {
    for (const char* typ : {"", R"("JWT")", R"("jwt")", R"("at+jwt")", R"("AT+JWT")",
                            R"("application/at+jwt")", R"("Application/AT+jwt")"}) {
        check_good(check_typ(TokenProfile::kAny, typ, ""));
    }
    for (const char* typ :
         {R"("logout+jwt")", R"("secevent+jwt")", R"("dpop+jwt")", R"("JWS")", R"("")",
          R"("application/jwt")", R"("at+jwt ")", "null", "1", "[]", R"(["at+jwt"])"}) {
        check_denied(check_typ(TokenProfile::kAny, typ, ""), Code::kWrongTokenType);
    }
}

/* The gateway's issuer names its tokens; its refresh and ID tokens are no access tokens. */
void test_profile_any_and_token_name(void** /*state*/) {
    check_good(check_typ(TokenProfile::kAny, "", R"(,"tokenName":"access_token")"));
    for (const char* name : {R"("refresh_token")", R"("id_token")", R"("ACCESS_TOKEN")", R"("")",
                             "null", "1", R"(["access_token"])"}) {
        check_denied(check_typ(TokenProfile::kAny, "", R"(,"tokenName":)" + std::string(name)),
                     Code::kWrongTokenType);
    }
}

void test_profile_any_and_claims_of_other_tokens(void** /*state*/) {
    for (const std::string name : {"at_hash", "c_hash", "s_hash", "events"}) {
        for (const char* value : {R"("x")", "null", "{}"}) {
            check_denied(check_typ(TokenProfile::kAny, "", ",\"" + name + "\":" + value),
                         Code::kWrongTokenType);
        }
    }
    check_good(check_typ(TokenProfile::kAny, "", R"(,"nonce":"x","azp":"x","AT_HASH":"x")"));
}

void test_profile_am(void** /*state*/) {
    const std::string name = R"(,"tokenName":"access_token")";
    check_good(check_typ(TokenProfile::kAm, "", name));
    check_good(check_typ(TokenProfile::kAm, R"("JWT")", name));
    check_denied(check_typ(TokenProfile::kAm, "", ""), Code::kWrongTokenType);
    for (const char* other : {R"("refresh_token")", R"("Access_token")", "null", "1"}) {
        check_denied(check_typ(TokenProfile::kAm, "", R"(,"tokenName":)" + std::string(other)),
                     Code::kWrongTokenType);
    }
}

const std::string kRfc9068 = R"(,"aud":"a","sub":"s","client_id":"c","iat":1,"jti":"j")";

void test_profile_rfc9068_and_typ(void** /*state*/) {
    for (const char* typ : {R"("at+jwt")", R"("At+JWT")", R"("application/at+jwt")"}) {
        check_good(check_typ(TokenProfile::kRfc9068, typ, kRfc9068));
    }
    for (const char* typ : {"", R"("JWT")", "null", "1", R"("")", R"("at")", R"(["at+jwt"])"}) {
        check_denied(check_typ(TokenProfile::kRfc9068, typ, kRfc9068), Code::kWrongTokenType);
    }
}

/* RFC 9068 section 2.2: each of them is required. */
void test_profile_rfc9068_and_its_claims(void** /*state*/) {
    const std::string typ = R"("at+jwt")";
    check_good(
        check_typ(TokenProfile::kRfc9068, typ, replaced(kRfc9068, R"("a")", R"(["a","b"])")));
    for (const char* name : {"aud", "sub", "client_id", "iat", "jti"}) {
        const std::string member = "\"" + std::string(name) + "\"";
        check_denied(check_typ(TokenProfile::kRfc9068, typ, replaced(kRfc9068, member, "\"x\"")),
                     Code::kMalformedClaims);
    }
    for (const char* text : {"\"a\"", "\"s\"", "\"c\"", "\"j\""}) {
        for (const char* value : {"1", "null", "{}"}) {
            check_denied(check_typ(TokenProfile::kRfc9068, typ, replaced(kRfc9068, text, value)),
                         Code::kMalformedClaims);
        }
    }
    check_denied(check_typ(TokenProfile::kRfc9068, typ, replaced(kRfc9068, "\"a\"", "[1]")),
                 Code::kMalformedClaims);
    check_denied(check_typ(TokenProfile::kRfc9068, typ, replaced(kRfc9068, ":1", ":\"1\"")),
                 Code::kMalformedClaims);
}

/* The reason is the first in this order: iss, exp, iat, nbf, aud, profile. */
void test_the_order_of_checks(void** /*state*/) {
    ClaimsPolicy policy = with_audiences();
    const std::string soon = std::to_string(kNow + 9);
    const std::string late = R"("tokenName":"x")";
    check_denied(check(policy, R"({"iss":"x","exp":1,"nbf":)" + soon + "," + late + "}"),
                 Code::kIssuerMismatch);
    check_denied(check(policy, R"({"iss":"https://as","exp":1,"nbf":)" + soon + "," + late + "}"),
                 Code::kExpired);
    check_denied(check(policy, claims_with(R"(,"iat":")" + soon + R"(","nbf":)" + soon)),
                 Code::kMalformedClaims);
    check_denied(check(policy, claims_with(R"(,"iat":)" + soon + R"(,"nbf":"x")")),
                 Code::kNotYetValid);
    check_denied(check(policy, claims_with(R"(,"nbf":)" + soon + "," + late)), Code::kNotYetValid);
    check_denied(check(policy, claims_with("," + late)), Code::kAudienceMismatch);
    check_denied(check(policy, claims_with(R"(,"aud":"other",)" + late)), Code::kWrongTokenType);
}

/* A value that is no profile can't come from a directive: refused, never open. */
void test_an_unknown_profile_is_refused(void** /*state*/) {
    check_denied(check_typ(static_cast<TokenProfile>(9), "", ""), Code::kInternalError);
}

Verdict check_introspected(const ClaimsPolicy& policy, const std::string& claims) {
    return policy.check_introspected(json(claims).get(), kNowMs);
}

/* RFC 7662 section 2.2: all of it is optional, but what is there must be right. */
void test_introspected_claims_count_where_they_are_there(void** /*state*/) {
    ClaimsPolicy policy = policy_of(TokenProfile::kRfc9068);
    policy.skew_ms = 1000;
    check_good(check_introspected(policy, "{}"));
    check_good(check_introspected(policy, claims_with("")));
    check_good(check_introspected(policy, R"({"tokenName":"id_token","at_hash":"x"})"));
    check_denied(check_introspected(policy, R"({"iss":"https://at"})"), Code::kIssuerMismatch);
    check_denied(check_introspected(policy, R"({"iss":1})"), Code::kMalformedClaims);
    const auto at = [](const char* name, std::int64_t offset) {
        return "{\"" + std::string(name) + "\":" + std::to_string(kNow + offset) + "}";
    };
    check_good(check_introspected(policy, at("exp", -1)));
    check_denied(check_introspected(policy, at("exp", -2)), Code::kExpired);
    for (const char* name : {"iat", "nbf"}) {
        check_good(check_introspected(policy, at(name, 1)));
        check_denied(check_introspected(policy, at(name, 2)), Code::kNotYetValid);
        check_denied(check_introspected(policy, "{\"" + std::string(name) + "\":\"1\"}"),
                     Code::kMalformedClaims);
    }
    check_denied(check_introspected(policy, R"({"exp":"1"})"), Code::kMalformedClaims);
}

void test_introspected_claims_must_have_the_audience(void** /*state*/) {
    ClaimsPolicy policy;
    check_good(check_introspected(policy, R"({"iss":"https://any","aud":"any"})"));
    policy.audiences = {"api"};
    check_good(check_introspected(policy, R"({"aud":["x","api"]})"));
    check_denied(check_introspected(policy, "{}"), Code::kAudienceMismatch);
    check_denied(check_introspected(policy, R"({"aud":"x"})"), Code::kAudienceMismatch);
    check_denied(check_introspected(policy, R"({"aud":1})"), Code::kMalformedClaims);
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_good_claims),
        cmocka_unit_test(test_the_issuer),
        cmocka_unit_test(test_expiry),
        cmocka_unit_test(test_expiry_is_needed),
        cmocka_unit_test(test_expiry_with_a_fraction),
        cmocka_unit_test(test_expiry_at_the_ends_of_int64),
        cmocka_unit_test(test_times_yet_to_come),
        cmocka_unit_test(test_one_audience_is_enough),
        cmocka_unit_test(test_other_audiences_are_refused),
        cmocka_unit_test(test_audiences_of_other_types_are_malformed),
        cmocka_unit_test(test_profile_any_and_typ),
        cmocka_unit_test(test_profile_any_and_token_name),
        cmocka_unit_test(test_profile_any_and_claims_of_other_tokens),
        cmocka_unit_test(test_profile_am),
        cmocka_unit_test(test_profile_rfc9068_and_typ),
        cmocka_unit_test(test_profile_rfc9068_and_its_claims),
        cmocka_unit_test(test_the_order_of_checks),
        cmocka_unit_test(test_an_unknown_profile_is_refused),
        cmocka_unit_test(test_introspected_claims_count_where_they_are_there),
        cmocka_unit_test(test_introspected_claims_must_have_the_audience),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
