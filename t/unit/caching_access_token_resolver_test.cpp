#include "token/caching_access_token_resolver.h"

#include <memory>
#include <optional>

#include "checks.h"
#include "fakes.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

constexpr const char* kToken = "a.b.c";
constexpr std::int64_t kNowMs = kNow * 1000;

/* A leaf whose word the test gives, and which may stop upholding what it said. */
class Leaf final : public AccessTokenResolver {
  public:
    Resolution resolve(std::string_view /*token*/, RequestContext& /*request*/) const override {
        ++questions;
        return *answer;
    }
    bool upholds(const ResolvedToken& /*token*/) const override { return upheld; }

    std::optional<Resolution> answer =
        resolved_token(R"({"sub":"alice","scope":"read","exp":1700003600,"cnf":{"jkt":"other"}})");
    bool upheld = true;
    mutable int questions = 0;
};

struct Cached {
    explicit Cached(CacheTimes times = {}, unsigned char mark = 1)
        : leaf(new Leaf),
          resolver(std::unique_ptr<const AccessTokenResolver>(leaf), {mark}, times) {}

    Resolution ask(FakeRequestContext* request) const { return resolver.resolve(kToken, *request); }

    Leaf* leaf;
    CachingAccessTokenResolver resolver;
};

void test_a_hit_is_what_the_miss_was(void** /*state*/) {
    FakeRequestContext request;
    const Cached cached;
    check_good(cached.ask(&request));
    assert_true(request.cache_status == CacheStatus::kMiss);
    const Resolution hit = cached.ask(&request);
    check_good(hit);
    assert_true(request.cache_status == CacheStatus::kHit);
    assert_int_equal(cached.leaf->questions, 1);
    const ResolvedToken& token = hit.value();
    check_text(token.facts().scope, "read");
    assert_true(token.facts().confirmation.kind == Confirmation::Kind::kMalformed);
    assert_int_equal(*token.facts().valid_until_ms, 1700003600000);
    check_text(token.text(), cached.leaf->answer->value().text());
}

void test_another_chain_or_token_is_a_miss(void** /*state*/) {
    FakeRequestContext request;
    const Cached first;
    const Cached second({}, 2);
    check_good(first.ask(&request));
    check_good(second.ask(&request));
    assert_int_equal(second.leaf->questions, 1);
    check_good(first.resolver.resolve("a.b.d", request));
    assert_int_equal(first.leaf->questions, 2);
}

void test_what_no_longer_holds_is_a_miss(void** /*state*/) {
    FakeRequestContext request;
    const Cached cached;
    check_good(cached.ask(&request));
    cached.leaf->upheld = false;
    check_good(cached.ask(&request));
    assert_int_equal(cached.leaf->questions, 2);
    cached.leaf->upheld = true;
    request.now = 1700003600000 + 1;  // it has expired
    check_good(cached.ask(&request));
    assert_int_equal(cached.leaf->questions, 3);
    request.now = kNowMs - 1;  // the clock was set back
    check_good(cached.ask(&request));
    assert_int_equal(cached.leaf->questions, 4);
}

void test_what_is_not_granted_is_not_kept(void** /*state*/) {
    FakeRequestContext request;
    const Cached cached;
    cached.leaf->answer.emplace(Denial{Code::kExpired, "it was good once"});
    check_denied(cached.ask(&request), Code::kExpired);
    cached.leaf->answer.emplace(Pending{});
    assert_true(cached.ask(&request).pending());
    assert_true(request.cache.empty());
}

void test_how_long_it_is_kept(void** /*state*/) {
    FakeRequestContext request;
    check_good(Cached().ask(&request));
    assert_int_equal(request.kept_until, 1700003600000);
    check_good(Cached({1000, 5000}, 2).ask(&request));
    assert_int_equal(request.kept_until, kNowMs + 5000);
    const Cached endless({1000, 5000}, 3);
    endless.leaf->answer.emplace(resolved_token(R"({"sub":"alice"})"));
    check_good(endless.ask(&request));
    assert_int_equal(request.kept_until, kNowMs + 1000);
}

/* The moment of the expiry still counts, and is the last. */
void test_what_ends_now_is_not_kept(void** /*state*/) {
    FakeRequestContext request;
    const Cached cached;
    request.now = 1700003600000 - 1;
    check_good(cached.ask(&request));
    assert_false(request.cache.empty());
    request.cache.clear();
    request.now = 1700003600000;
    check_good(cached.ask(&request));
    assert_true(request.cache.empty());
}

/* What is above asks through it. */
void test_the_delegate_says_what_holds(void** /*state*/) {
    const Cached cached;
    const ResolvedToken& token = cached.leaf->answer->value();
    assert_true(cached.resolver.upholds(token));
    cached.leaf->upheld = false;
    assert_false(cached.resolver.upholds(token));
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_a_hit_is_what_the_miss_was),
        cmocka_unit_test(test_another_chain_or_token_is_a_miss),
        cmocka_unit_test(test_what_no_longer_holds_is_a_miss),
        cmocka_unit_test(test_what_is_not_granted_is_not_kept),
        cmocka_unit_test(test_how_long_it_is_kept),
        cmocka_unit_test(test_what_ends_now_is_not_kept),
        cmocka_unit_test(test_the_delegate_says_what_holds),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
