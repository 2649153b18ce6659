#include "secret/secrets_provider.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "checks.h"
#include "fakes.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

using StorePointer = std::shared_ptr<FakeSecretStore>;

std::string kid(const std::string& name) { return R"(,"kid":")" + name + "\""; }

StorePointer store(std::vector<KeyPointer> keys, const std::string& secret_id = "id") {
    auto made = std::make_shared<FakeSecretStore>();
    made->hold(secret_id, std::move(keys));
    return made;
}

SecretsProvider provider(const std::vector<StorePointer>& stores) {
    return SecretsProvider({stores.begin(), stores.end()});
}

SecretQuery query(std::string_view alg, std::optional<std::string_view> name = std::nullopt) {
    return {"id", name, find_algorithm(alg)};
}

/* The names of the keys that are chosen, in order. */
std::string chosen(const SecretsProvider& secrets, const SecretQuery& asked,
                   Place place = Place::here()) {
    FakeRequestContext request;
    const auto choice = secrets.choose(request, asked);
    check_good(choice, place);
    std::string names;
    for (const Key* key : choice.value()) {
        names += names.empty() ? "" : " ";
        names += key->name();
    }
    _assert_int_equal(choice.value().empty(), names.empty(), place.file, place.line);
    return names;
}

const SecretsProvider& mixed() {
    static const SecretsProvider secrets =
        provider({store(key_list(rsa_signer().key(kid("r1")), ec_signer().key(kid("e1")),
                                 rsa_signer().key(kid("ps") + R"(,"alg":"PS256")"))),
                  store(key_list(oct_signer().key(kid("o1")), rsa_signer().key(kid("r2"))))});
    return secrets;
}

/* Without a name all that fit, stores in order, keys in order. */
void test_all_that_fit_are_tried_in_order(void** /*state*/) {
    check_text(chosen(mixed(), query("RS256")), "r1 r2");
    check_text(chosen(mixed(), query("PS256")), "r1 ps r2");
    check_text(chosen(mixed(), query("ES256")), "e1");
    check_text(chosen(mixed(), query("HS256")), "o1");
    check_text(chosen(mixed(), query("ES384")), "");
    check_text(chosen(mixed(), query("EdDSA")), "");
}

void test_a_known_name_stands_for_that_key_alone(void** /*state*/) {
    check_text(chosen(mixed(), query("RS256", "r1")), "r1");
    check_text(chosen(mixed(), query("RS256", "r2")), "r2");
    check_text(chosen(mixed(), query("HS256", "o1")), "o1");
}

/* The key of that name is final: no other is tried where it doesn't fit. */
void test_a_named_key_that_does_not_fit_is_the_end(void** /*state*/) {
    check_text(chosen(mixed(), query("RS256", "e1")), "");
    check_text(chosen(mixed(), query("RS256", "ps")), "");
    check_text(chosen(mixed(), query("RS256", "o1")), "");
    check_text(chosen(mixed(), query("HS256", "r1")), "");
    FakeRequestContext request;
    for (const char* name : {"e1", "r1"}) {
        assert_true(mixed().choose(request, query("RS256", name)).value().final());
    }
    assert_false(mixed().choose(request, query("RS256", "unknown")).value().final());
    assert_false(mixed().choose(request, query("RS256")).value().final());
}

void test_an_unknown_name_is_no_name(void** /*state*/) {
    for (const char* name : {"r3", "", "R1", "r1 ", "../r1", "r"}) {
        check_text(chosen(mixed(), query("RS256", name)), "r1 r2");
    }
}

/* RFC 7517 section 4.5: equivalent keys of different types may share a name. */
void test_keys_that_share_a_name(void** /*state*/) {
    const auto secrets = provider({store(key_list(
        rsa_signer().key(kid("a")), ec_signer().key(kid("a")), ec_signer().key(kid("b"))))});
    check_text(chosen(secrets, query("ES256", "a")), "a");
    check_text(chosen(secrets, query("RS256", "a")), "a");
    check_text(chosen(secrets, query("HS256", "a")), "");
}

/* A key that may not verify is none of ours, be it named ever so well. */
void test_keys_that_may_not_verify_are_not_there(void** /*state*/) {
    const auto secrets = provider({store(
        key_list(rsa_signer().key(kid("enc") + R"(,"use":"enc")"), rsa_signer().key(kid("sig"))))});
    check_text(chosen(secrets, query("RS256", "enc")), "sig");
    check_text(chosen(secrets, query("RS256")), "sig");
}

