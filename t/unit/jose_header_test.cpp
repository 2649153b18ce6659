#include "jose/jose_header.h"

#include <string>
#include <utility>

#include "checks.h"
#include "fakes.h"
#include "jose/json.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

Result<JoseHeader> parse(std::string_view text) {
    return parse_jose_header(encode_base64url(text));
}

void test_a_header_is_read(void** /*state*/) {
    const auto header = parse(R"({"alg":"RS256","kid":"a b","typ":"at+jwt","zip":"NONE","x":1})");
    check_good(header);
    check_text(header.value().alg, "RS256");
    check_text(header.value().kid.value(), "a b");
    check_text(json_text(header.value().typ).value(), "at+jwt");
    check_text(json_text(header.value().zip).value(), "NONE");
}

void test_members_may_be_missing(void** /*state*/) {
    const auto header = parse("{}");
    check_good(header);
    check_text(header.value().alg, "");
    assert_false(header.value().kid.has_value());
    assert_null(header.value().typ);
    assert_null(header.value().zip);
}

/* The views must not point into what was moved. */
void test_a_header_can_be_moved(void** /*state*/) {
    auto header = parse(R"({"alg":"RS256","kid":"a","typ":"JWT"})");
    const JoseHeader moved = std::move(header.value());
    check_text(moved.alg, "RS256");
    check_text(moved.kid.value(), "a");
    check_text(json_text(moved.typ).value(), "JWT");
}

void test_what_is_no_header_is_refused(void** /*state*/) {
    for (const char* text : {"", "[]", "1", "null", "\"x\"", "{", R"({"alg":"HS256"}x)",
                             R"({"alg":"HS256","alg":"none"})", R"({"a":{"b":1,"b":1}})"}) {
        check_denied(parse(text), Code::kMalformedToken);
    }
    // {} in base64url is "e30".
    check_good(parse_jose_header("e30"));
    for (const char* encoded : {"", "e30=", "e31", "e3", "e", " e30", "e30\n", "e+0", "{}"}) {
        check_denied(parse_jose_header(encoded), Code::kMalformedToken);
    }
}

/* RFC 7515 section 4.1.11: whatever it lists we don't know; even where it is malformed. */
void test_any_crit_is_refused(void** /*state*/) {
    for (const char* crit : {R"(["exp"])", R"(["b64"])", "[]", "null", "\"x\"", "true", "{}"}) {
        const auto header =
            parse(R"({"alg":"HS256","b64":false,"crit":)" + std::string(crit) + "}");
        check_denied(header, Code::kUnsupportedHeader);
    }
    check_good(parse(R"({"alg":"HS256","b64":false,"Crit":["b64"]})"));
}

void test_kid_is_text(void** /*state*/) {
    for (const char* kid : {"1", "null", "[\"a\"]", "{}", "true"}) {
        check_denied(parse(R"({"alg":"HS256","kid":)" + std::string(kid) + "}"),
                     Code::kMalformedToken);
    }
    const auto header = parse(R"({"alg":"HS256","kid":""})");
    check_good(header);
    check_text(header.value().kid.value(), "");
}

/* No algorithm has the empty name. */
void test_alg_that_is_no_text_has_no_name(void** /*state*/) {
    for (const char* alg : {"1", "null", "[\"HS256\"]", "{\"a\":\"HS256\"}", "false"}) {
        const auto header = parse(R"({"alg":)" + std::string(alg) + "}");
        check_good(header);
        check_text(header.value().alg, "");
    }
}

/* "typ" and "zip" are judged by those who know what may stand there. */
void test_typ_and_zip_come_as_they_are(void** /*state*/) {
    const auto header = parse(R"({"alg":"HS256","typ":7,"zip":null})");
    check_good(header);
    assert_true(json_is_integer(header.value().typ));
    assert_true(json_is_null(header.value().zip));
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_a_header_is_read),
        cmocka_unit_test(test_members_may_be_missing),
        cmocka_unit_test(test_a_header_can_be_moved),
        cmocka_unit_test(test_what_is_no_header_is_refused),
        cmocka_unit_test(test_any_crit_is_refused),
        cmocka_unit_test(test_kid_is_text),
        cmocka_unit_test(test_alg_that_is_no_text_has_no_name),
        cmocka_unit_test(test_typ_and_zip_come_as_they_are),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
