#include "jose/jws.h"

#include <string>
#include <utility>

#include "checks.h"
#include "fakes.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

using namespace std::string_view_literals;

constexpr std::string_view kHeader = R"({"alg":"HS256"})";

void test_a_token_is_taken_apart(void** /*state*/) {
    const std::string token = compact(kHeader, "payload", "\x01signature");
    const auto jws = parse_jws(token);
    check_good(jws);
    check_text(jws.value().header.alg, "HS256");
    check_text(jws.value().payload, "payload");
    check_text(jws.value().signature, "\x01signature");
    // What is signed is the token's own bytes, not an encoding of what was decoded.
    check_text(jws.value().signing_input, std::string_view(token).substr(0, token.rfind('.')));
    assert_ptr_equal(jws.value().signing_input.data(), token.data());
}

void test_any_bytes_may_be_signed(void** /*state*/) {
    const auto jws = parse_jws(compact(kHeader, "\0\xff\r\n"sv, "\0"sv));
    check_good(jws);
    check_text(jws.value().payload, "\0\xff\r\n"sv);
    check_text(jws.value().signature, "\0"sv);
}

/* Whether one is due is known to those who ask. */
void test_payload_and_signature_may_be_empty(void** /*state*/) {
    const auto jws = parse_jws(compact(kHeader, "", ""));
    check_good(jws);
    check_text(jws.value().payload, "");
    check_text(jws.value().signature, "");
}

void test_three_parts_are_needed(void** /*state*/) {
    const std::string token = compact(kHeader, "payload", "signature");
    check_good(parse_jws(token));
    for (const std::string& bad :
         {std::string(), std::string("."), std::string(".."), token.substr(0, token.rfind('.')),
          token.substr(0, token.find('.')), token + ".", "." + token, token + ".AAAA",
          token + ".AAAA.AAAA", token + ".AAAA.AAAA.AAAA"}) {
        check_denied(parse_jws(bad), Code::kMalformedToken);
    }
    check_denied(parse_jws(std::string(60000, '.')), Code::kMalformedToken);
}

void test_parts_are_counted(void** /*state*/) {
    assert_int_equal(count_parts(""), 1);
    assert_int_equal(count_parts("a"), 1);
    assert_int_equal(count_parts("a.b.c"), 3);
    assert_int_equal(count_parts("...."), 5);
}

void test_the_payload_of_a_signed_token(void** /*state*/) {
    check_text(encoded_payload("a.bc.d"), "bc");
    check_text(encoded_payload(".b."), "b");
    for (const char* token : {"", "a", "a.b", "a.b.c.d", "a.b.c.d.e", "a..c"}) {
        check_text(encoded_payload(token), "");
    }
}

void test_each_part_is_strict_base64url(void** /*state*/) {
    const std::string header = encode_base64url(kHeader);
    check_good(parse_jws(header + ".Zm9v.Zm9v"));
    for (const char* part : {"Zg==", "Zm9v ", " Zm9v", "Zm9v\n", "Zm+v", "Zm/v", "Z", "Zh", "Zm$v",
                             "Zm9v=", "Zm%39v"}) {
        check_denied(parse_jws(header + "." + part + ".Zm9v"), Code::kMalformedToken);
        check_denied(parse_jws(header + ".Zm9v." + part), Code::kMalformedToken);
        check_denied(parse_jws(std::string(part) + ".Zm9v.Zm9v"), Code::kMalformedToken);
    }
    check_denied(parse_jws(header + "=.Zm9v.Zm9v"), Code::kMalformedToken);
    check_denied(parse_jws(header + " .Zm9v.Zm9v"), Code::kMalformedToken);
}

void test_headers_are_judged(void** /*state*/) {
    check_denied(parse_jws(compact(R"({"alg":"HS256","crit":["exp"]})", "a", "b")),
                 Code::kUnsupportedHeader);
    check_denied(parse_jws(compact("[]", "a", "b")), Code::kMalformedToken);
    check_denied(parse_jws(compact(R"({"alg":"HS256","alg":"HS256"})", "a", "b")),
                 Code::kMalformedToken);
}

/* The gateway's issuer writes "NONE"; a JWS knows no compression. */
void test_zip(void** /*state*/) {
    check_good(parse_jws(compact(R"({"alg":"HS256","zip":"NONE"})", "a", "b")));
    for (const char* zip : {"\"DEF\"", "\"none\"", "\"\"", "null", "1", "[\"NONE\"]", "false"}) {
        const std::string header = R"({"alg":"HS256","zip":)" + std::string(zip) + "}";
        check_denied(parse_jws(compact(header, "a", "b")), Code::kUnsupportedHeader);
    }
}

/* Unknown members and keys in the header are tolerated; nothing looks at them. */
void test_unknown_members_are_tolerated(void** /*state*/) {
    const auto jws = parse_jws(compact(
        R"({"alg":"HS256","jwk":{"kty":"oct"},"jku":"https://x","x5c":["a"],"cty":1})", "a", "b"));
    check_good(jws);
    check_text(jws.value().header.alg, "HS256");
}

void test_a_jws_can_be_moved(void** /*state*/) {
    const std::string token = compact(R"({"alg":"HS256","kid":"k"})", "p", "s");
    auto parsed = parse_jws(token);
    const Jws jws = std::move(parsed.value());
    check_text(jws.header.alg, "HS256");
    check_text(jws.header.kid.value(), "k");
    check_text(jws.payload, "p");
    check_text(jws.signature, "s");
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_a_token_is_taken_apart),
        cmocka_unit_test(test_any_bytes_may_be_signed),
        cmocka_unit_test(test_payload_and_signature_may_be_empty),
        cmocka_unit_test(test_three_parts_are_needed),
        cmocka_unit_test(test_the_payload_of_a_signed_token),
        cmocka_unit_test(test_parts_are_counted),
        cmocka_unit_test(test_each_part_is_strict_base64url),
        cmocka_unit_test(test_headers_are_judged),
        cmocka_unit_test(test_zip),
        cmocka_unit_test(test_unknown_members_are_tolerated),
        cmocka_unit_test(test_a_jws_can_be_moved),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
