#include "base/strings.h"

#include "checks.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

using namespace std::string_view_literals;

void test_case_is_ignored_in_ascii_alone(void** /*state*/) {
    assert_true(equals_ignoring_case("", ""));
    assert_true(equals_ignoring_case("Bearer", "bEARER"));
    assert_true(equals_ignoring_case("at+JWT", "AT+jwt"));
    assert_false(equals_ignoring_case("Bearer", "Bearers"));
    assert_false(equals_ignoring_case("Bearer", "Beare"));
    assert_false(equals_ignoring_case("Bearer", "Bearet"));
    // 0x20 apart, but no letters.
    assert_false(equals_ignoring_case("@[", "`{"));
    assert_false(equals_ignoring_case("\xc4", "\xe4"));
    assert_false(equals_ignoring_case("a\0b"sv, "a\0c"sv));
}

void test_trim_takes_spaces_and_tabs_off_both_ends(void** /*state*/) {
    check_text(trim(""), "");
    check_text(trim(" \t "), "");
    check_text(trim("a"), "a");
    check_text(trim(" \ta b\t "), "a b");
    check_text(trim("\na\r"), "\na\r");
}

void test_starts_with(void** /*state*/) {
    assert_true(starts_with("/etc", "/"));
    assert_true(starts_with("/etc", ""));
    assert_true(starts_with("", ""));
    assert_false(starts_with("etc/", "/"));
    assert_false(starts_with("a", "ab"));
}

void test_words_are_separated_by_any_number_of_spaces(void** /*state*/) {
    std::string_view rest = "  read   write ";
    check_text(next_word(&rest), "read");
    check_text(next_word(&rest), "write");
    check_text(next_word(&rest), "");
    assert_true(rest.empty());
    check_text(next_word(&rest), "");
    std::string_view tabbed = "read\twrite";
    check_text(next_word(&tabbed), "read\twrite");
}

void test_join(void** /*state*/) {
    check_text(join({}, ' '), "");
    check_text(join({"a"}, ' '), "a");
    check_text(join({"a", "b", "c"}, ' '), "a b c");
}

/* RFC 6749 section 3.3, from both sides of each bound. */
void test_scope_characters(void** /*state*/) {
    for (int byte = 0; byte < 256; ++byte) {
        const char c = static_cast<char>(byte);
        const bool allowed =
            byte == 0x21 || (byte >= 0x23 && byte <= 0x5b) || (byte >= 0x5d && byte <= 0x7e);
        assert_int_equal(is_scope_token(std::string_view(&c, 1)), allowed);
    }
    assert_false(is_scope_token(""));
    assert_true(is_scope_token("urn:example:read~!#"));
    assert_false(is_scope_token("read write"));
    assert_false(is_scope_token("read\"x"));
}

void test_secret_ids(void** /*state*/) {
    for (const char* good : {"a", "Z9", "am.default.key", "a-b_c.D", "0", "null"}) {
        assert_true(is_secret_id(good));
    }
    for (const std::string_view bad :
         {""sv, "."sv, "a."sv, ".a"sv, "a..b"sv, "a._b"sv, "-a"sv, "a-"sv, "a b"sv, "a/b"sv,
          "../a"sv, "a\0b"sv, "\xc3\xa4"sv, "a\n"sv, "a:b"sv}) {
        assert_false(is_secret_id(bad));
    }
}

/* RFC 6750 section 2.1: 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"=". */
void test_b64tokens(void** /*state*/) {
    constexpr std::string_view kAllowed =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/";
    for (int byte = 0; byte < 256; ++byte) {
        const char c = static_cast<char>(byte);
        assert_int_equal(is_b64token(std::string_view(&c, 1)),
                         kAllowed.find(c) != std::string_view::npos);
    }
    for (const char* good : {"a=", "a==", "a.b-c_d~e+f/g===", "0"}) {
        assert_true(is_b64token(good));
    }
    for (const std::string_view bad :
         {""sv, "="sv, "=="sv, "a=b"sv, "a b"sv, "a=b="sv, " a"sv, "a\0"sv, "a&b=c"sv}) {
        assert_false(is_b64token(bad));
    }
}