/* A "kid" never reaches a secret that the directive doesn't name. */
void test_other_secrets_are_out_of_reach(void** /*state*/) {
    const auto secrets = provider({store(key_list(rsa_signer().key(kid("r1"))), "other"),
                                   store(key_list(rsa_signer().key(kid("r2"))))});
    check_text(chosen(secrets, query("RS256", "r1")), "r2");
    check_text(chosen(secrets, query("RS256", "other")), "r2");
    check_text(chosen(secrets, {"none", "r1", find_algorithm("RS256")}), "");
    check_text(chosen(secrets, {"other", std::nullopt, find_algorithm("RS256")}), "r1");
}

void test_no_store_no_key(void** /*state*/) {
    check_text(chosen(provider({}), query("RS256", "r1")), "");
}

std::vector<KeyPointer> many(int count, const std::string& prefix) {
    std::vector<KeyPointer> keys;
    for (int number = 1; number <= count; ++number) {
        keys.push_back(oct_signer().key(kid(prefix + std::to_string(number))));
    }
    return keys;
}

/* No token makes us try many. */
void test_eight_keys_at_the_most(void** /*state*/) {
    check_text(chosen(provider({store(many(8, "k"))}), query("HS256")), "k1 k2 k3 k4 k5 k6 k7 k8");
    check_text(chosen(provider({store(many(9, "k"))}), query("HS256")), "k1 k2 k3 k4 k5 k6 k7 k8");
    check_text(chosen(provider({store(many(6, "a")), store(many(6, "b"))}), query("HS256")),
               "a1 a2 a3 a4 a5 a6 b1 b2");
    // The ninth is still found by its name.
    check_text(chosen(provider({store(many(9, "k"))}), query("HS256", "k9")), "k9");
    std::vector<KeyPointer> same;
    for (int count = 0; count < 20; ++count) {
        same.push_back(oct_signer().key(kid("a")));
    }
    check_text(chosen(provider({store(std::move(same))}), query("HS256", "a")), "a a a a a a a a");
}

/* Keys that don't fit take no place among the eight. */
void test_only_fitting_keys_are_counted(void** /*state*/) {
    std::vector<KeyPointer> keys = many(20, "k");
    keys.push_back(ec_signer().key(kid("e1")));
    check_text(chosen(provider({store(std::move(keys))}), query("ES256")), "e1");
}

void test_a_store_that_waits_or_fails_decides(void** /*state*/) {
    const StorePointer first = store(key_list(rsa_signer().key(kid("r1"))));
    const StorePointer second = store(key_list(rsa_signer().key(kid("r2"))));
    const auto secrets = provider({first, second});
    FakeRequestContext request;

    second->pending = true;
    assert_true(secrets.choose(request, query("RS256")).pending());
    // The first store knows the name: the second isn't asked.
    check_text(chosen(secrets, query("RS256", "r1")), "r1");

    second->pending = false;
    second->denial = Denial{Code::kInternalError, "broken"};
    check_denied(secrets.choose(request, query("RS256")), Code::kInternalError);

    second->denial.reset();
    check_text(chosen(secrets, query("RS256")), "r1 r2");
}

/* That no key of the others fits says nothing of a token, while one store can't be asked. */
void test_a_store_whose_keys_are_unavailable(void** /*state*/) {
    const StorePointer first = store(key_list(rsa_signer().key(kid("r1"))));
    const StorePointer second = store(key_list(rsa_signer().key(kid("r2"))));
    const auto secrets = provider({first, second});
    first->denial = Denial{Code::kKeysUnavailable, "not fetched"};
    check_text(chosen(secrets, query("RS256")), "r2");
    check_text(chosen(secrets, query("RS256", "r2")), "r2");
    FakeRequestContext request;
    assert_true(secrets.choose(request, query("RS256")).value().incomplete());
    assert_true(secrets.choose(request, query("ES256")).value().incomplete());
    assert_false(secrets.choose(request, query("RS256", "r2")).value().incomplete());
    first->denial.reset();
    assert_false(secrets.choose(request, query("RS256")).value().incomplete());
}

void test_renewal_asks_every_store(void** /*state*/) {
    const StorePointer first = store({});
    const StorePointer second = store({});
    const auto secrets = provider({first, second});
    FakeRequestContext request;
    assert_false(secrets.renew(request).value());
    assert_int_equal(first->renewals, 1);
    assert_int_equal(second->renewals, 1);

    first->on_renewal = [] { return Step<bool>(true); };
    assert_true(secrets.renew(request).value());
    assert_int_equal(second->renewals, 2);

    second->on_renewal = [] { return Step<bool>(Pending{}); };
    assert_true(secrets.renew(request).pending());
    second->on_renewal = [] { return Step<bool>(Denial{Code::kInternalError, "broken"}); };
    check_denied(secrets.renew(request), Code::kInternalError);
}

