#include "secret/store_parameters.h"

#include "checks.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

void test_values_are_found_by_name(void** /*state*/) {
    const auto parsed = StoreParameters::parse({"path=/a b", "suffix=", "key=AQ=="}, {});
    check_good(parsed);
    check_text(parsed.value().get("path", "x"), "/a b");
    check_text(parsed.value().get("suffix", "x"), "");
    check_text(parsed.value().get("key", "x"), "AQ==");
    check_text(parsed.value().get("other", "x"), "x");
    assert_int_equal(parsed.value().all().size(), 3);
    check_good(StoreParameters::parse({}, {"file"}));
}

/* What has no name may be a secret whose name was forgotten: it is not shown. */
void test_a_parameter_has_a_name(void** /*state*/) {
    for (const char* parameter : {"", "hush", "=hush", "="}) {
        const auto parsed = StoreParameters::parse({parameter}, {});
        check_refused(parsed, "name=value");
        check_lacks(parsed.error().message, "hush");
    }
}

void test_names_must_be_known(void** /*state*/) {
    check_good(StoreParameters::parse({"path=a", "suffix=b"}, {"path", "suffix"}));
    for (const char* parameter : {"file=hush", "Path=hush", "path =hush", "\n=hush"}) {
        const auto parsed = StoreParameters::parse({parameter}, {"path", "suffix"});
        check_refused(parsed, "the parameters are path, suffix");
        check_lacks(parsed.error().message, "hush");
        check_lacks(parsed.error().message, "\n");
    }
    check_good(StoreParameters::parse({"anything=a"}, {}));
}

void test_a_name_stands_once(void** /*state*/) {
    const auto parsed = StoreParameters::parse({"path=hush", "path=hush"}, {"path"});
    check_refused(parsed, "given twice");
    check_lacks(parsed.error().message, "hush");
    check_refused(StoreParameters::parse({"a=1", "b=2", "a=3"}, {}), "given twice");
}

void test_paths(void** /*state*/) {
    check_text(resolve_path("/etc/x", "/base/"), "/etc/x");
    check_text(resolve_path("x/y", "/base/"), "/base/x/y");
    check_text(resolve_path("x", ""), "x");
}

/* How often files are looked at again; 0: never. */
void test_the_cache_timeout(void** /*state*/) {
    const auto timeout = [](std::string_view parameter) {
        const auto parsed = StoreParameters::parse({parameter}, {});
        check_good(parsed);
        return parsed.value().cache_timeout_ms();
    };
    assert_int_equal(timeout("file=a").value(), 0);
    assert_int_equal(timeout("cache_timeout=2 minutes").value(), 120 * 1000);
    check_refused(timeout("cache_timeout=soon"), "cache_timeout: ");
    check_refused(timeout("cache_timeout="), "cache_timeout: ");
    check_refused(timeout("cache_timeout=zero"), "longer than zero");
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_values_are_found_by_name),
        cmocka_unit_test(test_a_parameter_has_a_name),
        cmocka_unit_test(test_names_must_be_known),
        cmocka_unit_test(test_a_name_stands_once),
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_the_cache_timeout),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
