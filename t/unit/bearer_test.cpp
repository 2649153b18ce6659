#include "token/bearer.h"

#include <string>

#include "checks.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

void check_token(std::string_view value, std::string_view token, Place place = Place::here()) {
    const auto found = bearer_token(value, 1);
    check_good(found, place);
    check_text(found.value(), token, place);
}

void check_none(std::string_view value, Place place = Place::here()) {
    check_denied(bearer_token(value, 1), Code::kNoToken, place);
}

void test_the_token_is_what_stands_behind_the_scheme(void** /*state*/) {
    check_token("Bearer a.b.c", "a.b.c");
    check_token("Bearer x", "x");
    check_token("Bearer a b c", "a b c");
    check_token("Bearer \xff\x01", "\xff\x01");
}

/* RFC 9110 section 11.1: a scheme is read in any case. */
void test_the_scheme_in_any_case(void** /*state*/) {
    for (const char* scheme : {"bearer ", "BEARER ", "bEaReR "}) {
        check_token(std::string(scheme) + "x", "x");
    }
}

void test_the_value_is_trimmed(void** /*state*/) {
    check_token("  Bearer x\t ", "x");
    check_token("\tBearer x", "x");
    // Only the ends: the second space belongs to what is called a token, and is none later.
    check_token("Bearer  x", " x");
    check_token("Bearer \tx", "\tx");
}

void test_no_header_no_token(void** /*state*/) {
    check_denied(bearer_token({}, 0), Code::kNoToken);
}

void test_nothing_behind_the_scheme_is_no_token(void** /*state*/) {
    for (const char* value : {"", " ", "\t", "Bearer", "Bearer ", " Bearer\t", "Bearer   "}) {
        check_none(value);
    }
}

void test_other_schemes_are_no_token(void** /*state*/) {
    for (const char* value :
         {"Basic YTpi", "DPoP x", "Bearerx y", "XBearer x", "Beare r x", "Bearer\tx", "Bearer:x",
          "Bearer,x", "Negotiate Bearer x", "x Bearer", "a.b.c", "token Bearer x"}) {
        check_none(value);
    }
}

/* One header in two lines is two; a comma makes no list of one. */
void test_more_than_one_header_is_refused(void** /*state*/) {
    check_denied(bearer_token("Bearer x", 2), Code::kMultipleTokens);
    check_denied(bearer_token("Basic x", 2), Code::kMultipleTokens);
    check_denied(bearer_token("", 2), Code::kMultipleTokens);
    check_denied(bearer_token("Bearer x", 3), Code::kMultipleTokens);
    check_token("Bearer x, Bearer y", "x, Bearer y");
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_the_token_is_what_stands_behind_the_scheme),
        cmocka_unit_test(test_the_scheme_in_any_case),
        cmocka_unit_test(test_the_value_is_trimmed),
        cmocka_unit_test(test_no_header_no_token),
        cmocka_unit_test(test_nothing_behind_the_scheme_is_no_token),
        cmocka_unit_test(test_other_schemes_are_no_token),
        cmocka_unit_test(test_more_than_one_header_is_refused),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
