#include "secret/keyed_secrets.h"

#include "checks.h"
#include "fakes.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

void test_secrets_are_found_by_id(void** /*state*/) {
    KeyedSecrets secrets;
    assert_null(secrets.find("a"));

    secrets.add("a", oct_signer().key(R"(,"kid":"a")"));
    secrets.add("b", ec_signer().key(R"(,"kid":"b")"));
    assert_non_null(secrets.find("a"));
    assert_true(secrets.find("a") != secrets.find("b"));
    assert_int_equal(secrets.find("b")->keys().size(), 1);
    check_text(secrets.find("b")->keys()[0]->name(), "b");
    assert_int_equal(secrets.find("a")->named("a", KeyPurpose::kVerify).size(), 1);
    assert_true(secrets.find("a")->named("b", KeyPurpose::kVerify).empty());
    for (const char* id : {"", "A", "ab", "a "}) {
        assert_null(secrets.find(id));
    }
}

/* Requests hold on to a set while another secret is loaded. */
void test_a_set_stays_where_it_is(void** /*state*/) {
    KeyedSecrets secrets;
    secrets.add("m", oct_signer().key());
    const KeySet* const set = secrets.find("m");
    for (int more = 0; more < 100; ++more) {
        secrets.add(std::to_string(more), oct_signer().key());
    }
    assert_ptr_equal(secrets.find("m"), set);
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_secrets_are_found_by_id),
        cmocka_unit_test(test_a_set_stays_where_it_is),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
