#include "token/introspection_access_token_resolver.h"

#include <string>

#include "checks.h"
#include "fakes.h"
#include "token/confirmation_key_verifier_access_token_resolver.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

TokenIntrospectionAccessTokenResolver resolver_with(ClaimsPolicy policy = {}) {
    return {"/introspect", std::move(policy)};
}

FetchAnswer json_answer(std::string_view body) { return {200, "application/json", body}; }

/* Judges a token of which the endpoint says that. */
Resolution judged(const FetchAnswer& answer, ClaimsPolicy policy = {}) {
    const auto resolver = resolver_with(std::move(policy));
    FakeRequestContext request;
    if (!resolver.resolve("abc", request).pending()) {
        fail_with("it doesn't ask first", Place::here());
    }
    request.answer = answer;
    return resolver.resolve("abc", request);
}

Resolution judged(std::string_view body, ClaimsPolicy policy = {}) {
    return judged(json_answer(body), std::move(policy));
}

std::string at(std::int64_t offset) { return std::to_string(kNow + offset); }

void test_asks_once_and_waits(void** /*state*/) {
    const auto resolver = resolver_with();
    FakeRequestContext request;
    assert_true(resolver.resolve("a+b/c~d==", request).pending());
    assert_true(resolver.resolve("a+b/c~d==", request).pending());
    assert_int_equal(request.fetches, 1);
    assert_ptr_equal(request.owner, &resolver);
    check_text(request.uri, "/introspect");
    check_text(request.form, "token=a%2Bb%2Fc%7Ed%3D%3D&token_type_hint=access_token");
    request.answer = json_answer(R"({"active":true,"sub":"alice"})");
    check_good(resolver.resolve("a+b/c~d==", request));
    assert_int_equal(request.fetches, 1);
}

void test_answer_of_another_resolver_is_none_of_ours(void** /*state*/) {
    const auto first = resolver_with();
    const auto second = resolver_with();
    FakeRequestContext request;
    assert_true(first.resolve("abc", request).pending());
    request.answer = json_answer(R"({"active":true})");
    request.may_fetch = false;
    check_denied(second.resolve("abc", request), Code::kIntrospectionUnavailable);
}

void test_odd_tokens_are_not_sent(void** /*state*/) {
    const auto resolver = resolver_with();
    for (const std::string token :
         {"a b", "a&b", "a%", "=", "a=b", "\x01", "\xc3\xa4", "a\"", "a,b"}) {
        FakeRequestContext request;
        check_denied(resolver.resolve(token, request), Code::kMalformedToken);
        assert_int_equal(request.fetches, 0);
    }
    FakeRequestContext request;
    check_denied(resolver.resolve(std::string(65537, 'a'), request), Code::kMalformedToken);
    assert_int_equal(request.fetches, 0);
    assert_true(resolver.resolve(std::string(65536, 'a'), request).pending());
}

void test_an_endpoint_that_cannot_be_asked(void** /*state*/) {
    const auto resolver = resolver_with();
    FakeRequestContext request;
    request.may_fetch = false;
    check_denied(resolver.resolve("abc", request), Code::kIntrospectionUnavailable);
}

void test_answers_that_are_none(void** /*state*/) {
    constexpr std::string_view kGood = R"({"active":true})";
    check_good(judged(FetchAnswer{200, "application/json", kGood}));
    check_good(judged(FetchAnswer{200, "Application/JSON", kGood}));
    for (const int status : {0, 201, 204, 301, 400, 401, 404, 500}) {
        check_denied(judged(FetchAnswer{status, "application/json", kGood}),
                     Code::kIntrospectionUnavailable);
    }
    for (const char* type : {"", "text/html", "application/jsonp", "gzip", "application"}) {
        check_denied(judged(FetchAnswer{200, type, kGood}), Code::kIntrospectionUnavailable);
    }
    for (const char* body :
         {"", "{", "[]", "true", R"({"active":1})", R"({"active":"true"})", R"({"active":null})",
          R"({"sub":"a"})", R"({"active":false,"active":true})", R"({"active":true}{})",
          R"({"active":true,"sub":"\u0000"})", R"({"Active":true})"}) {
        check_denied(judged(body), Code::kIntrospectionUnavailable);
    }
}

void test_inactive(void** /*state*/) {
    check_denied(judged(R"({"active":false})"), Code::kInactive);
    check_denied(judged(R"({"active":false,"sub":"alice","token_type":"DPoP"})"), Code::kInactive);
}

void test_token_type(void** /*state*/) {
    check_good(judged(R"({"active":true,"token_type":"Bearer"})"));
    check_good(judged(R"({"active":true,"token_type":"bearer"})"));
    check_denied(judged(R"({"active":true,"token_type":"DPoP"})"), Code::kWrongTokenType);
    check_denied(judged(R"({"active":true,"token_type":""})"), Code::kWrongTokenType);
    check_denied(judged(R"({"active":true,"token_type":null})"), Code::kMalformedClaims);
}

