// link: -Wl,--wrap=open
#include "secret/file_secret_store.h"

#include <fcntl.h>

#include <cerrno>
#include <string>

#include "checks.h"
#include "fakes.h"
#include "secret/jwks_file_secret_store.h"

namespace {

int opens_that_fail = 0;

}  // namespace

extern "C" {

int __real_open(const char* path, int flags);
int __wrap_open(const char* path, int flags) {
    if (opens_that_fail > 0) {
        --opens_that_fail;
        errno = EMFILE;
        return -1;
    }
    return __real_open(path, flags);
}

}  // extern "C"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

/* A store over one file, with its keys loaded. */
class Bench {
  public:
    Bench() : path_(write("old")), store_(path_, 1000, {}) {
        Warnings warnings;
        check_good(store_.load("a", loading(&warnings)));
    }

    /* A set of one key of that name. */
    std::string write(const std::string& kid) {
        const std::string jwk = ec_signer().jwk(R"(,"kid":")" + kid + "\"");
        return directory_.write("keys.json", R"({"keys":[)" + jwk + "]}");
    }

    void write_text(const std::string& text) { directory_.write("keys.json", text); }

    Refresh refresh() {
        failure_.clear();
        return store_.refresh(&failure_);
    }
    const std::string& failure() const { return failure_; }

    std::string kid() {
        FakeRequestContext request;
        const auto set = store_.keys(request, "a");
        check_good(set);
        return set.value()->keys().front()->name();
    }

  private:
    TemporaryDirectory directory_;
    std::string path_;
    JwksFileSecretStore store_;
    std::string failure_;
};

void test_what_has_not_changed_is_not_read(void** /*state*/) {
    Bench bench;
    opens_that_fail = 1;
    assert_true(bench.refresh() == Refresh::kUnchanged);
    assert_int_equal(opens_that_fail, 1);
    opens_that_fail = 0;
}

void test_what_has_changed_is_read_once(void** /*state*/) {
    Bench bench;
    bench.write("new");
    check_text(bench.kid(), "old");
    assert_true(bench.refresh() == Refresh::kRenewed);
    check_text(bench.kid(), "new");
    assert_true(bench.refresh() == Refresh::kUnchanged);
}

/* What is broken is told once, and mended once it changes. */
void test_a_broken_file(void** /*state*/) {
    Bench bench;
    bench.write_text("{}");
    assert_true(bench.refresh() == Refresh::kFailed);
    check_holds(bench.failure(), "no JSON Web Key Set");
    assert_true(bench.refresh() == Refresh::kUnchanged);
    check_text(bench.kid(), "old");

    bench.write_text("{");
    assert_true(bench.refresh() == Refresh::kFailed);
    bench.write("new");
    assert_true(bench.refresh() == Refresh::kRenewed);
    check_text(bench.kid(), "new");
}

/* The worker has no descriptor left for a while: the file doesn't change when it has one again. */
void test_a_change_that_could_not_be_read_is_not_forgotten(void** /*state*/) {
    Bench bench;
    bench.write("new");
    opens_that_fail = 2;
    assert_true(bench.refresh() == Refresh::kFailed);
    check_holds(bench.failure(), "can't read");
    assert_true(bench.refresh() == Refresh::kUnchanged);
    check_text(bench.kid(), "old");
    assert_true(bench.refresh() == Refresh::kRenewed);
    check_text(bench.kid(), "new");
    assert_true(bench.refresh() == Refresh::kUnchanged);
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_what_has_not_changed_is_not_read),
        cmocka_unit_test(test_what_has_changed_is_read_once),
        cmocka_unit_test(test_a_broken_file),
        cmocka_unit_test(test_a_change_that_could_not_be_read_is_not_forgotten),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
