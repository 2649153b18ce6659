#include "shim/challenge.h"

#include <string>

#include "checks.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

const std::string kInvalidToken =
    "error=\"invalid_token\", error_description=\"The access token provided is expired, revoked, "
    "malformed, or invalid for other reasons.\"";
const std::string kInvalidRequest =
    "error=\"invalid_request\", error_description=\"The request is missing a required parameter, "
    "includes an unsupported parameter or parameter value, repeats the same parameter, uses more "
    "than one method for including an access token, or is otherwise malformed.\"";
const std::string kInsufficientScope =
    "error=\"insufficient_scope\", error_description=\"The request requires higher privileges than "
    "provided by the access token.\"";

void check_answer(Code code, int status, std::string_view error, Place place = Place::here()) {
    _assert_int_equal(answer_to(code).status, status, place.file, place.line);
    check_text(answer_to(code).error, error, place);
}

/* The table of answers, row by row. */
void test_statuses(void** /*state*/) {
    check_answer(Code::kHttpsRequired, 403, "");
    check_answer(Code::kNoToken, 401, "");
    check_answer(Code::kMultipleTokens, 400, "invalid_request");
    check_answer(Code::kInsufficientScope, 403, "insufficient_scope");
    check_answer(Code::kScopeUndefined, 500, "");
    check_answer(Code::kInternalError, 500, "");
    check_answer(Code::kCount, 500, "");
    check_answer(static_cast<Code>(200), 500, "");
}

constexpr Code kTokenFailures[] = {
    Code::kMalformedToken,    Code::kUnsupportedAlgorithm,
    Code::kUnsupportedHeader, Code::kUnknownKey,
    Code::kBadSignature,      Code::kIssuerMismatch,
    Code::kExpiryMissing,     Code::kExpired,
    Code::kNotYetValid,       Code::kAudienceMismatch,
    Code::kWrongTokenType,    Code::kMalformedClaims,
};

/* The client learns nothing of why a token is refused. */
void test_failures_of_a_token_look_the_same(void** /*state*/) {
    for (const Code code : kTokenFailures) {
        check_answer(code, 401, "invalid_token");
        check_text(challenge_for(code, "R", "scope"), "Bearer realm=\"R\", " + kInvalidToken);
        check_text(challenge_for(code, "", "scope"), "Bearer " + kInvalidToken);
    }
}

void test_no_token(void** /*state*/) {
    check_text(challenge_for(Code::kNoToken, "R", "a b"), "Bearer realm=\"R\"");
    check_text(challenge_for(Code::kNoToken, "", "a b"), "Bearer");
}

void test_multiple_tokens(void** /*state*/) {
    check_text(challenge_for(Code::kMultipleTokens, "R", "a"),
               "Bearer realm=\"R\", " + kInvalidRequest);
    check_text(challenge_for(Code::kMultipleTokens, "", ""), "Bearer " + kInvalidRequest);
}

/* Realm, scope, error, description: in this order. */
void test_insufficient_scope(void** /*state*/) {
    check_text(challenge_for(Code::kInsufficientScope, "R", "A B"),
               "Bearer realm=\"R\", scope=\"A B\", " + kInsufficientScope);
    check_text(challenge_for(Code::kInsufficientScope, "", "A"),
               "Bearer scope=\"A\", " + kInsufficientScope);
}

void test_denials_without_a_challenge(void** /*state*/) {
    for (const Code code :
         {Code::kHttpsRequired, Code::kScopeUndefined, Code::kInternalError, Code::kCount}) {
        check_text(challenge_for(code, "R", "a"), "");
        assert_false(answer_to(code).challenges);
    }
}

/* No variable splits the header; quotes and backslashes are escaped. */
void test_realms_of_any_bytes(void** /*state*/) {
    check_text(challenge_for(Code::kNoToken, "a\r\nSet-Cookie: x\x7f\x80\xff", ""),
               "Bearer realm=\"a??Set-Cookie: x???\"");
    check_text(challenge_for(Code::kNoToken, R"(say "hi" \ bye)", ""),
               R"(Bearer realm="say \"hi\" \\ bye")");
    check_text(challenge_for(Code::kNoToken, std::string_view("a\0b", 3), ""),
               "Bearer realm=\"a?b\"");
    check_text(challenge_for(Code::kNoToken, " ", ""), "Bearer realm=\" \"");
    // A realm that reads like the scheme changes nothing of the commas.
    check_text(challenge_for(Code::kExpired, "Bearer", ""),
               "Bearer realm=\"Bearer\", " + kInvalidToken);
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_statuses),
        cmocka_unit_test(test_failures_of_a_token_look_the_same),
        cmocka_unit_test(test_no_token),
        cmocka_unit_test(test_multiple_tokens),
        cmocka_unit_test(test_insufficient_scope),
        cmocka_unit_test(test_denials_without_a_challenge),
        cmocka_unit_test(test_realms_of_any_bytes),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
