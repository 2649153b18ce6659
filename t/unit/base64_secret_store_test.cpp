#include "secret/base64_secret_store.h"

#include <string>
#include <vector>

#include "checks.h"
#include "fakes.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

const std::string kSecret(32, 's');

Configured<std::unique_ptr<SecretStore>> make(const std::vector<std::string_view>& parameters) {
    return make_secret_store({"base64", parameters, "/base/"});
}

void check_load(SecretStore* store, const std::string& id, Place place = Place::here()) {
    Warnings warnings;
    check_good(store->load(id, loading(&warnings)), place);
    _assert_true(warnings.empty(), "nothing is warned of", place.file, place.line);
}

const KeySet* keys(const SecretStore& store, std::string_view id) {
    FakeRequestContext request;
    const auto found = store.keys(request, id);
    check_good(found);
    return found.value();
}

void test_a_secret_is_loaded_by_its_id(void** /*state*/) {
    const std::string a = "a.b=" + encode_base64(kSecret);
    const std::string c = "c=" + encode_base64(kSecret + kSecret);
    const auto made = make({a, c});
    check_good(made);
    SecretStore* const store = made.value().get();
    check_load(store, "a.b");
    check_load(store, "c");
    assert_int_equal(keys(*store, "a.b")->keys().size(), 1);
    assert_int_equal(keys(*store, "a.b")->keys()[0]->secret_size(), 32);
    assert_int_equal(keys(*store, "c")->keys()[0]->secret_size(), 64);
    check_text(keys(*store, "a.b")->keys()[0]->name(), "a.b");
}

/* What no resolver names stays text. */
void test_only_what_was_asked_for_is_loaded(void** /*state*/) {
    const std::string a = "a=" + encode_base64(kSecret);
    const auto made = make({a, "weak=AQ==", "broken=!"});
    check_good(made);
    check_load(made.value().get(), "a");
    assert_null(keys(*made.value(), "weak"));
    assert_null(keys(*made.value(), "broken"));
}

void test_a_missing_secret_is_no_error(void** /*state*/) {
    const std::string a = "a=" + encode_base64(kSecret);
    const auto made = make({a});
    check_good(made);
    check_load(made.value().get(), "b");
    assert_null(keys(*made.value(), "b"));
}

/* Requests may hold the first set already. */
void test_loading_twice_changes_nothing(void** /*state*/) {
    const std::string a = "a=" + encode_base64(kSecret);
    const auto made = make({a});
    check_good(made);
    check_load(made.value().get(), "a");
    const KeySet* const first = keys(*made.value(), "a");
    check_load(made.value().get(), "a");
    assert_ptr_equal(keys(*made.value(), "a"), first);
}

void test_bad_values_are_refused(void** /*state*/) {
    const auto made = make({"weak=AQ==", "broken=hush-hush", "empty="});
    check_good(made);
    Warnings warnings;
    check_refused(made.value()->load("weak", loading(&warnings)), "secret \"weak\": it is shorter");
    const auto broken = made.value()->load("broken", loading(&warnings));
    check_refused(broken, "secret \"broken\": it isn't base64");
    check_lacks(broken.error().message, "hush");
    check_refused(made.value()->load("empty", loading(&warnings)),
                  "secret \"empty\": it is shorter");
    assert_null(keys(*made.value(), "weak"));
}

void test_bad_settings_are_refused(void** /*state*/) {
    check_refused(make({}), "ID=VALUE");
    check_refused(make({"=AQ=="}), "name=value");
    check_refused(make({"hush"}), "name=value");
    check_refused(make({"a=1", "a=2"}), "given twice");
    for (const char* bad : {".a=AQ==", "a..b=AQ==", "a b=AQ==", "../a=AQ=="}) {
        check_refused(make({bad}), "no secret id");
    }
    // A secret whose id was forgotten: its padding looks like what stands behind a name.
    const auto forgotten = make({"aHVzaC1odXNo+w=="});
    check_refused(forgotten, "no secret id");
    check_lacks(forgotten.error().message, "aHVz");
}

/* What stands in the configuration stays as it is until that is read again. */
void test_nothing_is_renewed(void** /*state*/) {
    const std::string a = "a=" + encode_base64(kSecret);
    const auto made = make({a});
    check_good(made);
    SecretStore& store = *made.value();
    check_load(&store, "a");
    std::string failure;
    assert_true(store.refresh(&failure) == Refresh::kUnchanged);
    check_text(failure, "");
    check_text(store.unreadable_file(), "");
    assert_int_equal(store.refresh_interval_ms(), 0);
    FakeRequestContext request;
    const auto renewed = store.renew(request);
    check_good(renewed);
    assert_false(renewed.value());
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_a_secret_is_loaded_by_its_id),
        cmocka_unit_test(test_only_what_was_asked_for_is_loaded),
        cmocka_unit_test(test_a_missing_secret_is_no_error),
        cmocka_unit_test(test_loading_twice_changes_nothing),
        cmocka_unit_test(test_bad_values_are_refused),
        cmocka_unit_test(test_bad_settings_are_refused),
        cmocka_unit_test(test_nothing_is_renewed),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
