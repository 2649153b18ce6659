#include "jose/json.h"

#include <string>

#include "checks.h"
#include "fakes.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

using namespace std::string_view_literals;

void check_refused_text(std::string_view text, Place place = Place::here()) {
    _assert_true(parse_json_object(text) == nullptr, "it is refused", place.file, place.line);
}

void check_read(std::string_view text, Place place = Place::here()) {
    _assert_true(parse_json_object(text) != nullptr, "it is read", place.file, place.line);
}

void test_objects_alone_are_read(void** /*state*/) {
    check_read("{}");
    check_read(" \t\r\n{ \"a\" : 1 } \n");
    for (const std::string_view text : {""sv, " "sv, "[]"sv, "[{}]"sv, "\"{}\""sv, "1"sv, "null"sv,
                                        "true"sv, "{"sv, "}"sv, "{\"a\"}"sv, "{a:1}"sv}) {
        check_refused_text(text);
    }
    check_refused_text(std::string_view());
}

void test_nothing_may_stand_behind(void** /*state*/) {
    check_refused_text("{}{}");
    check_refused_text("{} x");
    check_refused_text("{}\0"sv);
    check_refused_text("{}\0{}"sv);
    check_refused_text("\0{}"sv);
    check_refused_text("\xef\xbb\xbf{}");
    check_refused_text("{} // a comment");
}

void test_duplicate_members_are_refused(void** /*state*/) {
    check_refused_text(R"({"a":1,"a":1})");
    check_refused_text(R"({"a":1,"b":{"c":1,"c":2}})");
    check_refused_text(R"({"b":[{"c":1,"c":2}]})");
    // Another spelling of one name.
    check_refused_text("{\"alg\":1,\"\\u0061lg\":2}");
    check_read(R"({"a":1,"b":{"a":1}})");
    check_read(R"({"a":1,"A":1})");
}

void test_nul_is_refused(void** /*state*/) {
    check_refused_text(R"({"a":"x\u0000y"})");
    check_refused_text(R"({"a\u0000":"x"})");
    check_refused_text("{\"a\":\"x\0y\"}"sv);
    check_read(R"({"a":"x\u0001y"})");
}

void test_raw_control_characters_are_refused(void** /*state*/) {
    check_refused_text("{\"a\":\"\n\"}");
    check_refused_text("{\"a\":\"\x1f\"}");
    check_read("{\"a\":\"\\n\x7f\"}");
}

