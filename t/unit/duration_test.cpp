#include "base/duration.h"

#include <initializer_list>

#include "checks.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

constexpr std::int64_t kSecond = 1000;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;

void check_duration(std::string_view text, std::int64_t milliseconds, Place place = Place::here()) {
    const auto parsed = parse_duration(text);
    check_good(parsed, place);
    _assert_int_equal(static_cast<LargestIntegralType>(parsed.value().milliseconds),
                      static_cast<LargestIntegralType>(milliseconds), place.file, place.line);
    _assert_true(!parsed.value().unlimited, "it has a bound", place.file, place.line);
}

void check_bad(std::string_view text, std::string_view why, Place place = Place::here()) {
    check_refused(parse_duration(text), why, place);
}

void test_the_documented_examples(void** /*state*/) {
    check_duration("2m", 2 * kMinute);
    check_duration("2 minutes", 2 * kMinute);
    check_duration("1 hour and 30 seconds", kHour + 30 * kSecond);
    check_duration("10 min, 30 sec", 10 * kMinute + 30 * kSecond);
    check_duration("zero", 0);
    check_duration("disabled", 0);
}

void test_every_unit_in_any_case(void** /*state*/) {
    for (const char* text : {"3 days", "3 DAY", "3d", "3D"}) {
        check_duration(text, 3 * kDay);
    }
    for (const char* text : {"3 hours", "3 Hour", "3h"}) {
        check_duration(text, 3 * kHour);
    }
    for (const char* text : {"3 minutes", "3 minute", "3 MIN", "3m", "3M"}) {
        check_duration(text, 3 * kMinute);
    }
    for (const char* text : {"3 seconds", "3 second", "3 sec", "3s"}) {
        check_duration(text, 3 * kSecond);
    }
    for (const char* text :
         {"3 milliseconds", "3 millisecond", "3 millisec", "3 millis", "3 milli", "3ms", "3 MS"}) {
        check_duration(text, 3);
    }
}

void test_a_bare_number_is_seconds(void** /*state*/) {
    check_duration("30", 30 * kSecond);
    check_duration("0", 0);
    check_duration(" 7\t", 7 * kSecond);
}

void test_parts_are_added_up(void** /*state*/) {
    check_duration("1 day and 1 hour and 1 minute and 1 second and 1 ms",
                   kDay + kHour + kMinute + kSecond + 1);
    check_duration("1h,1m,1s", kHour + kMinute + kSecond);
    check_duration("  1h  ", kHour);
    check_duration("0 s", 0);
}

void test_anything_behind_a_unit_fails(void** /*state*/) {
    for (const char* text : {"2m 3s", "2 m x", "2mm", "2m2", "2m;", "1 hour 30 seconds", "30 30"}) {
        check_bad(text, text);
    }
}

void test_parts_need_a_number_and_a_unit(void** /*state*/) {
    for (const char* text : {"", " ", "m", "minutes", "-1m", "+1m", "1.5h", "1,5h", "0x10", "1m,",
                             ",1m", "1m,,1m", "1m and ", " and 1m", "1m and", "1m AND 2m"}) {
        check_bad(text, "invalid duration");
    }
    check_bad("3 weeks", "units are");
    check_bad("3 us", "units are");
    check_bad("x", "a number and a unit");
}

void test_none_is_ambiguous(void** /*state*/) {
    check_bad("none", "write \"zero\"");
    check_bad("NONE", "write \"zero\"");
}

void test_the_words_for_no_bound(void** /*state*/) {
    for (const char* word : {"unlimited", "Indefinite", "INFINITY", "undefined"}) {
        const auto parsed = parse_duration(word);
        check_good(parsed);
        assert_true(parsed.value().unlimited);
        check_refused(parse_bounded_duration(word), "a bound is needed");
    }
}

void test_bounded_durations(void** /*state*/) {
    const auto parsed = parse_bounded_duration("2 minutes");
    check_good(parsed);
    assert_int_equal(parsed.value(), 2 * kMinute);
    check_refused(parse_bounded_duration("2 minuets"), "units are");
}

/* Whatever is accepted can be added to a time of int64 milliseconds. */
void test_what_does_not_fit_fails(void** /*state*/) {
    check_duration("2000000000000000 s", 2'000'000'000'000'000 * kSecond);
    check_bad("9223372036854775807", "invalid duration");
    check_bad("18446744073709551617 s", "invalid duration");
    check_bad("99999999999999999999999999", "invalid duration");
    check_bad("2305843009213694", "too long");
    check_duration("2305843009213693", 2'305'843'009'213'693 * kSecond);
    check_bad("30000000000 days", "too long");
    check_bad("2305843009213693 s, 1 s", "too long");
    check_bad("2305843009213694 s", "too long");
}

void test_messages_are_fit_for_a_log(void** /*state*/) {
    check_bad("1m\n\x1b[31m", "\"1m??[31m\"");
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_the_documented_examples),
        cmocka_unit_test(test_every_unit_in_any_case),
        cmocka_unit_test(test_a_bare_number_is_seconds),
        cmocka_unit_test(test_parts_are_added_up),
        cmocka_unit_test(test_anything_behind_a_unit_fails),
        cmocka_unit_test(test_parts_need_a_number_and_a_unit),
        cmocka_unit_test(test_none_is_ambiguous),
        cmocka_unit_test(test_the_words_for_no_bound),
        cmocka_unit_test(test_bounded_durations),
        cmocka_unit_test(test_what_does_not_fit_fails),
        cmocka_unit_test(test_messages_are_fit_for_a_log),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
