#include "token/numeric_date.h"

#include <cstdint>
#include <limits>
#include <string>

#include "base/saturating.h"
#include "checks.h"
#include "fakes.h"
#include "jose/json.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();

std::optional<std::int64_t> milliseconds(const std::string& value) {
    const JsonHandle object = json(R"({"a":)" + value + "}");
    return numeric_date_ms(json_member(object.get(), "a"));
}

std::optional<std::int64_t> seconds(const std::string& value) {
    const JsonHandle object = json(R"({"a":)" + value + "}");
    return numeric_date_seconds(json_member(object.get(), "a"));
}

void test_whole_seconds(void** /*state*/) {
    assert_true(milliseconds("0") == 0);
    assert_true(milliseconds("1700000000") == 1'700'000'000'000);
    assert_true(milliseconds("-1") == -1000);
    assert_true(seconds("1700000000") == 1'700'000'000);
}

void test_fractions(void** /*state*/) {
    assert_true(milliseconds("1700000000.25") == 1'700'000'000'250);
    assert_true(milliseconds("1.0") == 1000);
    assert_true(milliseconds("1.7e9") == 1'700'000'000'000);
    // Down, never up: a token ends with the millisecond it names.
    assert_true(milliseconds("0.0009") == 0);
    assert_true(milliseconds("-0.0001") == -1);
    assert_true(seconds("1.999") == 1);
    assert_true(seconds("-0.5") == -1);
}

void test_the_ends_of_int64(void** /*state*/) {
    assert_true(milliseconds("9223372036854775") == 9'223'372'036'854'775'000);
    assert_true(milliseconds("9223372036854776") == kMost);
    assert_true(milliseconds("9223372036854775807") == kMost);
    assert_true(milliseconds("-9223372036854775") == -9'223'372'036'854'775'000);
    assert_true(milliseconds("-9223372036854776") == kLeast);
    assert_true(milliseconds("-9223372036854775808") == kLeast);
    assert_true(seconds("9223372036854775807") == kMost);
    assert_true(seconds("-9223372036854775808") == kLeast);
}

void test_doubles_beyond_int64(void** /*state*/) {
    assert_true(milliseconds("1e300") == kMost);
    assert_true(milliseconds("-1e300") == kLeast);
    assert_true(milliseconds("1.7e308") == kMost);
    assert_true(milliseconds("-1.7e308") == kLeast);
    assert_true(milliseconds("9223372036854775.808") == kMost);
    assert_true(milliseconds("-9223372036854775.808") == kLeast);
    assert_true(seconds("9223372036854775808.0") == kMost);
    assert_true(seconds("9223372036854774784.0") == 9'223'372'036'854'774'784);
    assert_true(seconds("-9223372036854775808.0") == kLeast);
}

void test_anything_else_is_no_date(void** /*state*/) {
    for (const char* value : {"\"1700000000\"", "null", "true", "[1]", "{}", "\"\""}) {
        assert_false(milliseconds(value).has_value());
        assert_false(seconds(value).has_value());
    }
    assert_false(numeric_date_ms(nullptr).has_value());
    assert_false(numeric_date_seconds(nullptr).has_value());
}

void test_sums_stay_in_range(void** /*state*/) {
    assert_true(add_saturating(1, 2) == 3);
    assert_true(add_saturating(1, -2) == -1);
    assert_true(add_saturating(kMost, 0) == kMost);
    assert_true(add_saturating(kMost, 1) == kMost);
    assert_true(add_saturating(kMost, kMost) == kMost);
    assert_true(add_saturating(kLeast, -1) == kLeast);
    assert_true(add_saturating(kLeast, kLeast) == kLeast);
    assert_true(add_saturating(kMost, kLeast) == -1);
    assert_true(add_saturating(kMost - 5, 5) == kMost);
    assert_true(add_saturating(kLeast + 5, -6) == kLeast);
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_seconds),
        cmocka_unit_test(test_fractions),
        cmocka_unit_test(test_the_ends_of_int64),
        cmocka_unit_test(test_doubles_beyond_int64),
        cmocka_unit_test(test_anything_else_is_no_date),
        cmocka_unit_test(test_sums_stay_in_range),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
