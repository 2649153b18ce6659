#include "secret/jwks_file_secret_store.h"

#include <filesystem>
#include <string>
#include <vector>

#include "checks.h"
#include "fakes.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

Configured<std::unique_ptr<SecretStore>> make(const std::vector<std::string>& parameters,
                                              const std::string& base = "/base/") {
    return make_secret_store({"jwks", {parameters.begin(), parameters.end()}, base});
}

std::unique_ptr<SecretStore> store_of(const std::string& path) {
    auto made = make({"file=" + path});
    check_good(made);
    return std::move(made.value());
}

const KeySet* keys(const SecretStore& store, std::string_view id) {
    FakeRequestContext request;
    const auto found = store.keys(request, id);
    check_good(found);
    return found.value();
}

std::string set_of(const std::string& jwks) { return R"({"keys":[)" + jwks + "]}"; }

/* A load that must fail with that message. */
void check_bad(const std::string& content, std::string_view why, Place place = Place::here()) {
    TemporaryDirectory directory;
    const auto store = store_of(directory.write("keys.json", content));
    Warnings warnings;
    check_refused(store->load("any", loading(&warnings)), why, place);
    _assert_true(keys(*store, "any") == nullptr, "nothing is held", place.file, place.line);
}

/* The gateway's JwkSetSecretStore: which secret is asked for doesn't matter. */
void test_any_id_stands_for_the_whole_set(void** /*state*/) {
    TemporaryDirectory directory;
    const auto store = store_of(directory.write(
        "keys.json", set_of(rsa_signer().jwk(R"(,"kid":"a")") + "," + ec_signer().jwk())));
    assert_null(keys(*store, "any"));
    Warnings warnings;
    check_good(store->load("any", loading(&warnings)));
    assert_true(warnings.empty());
    const KeySet* const set = keys(*store, "any");
    assert_non_null(set);
    assert_int_equal(set->keys().size(), 2);
    assert_int_equal(set->named("a", KeyPurpose::kVerify).size(), 1);
    assert_ptr_equal(keys(*store, "another"), set);
}

void test_the_file_is_read_once(void** /*state*/) {
    TemporaryDirectory directory;
    const std::string path = directory.write("keys.json", set_of(ec_signer().jwk()));
    const auto store = store_of(path);
    Warnings warnings;
    check_good(store->load("a", loading(&warnings)));
    const KeySet* const set = keys(*store, "a");
    std::filesystem::remove(path);
    check_good(store->load("b", loading(&warnings)));
    assert_ptr_equal(keys(*store, "b"), set);
}

void test_unusable_files_are_refused(void** /*state*/) {
    check_bad("", "no JSON Web Key Set");
    check_bad("{}", "no JSON Web Key Set");
    check_bad(set_of("") + "x", "no JSON Web Key Set");
    check_bad(ec_signer().jwk(), "no JSON Web Key Set");
    check_bad(set_of(""), "holds no key that may verify");
    check_bad(set_of(R"({"kty":"AKP"})"), "holds no key that may verify");
    check_bad(set_of(ec_signer().jwk(R"(,"use":"enc")")), "holds no key that may verify");
}

/* One bad key is reason enough: its tokens would be refused one day, with nobody looking. */
void test_a_bad_key_among_good_ones_is_refused(void** /*state*/) {
    const std::string good = ec_signer().jwk() + ",";
    check_bad(set_of(good + R"({"kty":"RSA"})"), "key 2: \"n\" or \"e\"");
    check_bad(set_of(good + Signer::oct("short").jwk(R"(,"kid":"s")")),
              "key 2 \"s\": it is shorter");
    check_bad(set_of(good + Signer::rsa(1024).jwk()), "2048 bits; replace or remove that key");
    check_bad(set_of(good + "1"), "key 2: ");
}

