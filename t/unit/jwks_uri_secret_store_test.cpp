#include "secret/jwks_uri_secret_store.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "checks.h"
#include "fakes.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

Configured<std::unique_ptr<SecretStore>> make(const std::vector<std::string>& parameters) {
    StoreSettings settings{"jwks", {parameters.begin(), parameters.end()}, "/base/", "a server"};
    return make_secret_store(settings);
}

std::unique_ptr<SecretStore> store_with(const std::string& parameter) {
    auto made = make({"uri=/keys", parameter});
    check_good(made);
    return std::move(made.value());
}

/* A store as it is once a resolver has named it. */
std::unique_ptr<SecretStore> loaded(KeyPurpose purpose = KeyPurpose::kVerify) {
    auto made = make({"uri=/keys"});
    check_good(made);
    Warnings warnings;
    check_good(made.value()->load("any", loading(&warnings, purpose)));
    assert_true(warnings.empty());
    return std::move(made.value());
}

std::string set_of(const std::string& jwks) { return R"({"keys":[)" + jwks + "]}"; }

std::string rsa_set(const std::string& kid) {
    return set_of(rsa_signer().jwk(R"(,"kid":")" + kid + "\""));
}

void test_what_it_tells_whoever_fetches(void** /*state*/) {
    auto made = make({"uri=/keys"});
    check_good(made);
    const KeySource* source = made.value()->key_source();
    assert_non_null(source);
    check_text(source->uri(), "/keys");
    check_text(source->server(), "a server");
    assert_int_equal(source->cache_timeout_ms(), 120 * 1000);
    assert_int_equal(source->cache_miss_timeout_ms(), 120 * 1000);
    assert_int_equal(source->stale_timeout_ms(), 3600 * 1000);

    made =
        make({"uri=/k", "stale_timeout=1d", "cache_timeout=11s", "cache_miss_timeout=3 minutes"});
    check_good(made);
    source = made.value()->key_source();
    assert_int_equal(source->cache_timeout_ms(), 11 * 1000);
    assert_int_equal(source->cache_miss_timeout_ms(), 180 * 1000);
    assert_int_equal(source->stale_timeout_ms(), 24 * 3600 * 1000);
}

void test_a_store_of_a_file_has_no_source(void** /*state*/) {
    const auto made = make({"file=keys.json"});
    check_good(made);
    assert_null(made.value()->key_source());
}

void test_bad_parameters(void** /*state*/) {
    check_refused(make({"uri=/keys", "file=a"}), "unknown parameter \"file\"");
    check_refused(make({"uri=/keys", "uri=/keys"}), "given twice");
    for (const std::string name : {"cache_timeout", "cache_miss_timeout", "stale_timeout"}) {
        check_refused(make({"uri=/keys", name + "=soon"}), name + ": ");
        check_refused(make({"uri=/keys", name + "="}), name + ": ");
        check_refused(make({"uri=/keys", name + "=none"}), name + ": ");
        check_good(make({"uri=/keys", name + "=unlimited"}));
    }
    check_refused(make({"uri=/keys", "cache_timeout=zero"}), "longer than zero");
    check_refused(make({"uri=/keys", "cache_miss_timeout=0"}), "longer than zero");
    check_good(make({"uri=/keys", "stale_timeout=zero"}));
}

/* A sum of two of them, in milliseconds of now, must still be a number. */
void test_what_is_unlimited_has_an_end(void** /*state*/) {
    const std::int64_t ten_years = std::int64_t{3650} * 24 * 3600 * 1000;
    for (const char* value : {"unlimited", "100000 days"}) {
        const auto store = store_with(std::string("stale_timeout=") + value);
        assert_true(store->key_source()->stale_timeout_ms() == ten_years);
    }
    assert_true(store_with("cache_timeout=3649 days")->key_source()->cache_timeout_ms() <
                ten_years);
}

void test_short_timeouts_warn_once(void** /*state*/) {
    const std::pair<const char*, bool> values[] = {
        {"9999 ms", true}, {"10s", false}, {"11s", false}, {"1ms", true}};
    for (const std::string name : {"cache_timeout", "cache_miss_timeout", "stale_timeout"}) {
        for (const auto& [value, warns] : values) {
            const auto store = store_with(name + "=" + value);
            Warnings warnings;
            check_good(store->load("a", loading(&warnings)));
            check_good(store->load("b", loading(&warnings)));
            assert_int_equal(warnings.size(), warns ? 1 : 0);
            if (warns) {
                check_holds(warnings[0], name + " is shorter than 10 seconds");
            }
        }
    }
    Warnings warnings;
    check_good(store_with("stale_timeout=zero")->load("a", loading(&warnings)));
    assert_int_equal(warnings.size(), 1);
}

/* Cold: it waits; and whoever has waited in vain is told that there are no keys. */
void test_it_waits_for_the_first_keys(void** /*state*/) {
    const auto made = loaded();
    const SecretStore& store = *made;
    FakeRequestContext request;
    request.keys_state = FetchState::kPending;
    assert_true(store.keys(request, "any").pending());
    assert_int_equal(request.waits.size(), 1);
    assert_ptr_equal(request.waits[0].first, made->key_source());
    assert_true(request.waits[0].second == KeyDemand::kCold);
    for (const FetchState state : {FetchState::kEnded, FetchState::kNone}) {
        request.keys_state = state;
        check_denied(store.keys(request, "any"), Code::kKeysUnavailable);
    }
    check_good(made->key_source()->accept(rsa_set("a")));
    check_good(store.keys(request, "any"));
    assert_int_equal(request.waits.size(), 3);
}