/* Who has a token in the cache must not begin to wait: it isn't asked for a waiter. */
void test_to_hold_is_to_have_at_hand(void** /*state*/) {
    auto made = make_secret_store({"jwks", {"uri=/keys"}, ""});
    check_good(made);
    const std::shared_ptr<SecretStore> fetched = std::move(made.value());
    Warnings warnings;
    check_good(fetched->load("id", loading(&warnings)));
    const StorePointer other = store(key_list(ec_signer().key()));
    const SecretsProvider secrets({fetched, other});
    const KeyPointer key = rsa_signer().key();
    assert_false(secrets.holds("id", key->digest()));
    assert_true(secrets.holds("id", ec_signer().key()->digest()));
    check_good(fetched->key_source()->accept("{\"keys\":[" + rsa_signer().jwk() + "]}"));
    assert_true(secrets.holds("id", key->digest()));
}

/* By the key's own digest, whatever store it is in now. */
void test_whether_a_key_is_still_there(void** /*state*/) {
    const StorePointer first = store(key_list(rsa_signer().key()));
    const StorePointer second = store(key_list(ec_signer().key()));
    const SecretsProvider secrets = provider({first, second});
    assert_true(secrets.holds("id", rsa_signer().key()->digest()));
    assert_true(secrets.holds("id", ec_signer().key()->digest()));
    assert_false(secrets.holds("other", rsa_signer().key()->digest()));
    assert_false(secrets.holds("id", oct_signer().key()->digest()));
    assert_false(secrets.holds("id", rsa_signer().key(kid("renamed"))->digest()));

    second->hold("id", key_list(ec_signer().key(kid("renamed"))));
    assert_false(secrets.holds("id", ec_signer().key()->digest()));
    first->pending = true;
    assert_false(secrets.holds("id", rsa_signer().key()->digest()));
}

/* A key that was chosen may go where a store's keys change, and nowhere else. */
void test_a_key_that_was_chosen_is_still_there(void** /*state*/) {
    const StorePointer changing = store(key_list(rsa_signer().key()));
    const StorePointer lasting = store(key_list(ec_signer().key()));
    lasting->lasting = true;
    const Digest rsa = rsa_signer().key()->digest();
    const SecretsProvider both = provider({lasting, changing});
    assert_true(both.holds("id", rsa));
    assert_false(both.holds("other", rsa));
    changing->hold("id", ec_signer().key());
    assert_false(both.holds("id", rsa));
    assert_true(both.holds("id", ec_signer().key()->digest()));
    changing->denial = Denial{Code::kInternalError, "it has none now"};
    assert_true(both.holds("id", ec_signer().key()->digest()));

    lasting->questions = 0;
    assert_true(provider({lasting}).holds("id", ec_signer().key()->digest()));
    assert_int_equal(lasting->questions, 0);
}

bool is_lasting(std::string_view type, const std::vector<std::string_view>& parameters) {
    const auto made = make_secret_store({type, parameters, "/"});
    check_good(made);
    return made.value()->is_lasting();
}

void test_stores_whose_keys_stay(void** /*state*/) {
    assert_true(is_lasting("jwks", {"file=a"}));
    assert_false(is_lasting("jwks", {"file=a", "cache_timeout=1h"}));
    assert_true(is_lasting("directory", {"path=a"}));
    assert_false(is_lasting("directory", {"path=a", "cache_timeout=1h"}));
    assert_true(is_lasting("keystore", {"file=a", "password_secret=b"}));
    assert_false(is_lasting("keystore", {"file=a", "password_secret=b", "cache_timeout=1h"}));
    assert_true(is_lasting("base64", {"a=AAAA"}));
    assert_true(is_lasting("environment", {}));
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_all_that_fit_are_tried_in_order),
        cmocka_unit_test(test_a_known_name_stands_for_that_key_alone),
        cmocka_unit_test(test_a_named_key_that_does_not_fit_is_the_end),
        cmocka_unit_test(test_an_unknown_name_is_no_name),
        cmocka_unit_test(test_keys_that_share_a_name),
        cmocka_unit_test(test_keys_that_may_not_verify_are_not_there),
        cmocka_unit_test(test_other_secrets_are_out_of_reach),
        cmocka_unit_test(test_no_store_no_key),
        cmocka_unit_test(test_eight_keys_at_the_most),
        cmocka_unit_test(test_only_fitting_keys_are_counted),
        cmocka_unit_test(test_a_store_that_waits_or_fails_decides),
        cmocka_unit_test(test_a_store_whose_keys_are_unavailable),
        cmocka_unit_test(test_renewal_asks_every_store),
        cmocka_unit_test(test_to_hold_is_to_have_at_hand),
        cmocka_unit_test(test_whether_a_key_is_still_there),
        cmocka_unit_test(test_a_key_that_was_chosen_is_still_there),
        cmocka_unit_test(test_stores_whose_keys_stay),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