void test_issuer_and_audience(void** /*state*/) {
    ClaimsPolicy policy;
    policy.issuer = "https://as";
    check_good(judged(R"({"active":true,"iss":"https://as"})", policy));
    check_good(judged(R"({"active":true})", policy));
    check_denied(judged(R"({"active":true,"iss":"https://at"})", policy), Code::kIssuerMismatch);
    check_good(judged(R"({"active":true,"iss":"https://at"})"));
    policy.audiences = {"api"};
    check_good(judged(R"({"active":true,"aud":["x","api"]})", policy));
    check_denied(judged(R"({"active":true})", policy), Code::kAudienceMismatch);
    check_denied(judged(R"({"active":true,"aud":"x"})", policy), Code::kAudienceMismatch);
}

void test_times(void** /*state*/) {
    ClaimsPolicy policy;
    policy.skew_ms = 5000;
    check_good(judged("{\"active\":true,\"exp\":" + at(-5) + "}", policy));
    check_denied(judged("{\"active\":true,\"exp\":" + at(-6) + "}", policy), Code::kExpired);
    check_good(judged("{\"active\":true,\"nbf\":" + at(5) + "}", policy));
    check_denied(judged("{\"active\":true,\"nbf\":" + at(6) + "}", policy), Code::kNotYetValid);
    check_denied(judged("{\"active\":true,\"iat\":" + at(6) + "}", policy), Code::kNotYetValid);
    check_denied(judged(R"({"active":true,"exp":"1"})"), Code::kMalformedClaims);
}

void test_scopes(void** /*state*/) {
    const auto resolved = judged(R"({"active":true,"scope":"read  write"})");
    check_good(resolved);
    check_text(resolved.value().facts().scope, "read write");
    check_denied(judged(R"({"active":true,"scope":{}})"), Code::kMalformedClaims);
}

/* What it is bound to and when it ends are judged after it has been kept, too. */
void test_what_is_known_of_it(void** /*state*/) {
    const std::string thumbprint(43, 'x');
    ClaimsPolicy policy;
    policy.skew_ms = 5000;
    const auto resolved = judged(
        "{\"active\":true,\"exp\":" + at(7) + R"(,"cnf":{"x5t#S256":")" + thumbprint + "\"}}",
        policy);
    check_good(resolved);
    const ResolvedToken::Facts& facts = resolved.value().facts();
    assert_int_equal(*facts.valid_until_ms, (kNow + 12) * 1000);
    assert_true(facts.confirmation.kind == Confirmation::Kind::kThumbprint);
    check_text({facts.confirmation.thumbprint.data(), facts.confirmation.thumbprint.size()},
               thumbprint);
    const auto bare = judged(R"({"active":true})");
    check_good(bare);
    assert_false(bare.value().facts().valid_until_ms.has_value());
    assert_true(bare.value().facts().confirmation.kind == Confirmation::Kind::kNone);
}

/* The log says which. */
void test_what_is_wrong_with_an_answer(void** /*state*/) {
    constexpr std::string_view kGood = R"({"active":true})";
    check_holds(judged(FetchAnswer{0, "application/json", kGood}).denial().why,
                "no answer in time");
    check_holds(judged(FetchAnswer{500, "application/json", kGood}).denial().why, "a status");
    check_holds(judged(FetchAnswer{200, "text/html", kGood}).denial().why, "another type");
    check_holds(judged("{").denial().why, "no JSON that can be trusted");
    check_holds(judged("{}").denial().why, "whether the token is active");
}

/* The decorator needs to know nothing of waiting. */
void test_confirmation_waits_along(void** /*state*/) {
    const auto resolver = resolver_with();
    const ConfirmationKeyVerifierAccessTokenResolver confirm(resolver, ConfirmationMode::kRequired);
    FakeRequestContext request;
    assert_true(confirm.resolve("abc", request).pending());
    request.answer = json_answer(R"({"active":true})");
    check_denied(confirm.resolve("abc", request), Code::kConfirmationMissing);
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_asks_once_and_waits),
        cmocka_unit_test(test_answer_of_another_resolver_is_none_of_ours),
        cmocka_unit_test(test_odd_tokens_are_not_sent),
        cmocka_unit_test(test_an_endpoint_that_cannot_be_asked),
        cmocka_unit_test(test_answers_that_are_none),
        cmocka_unit_test(test_inactive),
        cmocka_unit_test(test_token_type),
        cmocka_unit_test(test_issuer_and_audience),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_scopes),
        cmocka_unit_test(test_what_is_known_of_it),
        cmocka_unit_test(test_what_is_wrong_with_an_answer),
        cmocka_unit_test(test_confirmation_waits_along),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