void test_invalid_utf8_is_refused(void** /*state*/) {
    for (const char* text :
         {"\xff", "\xc3", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\x80"}) {
        check_refused_text("{\"a\":\"" + std::string(text) + "\"}");
    }
    check_refused_text(R"({"a":"\ud800"})");
    check_refused_text(R"({"a":"\udc00\ud800"})");
    check_read("{\"a\":\"\xc3\xa4\xf0\x9f\x98\x80\"}");
    check_read(R"({"a":"\ud83d\ude00"})");
}

void test_numbers_stay_in_their_range(void** /*state*/) {
    check_read(R"({"a":9223372036854775807,"b":-9223372036854775808,"c":1.7e308,"d":1e-400})");
    check_refused_text(R"({"a":9223372036854775808})");
    check_refused_text(R"({"a":-9223372036854775809})");
    check_refused_text(R"({"a":1e400})");
    check_refused_text(R"({"a":-1e400})");
    for (const char* number : {"01", "+1", ".5", "1.", "0x1", "NaN", "Infinity", "-", "1e"}) {
        check_refused_text(std::string(R"({"a":)") + number + "}");
    }
}

std::string nested(std::size_t depth) {
    return R"({"a":)" + std::string(depth, '[') + std::string(depth, ']') + "}";
}

void test_depth_is_bounded(void** /*state*/) {
    check_read(nested(100));
    check_refused_text(nested(10000));
    check_refused_text(R"({"a":)" + std::string(100000, '['));
}

void test_members(void** /*state*/) {
    const JsonHandle object = json(R"({"a":null,"b":"text","":1})");
    assert_true(json_is_null(json_member(object.get(), "a")));
    assert_non_null(json_member(object.get(), ""));
    assert_null(json_member(object.get(), "c"));
    assert_null(json_member(object.get(), "B"));
    assert_null(json_member(nullptr, "a"));
    assert_null(json_member(json_member(object.get(), "b"), "a"));
}

void test_texts(void** /*state*/) {
    const JsonHandle object = json(R"({"a":"\u00e4","b":1,"c":null,"d":["x"],"e":""})");
    check_text(json_text(object.get(), "a").value(), "\xc3\xa4");
    check_text(json_text(object.get(), "e").value(), "");
    for (const char* name : {"b", "c", "d", "missing"}) {
        assert_false(json_text(object.get(), name).has_value());
    }
    assert_false(json_text(nullptr).has_value());
    // Parsing lets no NUL through; where one comes by another way it ends no text.
    const JsonHandle with_nul(json_stringn_nocheck("a\0b", 3));
    check_text(json_text(with_nul.get()).value(), "a\0b"sv);
}

void test_an_array_holds_a_text_to_the_letter(void** /*state*/) {
    const JsonHandle object = json(R"({"a":["x",1,null,["y"],"z"],"b":"x"})");
    const json_t* array = json_member(object.get(), "a");
    assert_true(json_array_holds(array, "x"));
    assert_true(json_array_holds(array, "z"));
    for (const char* text : {"y", "X", "1", "", "xz"}) {
        assert_false(json_array_holds(array, text));
    }
    assert_false(json_array_holds(json_member(object.get(), "b"), "x"));
    assert_false(json_array_holds(nullptr, "x"));
}

void test_compact_text(void** /*state*/) {
    const std::string text =
        R"({"b":1,"a":[true,false,null,"x"],"c":{"d":-9223372036854775808},"e":0.5})";
    check_text(json_compact(json(text).get()), text);
    check_text(json_compact(json("{ \"a\" : [ 1 , 2 ] }").get()), R"({"a":[1,2]})");
    const JsonHandle object = json(R"({"a":true,"b":"x","c":12})");
    check_text(json_compact(json_member(object.get(), "a")), "true");
    check_text(json_compact(json_member(object.get(), "b")), "\"x\"");
    check_text(json_compact(json_member(object.get(), "c")), "12");
}

/* So that no claim can break the line of a header field. */
void test_compact_text_of_fractions(void** /*state*/) {
    const JsonHandle object = json(R"({"a":1.1,"b":0.30000000000000004})");
    check_text(json_compact(json_member(object.get(), "a")), "1.1");
    check_text(json_compact(json_member(object.get(), "b")), "0.30000000000000004");
    for (const std::string text : {R"({"a":1.1,"b":[3.14,{"c":-0.1}]})", R"([1700000000.123])"}) {
        check_text(json_compact(json("{\"x\":" + text + "}").get()), "{\"x\":" + text + "}");
    }
    // A number that needs all 17 digits gets them, wherever it stands.
    for (const char* text : {R"([0.30000000000000004])", R"({"b":{"c":0.30000000000000004}})"}) {
        const std::string whole = std::string(R"({"x":)") + text + "}";
        check_text(json_compact(json(whole).get()), whole);
    }
}

void test_compact_text_escapes_control_characters(void** /*state*/) {
    const JsonHandle object = json("{\"a\":\"\\r\\n\\u0001\\u001f\x7f\",\"\x7f\":\"\x7fz\x7f\"}");
    check_text(json_compact(object.get()),
               R"({"a":"\r\n\u0001\u001F\u007f","\u007f":"\u007fz\u007f"})");
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_objects_alone_are_read),
        cmocka_unit_test(test_nothing_may_stand_behind),
        cmocka_unit_test(test_duplicate_members_are_refused),
        cmocka_unit_test(test_nul_is_refused),
        cmocka_unit_test(test_raw_control_characters_are_refused),
        cmocka_unit_test(test_invalid_utf8_is_refused),
        cmocka_unit_test(test_numbers_stay_in_their_range),
        cmocka_unit_test(test_depth_is_bounded),
        cmocka_unit_test(test_members),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_an_array_holds_a_text_to_the_letter),
        cmocka_unit_test(test_compact_text),
        cmocka_unit_test(test_compact_text_of_fractions),
        cmocka_unit_test(test_compact_text_escapes_control_characters),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