/* What is published for encryption is no concern of who verifies, nor the other way round. */
void test_keys_of_the_other_purpose_may_be_broken(void** /*state*/) {
    const std::string signing = ec_signer().jwk(R"(,"kid":"s","use":"sig")");
    const std::string shared = Signer::oct(std::string(32, 'k')).jwk(R"(,"kid":"e","use":"enc")");
    const struct {
        std::string jwks;
        KeyPurpose good;
        KeyPurpose bad;
    } rows[] = {
        {signing + R"(,{"kty":"RSA","use":"enc","e":"AQAB","d":"AQ"})", KeyPurpose::kVerify,
         KeyPurpose::kDecrypt},
        {signing + "," + Signer::oct("short").jwk(R"(,"use":"enc")"), KeyPurpose::kVerify,
         KeyPurpose::kDecrypt},
        {signing + "," + rsa_signer().jwk(R"(,"d":"AQ")"), KeyPurpose::kVerify,
         KeyPurpose::kDecrypt},
        {shared + R"(,{"kty":"RSA","use":"sig","e":"AQAB"})", KeyPurpose::kDecrypt,
         KeyPurpose::kVerify},
        {shared + "," + Signer::rsa(1024).jwk(), KeyPurpose::kDecrypt, KeyPurpose::kVerify},
        {shared + R"(,{"kty":"EC","crv":"P-256","x":"AQ","y":"AQ"})", KeyPurpose::kDecrypt,
         KeyPurpose::kVerify},
    };
    for (const auto& row : rows) {
        TemporaryDirectory directory;
        const std::string path = directory.write("keys.json", set_of(row.jwks));
        Warnings warnings;
        const auto store = store_of(path);
        check_good(store->load("a", loading(&warnings, row.good)));
        const KeySet* const set = keys(*store, "a");
        assert_non_null(set);
        check_refused(store->load("a", loading(&warnings, row.bad)), "key 2");
        assert_ptr_equal(keys(*store, "a"), set);
        check_refused(store_of(path)->load("a", loading(&warnings, row.bad)), "key 2");
    }
}

/* Each purpose is asked for by itself; who reads a file twice is warned of it once. */
void test_both_purposes_share_a_set(void** /*state*/) {
    TemporaryDirectory directory;
    const std::string path =
        directory.write("keys.json", set_of(ec_signer().jwk() + "," + oct_signer().jwk()), 0644);
    const auto store = store_of(path);
    Warnings warnings;
    check_good(store->load("a", loading(&warnings, KeyPurpose::kDecrypt)));
    check_good(store->load("b", loading(&warnings, KeyPurpose::kVerify)));
    assert_int_equal(warnings.size(), 1);
    const KeySet* const set = keys(*store, "a");
    assert_int_equal(set->keys().size(), 2);
    std::filesystem::remove(path);
    check_good(store->load("c", loading(&warnings, KeyPurpose::kDecrypt)));
    check_good(store->load("c", loading(&warnings, KeyPurpose::kVerify)));
    assert_ptr_equal(keys(*store, "c"), set);
}

/* Reading anew, a store judges by every purpose that was asked for. */
void test_a_refresh_keeps_to_the_purposes(void** /*state*/) {
    const std::string good = set_of(ec_signer().jwk());
    const std::string broken =
        set_of(ec_signer().jwk() + "," + Signer::oct("short").jwk(R"(,"use":"enc")"));
    for (const bool decrypts : {false, true}) {
        TemporaryDirectory directory;
        auto made = make({"file=" + directory.write("keys.json", good), "cache_timeout=1h"});
        check_good(made);
        Warnings warnings;
        check_good(made.value()->load("a", loading(&warnings, KeyPurpose::kVerify)));
        if (decrypts) {
            check_good(made.value()->load("a", loading(&warnings, KeyPurpose::kDecrypt)));
        }
        directory.write("keys.json", broken);
        std::string failure;
        assert_true(made.value()->refresh(&failure) ==
                    (decrypts ? Refresh::kFailed : Refresh::kRenewed));
        check_holds(failure, decrypts ? "key 2" : "");
    }
}

/* A set from which the last key of use has gone is as good as a broken one. */
void test_a_refresh_loses_no_purpose(void** /*state*/) {
    const std::string shared = Signer::oct(std::string(32, 's')).jwk(R"(,"use":"enc")");
    const std::string both = set_of(ec_signer().jwk(R"(,"use":"sig")") + "," + shared);
    for (const KeyPurpose lost : {KeyPurpose::kVerify, KeyPurpose::kDecrypt}) {
        const bool verifies = lost == KeyPurpose::kVerify;
        const std::string rest = set_of(verifies ? shared : ec_signer().jwk(R"(,"use":"sig")"));
        for (const KeyPurpose wanted : {KeyPurpose::kVerify, KeyPurpose::kDecrypt}) {
            TemporaryDirectory directory;
            auto made = make({"file=" + directory.write("keys.json", both), "cache_timeout=1h"});
            check_good(made);
            Warnings warnings;
            check_good(made.value()->load("a", loading(&warnings, wanted)));
            directory.write("keys.json", rest);
            std::string failure;
            assert_true(made.value()->refresh(&failure) ==
                        (wanted == lost ? Refresh::kFailed : Refresh::kRenewed));
            check_holds(failure, wanted != lost ? ""
                                 : verifies     ? "no longer holds a key that may verify"
                                                : "no longer holds a key that may decrypt");
            assert_int_equal(keys(*made.value(), "a")->keys().size(), wanted == lost ? 2 : 1);
        }
    }
}

