#include "base/result.h"

#include <memory>
#include <string>
#include <utility>

#include "checks.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

void test_a_result_is_a_value_or_an_error(void** /*state*/) {
    Result<std::string> good(std::string("text"));
    assert_true(good.ok());
    good.value() += "s";
    check_text(std::as_const(good).value(), "texts");

    const Result<std::string> bad(Denial{Code::kExpired, "why"});
    assert_false(bad.ok());
    check_code(bad.error(), Code::kExpired);

    const Configured<int> refused(ConfigError{"the mend"});
    assert_false(refused.ok());
    check_text(refused.error().message, "the mend");
}

/* The first alternative and the second may be of one type: the index tells them apart. */
void test_value_and_error_of_one_type(void** /*state*/) {
    const Result<Denial, ConfigError> value(Denial{});
    assert_true(value.ok());
}

void test_what_can_only_be_moved(void** /*state*/) {
    Result<std::unique_ptr<int>> result(std::make_unique<int>(7));
    const std::unique_ptr<int> taken = std::move(result.value());
    assert_int_equal(*taken, 7);

    Step<std::unique_ptr<int>> step(std::make_unique<int>(8));
    assert_int_equal(*step.value(), 8);
    const Step<std::unique_ptr<int>> moved = std::move(step);
    assert_int_equal(*moved.value(), 8);
}

void test_a_step_has_three_ends(void** /*state*/) {
    const Step<int> value(7);
    assert_true(value.ok());
    assert_false(value.pending());
    assert_int_equal(value.value(), 7);

    const Step<int> denial(Denial{Code::kUnknownKey, "why"});
    assert_false(denial.ok());
    assert_false(denial.pending());
    check_code(denial.denial(), Code::kUnknownKey);

    const Step<int> pending(Pending{});
    assert_false(pending.ok());
    assert_true(pending.pending());
}

void test_what_is_no_value_is_passed_on(void** /*state*/) {
    const Step<int> denial(Denial{Code::kUnknownKey, "why"});
    check_denied(denial.as<std::string>(), Code::kUnknownKey);
    check_text(denial.as<std::string>().denial().why, "why");

    const Step<int> pending(Pending{});
    assert_true(pending.as<std::string>().pending());
    assert_false(pending.as<std::string>().ok());
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_a_result_is_a_value_or_an_error),
        cmocka_unit_test(test_value_and_error_of_one_type),
        cmocka_unit_test(test_what_can_only_be_moved),
        cmocka_unit_test(test_a_step_has_three_ends),
        cmocka_unit_test(test_what_is_no_value_is_passed_on),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