/* They may be there by the time that it asks to wait. */
void test_keys_that_were_at_hand(void** /*state*/) {
    const auto made = loaded();
    FakeRequestContext request;
    request.keys_state = FetchState::kEnded;
    request.on_wait = [&] { check_good(made->key_source()->accept(rsa_set("a"))); };
    const auto found = made->keys(request, "any");
    check_good(found);
    assert_int_equal(found.value()->named("a", KeyPurpose::kVerify).size(), 1);
}

void test_any_id_stands_for_the_whole_set(void** /*state*/) {
    const auto made = loaded();
    check_good(made->key_source()->accept(rsa_set("a")));
    FakeRequestContext request;
    assert_ptr_equal(made->keys(request, "one").value(), made->keys(request, "other").value());
}

/* Whole or not at all. */
void test_sets_that_are_none_change_nothing(void** /*state*/) {
    const auto made = loaded();
    KeySource* source = made->key_source();
    check_good(source->accept(rsa_set("a")));
    FakeRequestContext request;
    const KeySet* const before = made->keys(request, "any").value();
    const std::string good = rsa_set("b");
    for (const std::string& bad :
         {std::string(), std::string("<html>"), good.substr(0, good.size() - 1), std::string("[]"),
          std::string("{}"), set_of(""), set_of(R"({"kty":"RSA","n":"AQAB","e":"AQAB"})"),
          set_of(rsa_signer().jwk(R"(,"use":"enc")")),
          replaced(good, "{\"keys\"", "{\"keys\":[],\"keys\""),
          replaced(good, "\"kid\":\"b\"", "\"kid\":\"b\",\"kid\":\"b\"")}) {
        assert_false(source->accept(bad).ok());
        assert_ptr_equal(made->keys(request, "any").value(), before);
    }
}

/* A set is of use to whoever wants one of its keys. */
void test_what_keys_are_wanted_for(void** /*state*/) {
    const std::string shared = set_of(oct_signer().jwk(R"(,"use":"enc")"));
    const auto made = loaded();
    check_refused(made->key_source()->accept(shared),
                  "no key that may do what keys are wanted for");
    Warnings warnings;
    check_good(made->load("other", loading(&warnings, KeyPurpose::kDecrypt)));
    check_good(made->key_source()->accept(shared));
    check_good(made->key_source()->accept(rsa_set("a")));
    const auto decrypting = loaded(KeyPurpose::kDecrypt);
    check_refused(decrypting->key_source()->accept(rsa_set("a")), "no key that may do");
    check_good(decrypting->key_source()->accept(shared));
}

/* RFC 7517 section 5: what we can't use is passed over, what we can is used. */
void test_keys_of_others_are_passed_over(void** /*state*/) {
    const auto made = loaded();
    check_good(made->key_source()->accept(
        set_of(R"({"kty":"RSA","n":"AQAB","e":"AQAB","kid":"weak"},{"kty":"new"},)" +
               ec_signer().jwk(R"(,"kid":"good")"))));
    FakeRequestContext request;
    const KeySet* const set = made->keys(request, "any").value();
    assert_int_equal(set->keys().size(), 1);
    assert_int_equal(set->named("good", KeyPurpose::kVerify).size(), 1);
}

void test_dropped_keys_are_gone(void** /*state*/) {
    const auto made = loaded();
    check_good(made->key_source()->accept(rsa_set("a")));
    made->key_source()->drop();
    FakeRequestContext request;
    check_denied(made->keys(request, "any"), Code::kKeysUnavailable);
}

/* True only where there are other keys than before. */
void test_renewal(void** /*state*/) {
    const auto made = loaded();
    KeySource* source = made->key_source();
    check_good(source->accept(rsa_set("a")));
    FakeRequestContext request;
    request.keys_state = FetchState::kPending;
    assert_true(made->renew(request).pending());
    assert_ptr_equal(request.waits[0].first, source);
    assert_true(request.waits[0].second == KeyDemand::kMiss);
    for (const FetchState state : {FetchState::kEnded, FetchState::kNone}) {
        request.keys_state = state;
        check_good(made->renew(request));
        assert_false(made->renew(request).value());
    }
    request.on_wait = [source] { check_good(source->accept(rsa_set("b"))); };
    assert_true(made->renew(request).value());
    request.on_wait = [source] { check_good(source->accept(rsa_set("b"))); };
    assert_true(made->renew(request).value());
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_what_it_tells_whoever_fetches),
        cmocka_unit_test(test_a_store_of_a_file_has_no_source),
        cmocka_unit_test(test_bad_parameters),
        cmocka_unit_test(test_what_is_unlimited_has_an_end),
        cmocka_unit_test(test_short_timeouts_warn_once),
        cmocka_unit_test(test_it_waits_for_the_first_keys),
        cmocka_unit_test(test_keys_that_were_at_hand),
        cmocka_unit_test(test_any_id_stands_for_the_whole_set),
        cmocka_unit_test(test_sets_that_are_none_change_nothing),
        cmocka_unit_test(test_what_keys_are_wanted_for),
        cmocka_unit_test(test_keys_of_others_are_passed_over),
        cmocka_unit_test(test_dropped_keys_are_gone),
        cmocka_unit_test(test_renewal),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