/* What every reader of forms understands: all but letters, digits, "-", "." and "_" is encoded. */
void test_form_encoding(void** /*state*/) {
    check_text(form_encoded(""), "");
    check_text(form_encoded("AZaz09-._"), "AZaz09-._");
    check_text(form_encoded("~+/= &%"), "%7E%2B%2F%3D%20%26%25");
    check_text(form_encoded("\0\x7f\x80\xff"sv), "%00%7F%80%FF");
    for (int byte = 0; byte < 256; ++byte) {
        const char c = static_cast<char>(byte);
        const std::string encoded = form_encoded(std::string_view(&c, 1));
        assert_true(encoded.size() == 1 || encoded.size() == 3);
        assert_int_equal(
            encoded.size() == 1 ? encoded[0] & 0xff : std::stoi(encoded.substr(1), nullptr, 16),
            byte);
    }
}

void test_what_is_shown_in_messages(void** /*state*/) {
    check_text(shown(""), "\"\"");
    check_text(shown("a\"\\\n"), R"("a\"\\?")");
    const std::string longest(80, 'k');
    check_text(shown(longest), "\"" + longest + "\"");
    check_text(shown(longest + "k"), "\"" + longest + "...\"");
    check_text(shown(std::string(100'000, 'k')), "\"" + longest + "...\"");
}

void test_printable(void** /*state*/) {
    check_text(printable(" ~realm"), " ~realm");
    check_text(printable("a\r\nb\x7f\x80\xff\0c"sv), "a??b????c");
    check_text(printable(""), "");
}

/* RFC 9110 section 5.6.4. */
void test_quoted(void** /*state*/) {
    check_text(quoted(""), "\"\"");
    check_text(quoted("plain"), "\"plain\"");
    check_text(quoted(R"(a"b\c)"), R"("a\"b\\c")");
}

void test_control_characters_are_found(void** /*state*/) {
    for (int byte = 0; byte < 256; ++byte) {
        const char c = static_cast<char>(byte);
        assert_int_equal(has_control_characters(std::string_view(&c, 1)),
                         byte < 0x20 || byte == 0x7f);
    }
    assert_false(has_control_characters(""));
    assert_true(has_control_characters("a\rb"));
}

void test_control_characters_come_out_as_json_escapes(void** /*state*/) {
    check_text(escape_control_characters("a\r\nSet-Cookie: b"), R"(a\r\nSet-Cookie: b)");
    check_text(escape_control_characters("\b\f\t\x01\x1f\x7f\0"sv),
               R"(\b\f\t\u0001\u001f\u007f\u0000)");
    // A backslash of the text must not be taken for one of ours.
    check_text(escape_control_characters("\\n\n"), R"(\\n\n)");
    check_text(escape_control_characters("\xc3\xa4 \"x\""), "\xc3\xa4 \"x\"");
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_case_is_ignored_in_ascii_alone),
        cmocka_unit_test(test_trim_takes_spaces_and_tabs_off_both_ends),
        cmocka_unit_test(test_starts_with),
        cmocka_unit_test(test_words_are_separated_by_any_number_of_spaces),
        cmocka_unit_test(test_join),
        cmocka_unit_test(test_scope_characters),
        cmocka_unit_test(test_secret_ids),
        cmocka_unit_test(test_b64tokens),
        cmocka_unit_test(test_form_encoding),
        cmocka_unit_test(test_what_is_shown_in_messages),
        cmocka_unit_test(test_printable),
        cmocka_unit_test(test_quoted),
        cmocka_unit_test(test_control_characters_are_found),
        cmocka_unit_test(test_control_characters_come_out_as_json_escapes),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