void test_a_missing_file_is_an_error(void** /*state*/) {
    TemporaryDirectory directory;
    Warnings warnings;
    check_refused(store_of(directory.path("none"))->load("a", loading(&warnings)),
                  "there is no file");
    check_refused(store_of(directory.path(""))->load("a", loading(&warnings)), "no regular file");
}

void test_readable_secrets_are_warned_of(void** /*state*/) {
    TemporaryDirectory directory;
    const struct {
        std::string jwk;
        unsigned mode;
        std::size_t warnings;
    } cases[] = {{oct_signer().jwk(), 0644, 1},
                 {oct_signer().jwk(), 0640, 0},
                 {ec_signer().jwk(R"(,"use":"sig","d":"AQ")"), 0644, 1},
                 {ec_signer().jwk(), 0644, 0}};
    for (const auto& expected : cases) {
        const auto store =
            store_of(directory.write("keys.json", set_of(expected.jwk), expected.mode));
        Warnings warnings;
        check_good(store->load("a", loading(&warnings)));
        assert_int_equal(warnings.size(), expected.warnings);
    }
}

void test_relative_paths(void** /*state*/) {
    TemporaryDirectory directory;
    directory.write("keys.json", set_of(ec_signer().jwk()));
    const auto made = make({"file=keys.json"}, directory.path(""));
    check_good(made);
    Warnings warnings;
    check_good(made.value()->load("a", loading(&warnings)));
}

void test_bad_settings_are_refused(void** /*state*/) {
    check_refused(make({}), "file=PATH");
    check_refused(make({"file="}), "file=PATH");
    check_refused(make({"path=a"}), "unknown parameter \"path\"");
    check_refused(make({"file=a", "file=b"}), "given twice");
    check_refused(make({"keys.json"}), "name=value");
    for (const std::string name : {"cache_timeout", "cache_miss_timeout", "stale_timeout"}) {
        check_refused(make({"file=a", name + "=soon"}), name + ": invalid duration");
    }
}

/* The parameters are the type's: one that is written before uri= becomes file= stays good. */
void test_timeouts_of_fetching_are_without_effect(void** /*state*/) {
    TemporaryDirectory directory;
    const std::string file = "file=" + directory.write("keys.json", set_of(ec_signer().jwk()));
    auto made = make({file, "cache_miss_timeout=1m", "stale_timeout=zero"});
    check_good(made);
    Warnings warnings;
    check_good(made.value()->load("a", loading(&warnings)));
    check_good(made.value()->load("b", loading(&warnings)));
    assert_int_equal(warnings.size(), 2);
    assert_true(warnings[0].find("cache_miss_timeout has no effect with file=") == 0);
    assert_true(warnings[1].find("stale_timeout has no effect with file=") == 0);
    assert_int_equal(made.value()->refresh_interval_ms(), 0);
}

void test_types_of_stores(void** /*state*/) {
    for (const char* type : {"", "JWKS", "jwk", "nothing\n"}) {
        check_refused(make_secret_store({type, {"file=a"}, ""}), "the types are");
    }
    check_refused(make_secret_store({"a\nb", {}, ""}), "\"a?b\"");
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_any_id_stands_for_the_whole_set),
        cmocka_unit_test(test_the_file_is_read_once),
        cmocka_unit_test(test_unusable_files_are_refused),
        cmocka_unit_test(test_a_bad_key_among_good_ones_is_refused),
        cmocka_unit_test(test_keys_of_the_other_purpose_may_be_broken),
        cmocka_unit_test(test_both_purposes_share_a_set),
        cmocka_unit_test(test_a_refresh_keeps_to_the_purposes),
        cmocka_unit_test(test_a_refresh_loses_no_purpose),
        cmocka_unit_test(test_a_missing_file_is_an_error),
        cmocka_unit_test(test_readable_secrets_are_warned_of),
        cmocka_unit_test(test_relative_paths),
        cmocka_unit_test(test_bad_settings_are_refused),
        cmocka_unit_test(test_timeouts_of_fetching_are_without_effect),
        cmocka_unit_test(test_types_of_stores),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
