#include "shim/guarded.h"

#include <memory>
#include <new>
#include <stdexcept>
#include <string>

#include "checks.h"
#include "fakes.h"
#include "shim/resolver.h"
#include "shim/text.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

void test_what_works_is_passed_on(void** /*state*/) {
    assert_int_equal(guarded(7, [] { return 8; }), 8);
}

void test_whatever_is_thrown_is_caught(void** /*state*/) {
    assert_int_equal(guarded(7, []() -> int { throw std::bad_alloc(); }), 7);
    assert_int_equal(guarded(7, []() -> int { throw std::runtime_error("x"); }), 7);
    assert_int_equal(guarded(7, []() -> int { throw 8; }), 7);
}

/* A chain whose resolver throws, waits or grants, as the test says. */
class Moody final : public AccessTokenResolver {
  public:
    Resolution resolve(std::string_view /*token*/, RequestContext& /*request*/) const override {
        if (throws) {
            throw std::runtime_error("unforeseen");
        }
        return resolved_token(R"({"sub":"alice","scope":"read"})");
    }

    bool throws = true;
};

std::int64_t now(void* /*host*/) { return kNow * 1000; }

/* The client has no certificate. */
int no_certificate(void* /*host*/, oauth2_rs_certificate_t* /*certificate*/) { return 1; }

int nothing_cached(void* /*host*/, const unsigned char* /*key*/, oauth2_rs_text_t* /*value*/) {
    return 0;
}
void keep_nothing(void* /*host*/, const unsigned char* /*key*/, oauth2_rs_text_t /*value*/,
                  std::int64_t /*until_ms*/) {}

struct Bench {
    Moody* moody = new Moody;
    oauth2_rs_resolver_t resolver{std::unique_ptr<AccessTokenResolver>(moody)};
    oauth2_rs_resolution_t* resolution = oauth2_rs_resolution_create(&resolver);
    oauth2_rs_text_t authorization = text("Bearer token");
    oauth2_rs_host_t host{now,     no_certificate, nothing_cached, keep_nothing,
                          nullptr, nullptr,        nullptr,        nullptr};
    oauth2_rs_request_t request{0, 0, OAUTH2_RS_CONFIRMATION_ON, &authorization, 1, &host};

    Bench() = default;
    ~Bench() { oauth2_rs_resolution_destroy(resolution); }
    Bench(const Bench&) = delete;
    Bench& operator=(const Bench&) = delete;
};

void check_internal_error(oauth2_rs_resolution_t* resolution, Place place = Place::here()) {
    const oauth2_rs_denial_t denial = oauth2_rs_denial(resolution);
    _assert_int_equal(denial.status, 500, place.file, place.line);
    check_text(view(denial.reason), "internal_error", place);
    check_text(view(denial.error), "", place);
    check_text(view(oauth2_rs_challenge(resolution, text("R"))), "", place);
}

/* What nobody foresaw refuses, and says so with a 500. */
void test_an_exception_denies(void** /*state*/) {
    Bench bench;
    assert_int_equal(oauth2_rs_resolve(bench.resolution, &bench.request), OAUTH2_RS_DENIED);
    check_internal_error(bench.resolution);
    assert_int_equal(oauth2_rs_value(bench.resolution, OAUTH2_RS_VALUE_CLAIMS).len, 0);
    const oauth2_rs_text_t scope = text("read");
    assert_int_equal(oauth2_rs_require_scopes(bench.resolution, &scope, 1), OAUTH2_RS_DENIED);
    check_internal_error(bench.resolution);
}

void test_the_next_call_is_fine(void** /*state*/) {
    Bench bench;
    assert_int_equal(oauth2_rs_resolve(bench.resolution, &bench.request), OAUTH2_RS_DENIED);
    bench.moody->throws = false;
    assert_int_equal(oauth2_rs_resolve(bench.resolution, &bench.request), OAUTH2_RS_GRANTED);
    check_text(view(oauth2_rs_value(bench.resolution, OAUTH2_RS_VALUE_CLAIMS)),
               R"({"sub":"alice","scope":"read"})");
}

/* Before anything ran it is refused. */
void test_a_new_resolution_is_denied(void** /*state*/) {
    Bench bench;
    check_internal_error(bench.resolution);
    assert_int_equal(oauth2_rs_value(bench.resolution, OAUTH2_RS_VALUE_TOKEN).len, 0);
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_what_works_is_passed_on),
        cmocka_unit_test(test_whatever_is_thrown_is_caught),
        cmocka_unit_test(test_an_exception_denies),
        cmocka_unit_test(test_the_next_call_is_fine),
        cmocka_unit_test(test_a_new_resolution_is_denied),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
