#include "secret/keystore_secret_store.h"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "checks.h"
#include "fakes.h"
#include "keystores.h"
#include "recipient.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

/* Knows one password. */
class OnePassword final : public PasswordSource {
  public:
    Configured<SecretBytes> password(const std::string& secret_id) const override {
        ++questions;
        if (secret_id != "pin") {
            return ConfigError{"password_secret: no other oauth2_secret_store holds \"" +
                               secret_id + "\""};
        }
        return to_secret(text);
    }
    std::string text = "hush";
    mutable int questions = 0;
};

/* A keystore's file, and the store that is written over it. */
struct Bench {
    TemporaryDirectory directory;
    OnePassword passwords;
    Warnings warnings;
    std::unique_ptr<SecretStore> store;

    explicit Bench(const std::string& keystore, std::vector<std::string> parameters = {},
                   const std::string& password_id = "pin") {
        parameters.push_back("file=" + directory.write("keys.p12", keystore));
        if (!password_id.empty()) {
            parameters.push_back("password_secret=" + password_id);
        }
        auto made = make_secret_store({"keystore", {parameters.begin(), parameters.end()}, "/"});
        check_good(made);
        store = std::move(made.value());
    }

    Configured<Done> load(const std::string& id, KeyPurpose purpose = KeyPurpose::kVerify) {
        auto loaded = store->load(id, {&warnings, &passwords, purpose});
        check_no_error_queued();
        return loaded;
    }

    const KeySet* keys(std::string_view id) const {
        FakeRequestContext request;
        const auto found = store->keys(request, id);
        check_good(found);
        return found.value();
    }
};

void check_bad_settings(std::vector<std::string> parameters, std::string_view why,
                        Place place = Place::here()) {
    check_refused(make_secret_store({"keystore", {parameters.begin(), parameters.end()}, "/"}), why,
                  place);
}

std::string two_keys() {
    return Keystore("hush").add("one", rsa_signer()).add("two", ec_signer()).der();
}

void test_the_alias_is_the_id(void** /*state*/) {
    Bench bench(two_keys());
    check_good(bench.load("two"));
    assert_int_equal(bench.keys("two")->keys().size(), 1);
    check_text(bench.keys("two")->keys()[0]->name(), "two");
    assert_true(bench.keys("two")->keys()[0]->type() == KeyType::kEc);
    assert_null(bench.keys("one"));
    check_good(bench.load("three"));
    assert_null(bench.keys("three"));
    assert_true(bench.warnings.empty());
    assert_int_equal(bench.passwords.questions, 1);
}

/* The first alias is the active one, the others are still valid. */
void test_mapped_aliases(void** /*state*/) {
    Bench bench(two_keys(), {"map=as.key:two,one", "map=other:one"});
    check_good(bench.load("as.key"));
    const auto& keys = bench.keys("as.key")->keys();
    assert_int_equal(keys.size(), 2);
    check_text(keys[0]->name(), "two");
    check_text(keys[1]->name(), "one");
    check_good(bench.load("other"));
    assert_int_equal(bench.keys("other")->keys().size(), 1);
    // With a map an alias is no id any more.
    check_good(bench.load("one"));
    assert_null(bench.keys("one"));
}

void test_a_mapped_alias_must_be_there(void** /*state*/) {
    Bench bench(two_keys(), {"map=as.key:one,three"});
    check_refused(bench.load("as.key"), "keys.p12\": it has no alias \"three\"");
    assert_null(bench.keys("as.key"));
    Bench long_name(two_keys(), {"map=as.key:" + std::string(5000, 'a')});
    const auto refused = long_name.load("as.key");
    check_refused(refused, "it has no alias");
    assert_true(refused.error().message.size() < 300);
}

void test_passwords(void** /*state*/) {
    Bench wrong(two_keys());
    wrong.passwords.text = "hash";
    const auto refused = wrong.load("one");
    check_refused(refused, "keys.p12\": the password of password_secret doesn't open it");
    check_lacks(refused.error().message, "hash");
    check_refused(Bench(two_keys(), {}, "absent").load("one"), "no other oauth2_secret_store");
    check_refused(Bench(two_keys(), {}, "").load("one"), "doesn't open it");
    check_good(Bench(Keystore("").add("one", ec_signer()).der(), {}, "").load("one"));
}

/* The certificate is not judged: its key still counts. */
void test_an_expired_certificate(void** /*state*/) {
    Certificate expired;
    expired.days = -1;
    for (const bool is_private : {true, false}) {
        Keystore keystore("hush");
        is_private ? keystore.add("one", rsa_signer(), expired)
                   : keystore.add_certificate("one", rsa_signer(), expired);
        Bench bench(keystore.der());
        check_good(bench.load("one"));
        assert_true(bench.keys("one")->keys()[0]->fits(*find_algorithm("RS256")));
    }
}

void test_a_key_of_the_wrong_usage(void** /*state*/) {
    const struct {
        const char* usage;
        bool verifies;
        bool decrypts;
    } rows[] = {{"", true, true},
                {"digitalSignature", true, false},
                {"keyEncipherment", false, true},
                {"keyCertSign", false, false}};
    for (const auto& row : rows) {
        Certificate certificate;
        certificate.usage = row.usage;
        const std::string keystore = Keystore("hush").add("one", rsa_signer(), certificate).der();
        const auto verifying = Bench(keystore).load("one", KeyPurpose::kVerify);
        const auto decrypting = Bench(keystore).load("one", KeyPurpose::kDecrypt);
        assert_int_equal(verifying.ok(), row.verifies);
        assert_int_equal(decrypting.ok(), row.decrypts);
        if (!row.verifies) {
            check_refused(verifying, "alias \"one\": it may not verify");
            check_holds(verifying.error().message, "its certificate's key usage");
        }
        if (!row.decrypts) {
            check_refused(decrypting, "alias \"one\": it can't decrypt");
            check_holds(decrypting.error().message, "its certificate's key usage");
        }
    }
}

void test_keys_that_cannot(void** /*state*/) {
    // A certificate alone has no private half.
    check_refused(Bench(Keystore("hush").add_certificate("one", rsa_signer()).der())
                      .load("one", KeyPurpose::kDecrypt),
                  "alias \"one\": it can't decrypt");
    check_refused(Bench(Keystore("hush").add("one", Signer::okp("X25519")).der()).load("one"),
                  "alias \"one\": it may not verify");
    check_refused(Bench(Keystore("hush").add("one", Signer::okp("Ed25519")).der())
                      .load("one", KeyPurpose::kDecrypt),
                  "alias \"one\": it can't decrypt");
    check_refused(Bench(Keystore("hush").add("one", Signer::rsa(1024)).der()).load("one"),
                  "alias \"one\": its RSA modulus is shorter than 2048 bits");
    check_refused(Bench(Keystore("hush").add("one", Signer::ec("P-224")).der()).load("one"),
                  "alias \"one\": its key type or curve");
    const std::string shared = Keystore("hush").add_secret("one", std::string(16, 's')).der();
    check_refused(Bench(shared).load("one"), "alias \"one\": it is shorter than the 32 bytes");
    check_good(Bench(shared).load("one", KeyPurpose::kDecrypt));
    check_refused(Bench(Keystore("hush").add_secret("one", std::string(20, 's')).der())
                      .load("one", KeyPurpose::kDecrypt),
                  "alias \"one\": its length");
}

/* Of the aliases of a secret each must be good for it. */
void test_one_bad_alias_among_good_ones(void** /*state*/) {
    Certificate sealing;
    sealing.usage = "keyEncipherment";
    Bench bench(Keystore("hush").add("one", ec_signer()).add("two", rsa_signer(), sealing).der(),
                {"map=as.key:one,two"});
    check_refused(bench.load("as.key"), "alias \"two\": it may not verify");
    assert_null(bench.keys("as.key"));
}

void test_decrypting(void** /*state*/) {
    Bench bench(Keystore("hush").add("one", rsa_signer()).der());
    check_good(bench.load("one", KeyPurpose::kDecrypt));
    assert_true(bench.keys("one")->keys()[0]->may_decrypt());
    check_good(bench.load("one", KeyPurpose::kVerify));
    assert_int_equal(bench.passwords.questions, 1);
}

void test_files(void** /*state*/) {
    Bench bench(two_keys());
    const std::string path = bench.directory.path("keys.p12");
    std::filesystem::remove(path);
    check_refused(bench.load("one"), "there is no file \"" + path + "\"");
    std::filesystem::create_directory(path);
    check_refused(bench.load("one"), "keys.p12\": it is no regular file");
    std::filesystem::remove(path);
    bench.directory.write("keys.p12", "no keystore");
    check_refused(bench.load("one"), "keys.p12\": it is no PKCS#12 keystore");
    bench.directory.write("keys.p12", two_keys(), 0644);
    check_good(bench.load("one"));
    assert_int_equal(bench.warnings.size(), 1);
    check_holds(bench.warnings[0], "can be read by everybody");
    Bench certificates(Keystore("hush").add_certificate("one", ec_signer()).der());
    certificates.directory.write("keys.p12",
                                 Keystore("hush").add_certificate("one", ec_signer()).der(), 0644);
    check_good(certificates.load("one"));
    assert_true(certificates.warnings.empty());
}

/* The password of the start opens the changed file too. */
void test_refreshing(void** /*state*/) {
    Bench bench(two_keys(), {"map=as.key:one", "cache_timeout=1h"});
    check_good(bench.load("as.key"));
    std::string failure;
    assert_true(bench.store->refresh(&failure) == Refresh::kUnchanged);
    bench.directory.write("keys.p12", Keystore("hush").add("one", ec_signer()).der());
    assert_true(bench.store->refresh(&failure) == Refresh::kRenewed);
    assert_true(bench.keys("as.key")->keys()[0]->type() == KeyType::kEc);
    check_text(failure, "");
    for (const std::string& bad :
         {Keystore("other").add("one", rsa_signer()).der(), two_keys().substr(7),
          Keystore("hush").add("another", rsa_signer()).der(),
          Keystore("hush").add("one", Signer::rsa(1024)).der()}) {
        bench.directory.write("keys.p12", bad);
        failure.clear();
        assert_true(bench.store->refresh(&failure) == Refresh::kFailed);
        check_holds(failure, "keys.p12\"");
        assert_true(bench.keys("as.key")->keys()[0]->type() == KeyType::kEc);
    }
    std::filesystem::remove(bench.directory.path("keys.p12"));
    assert_true(bench.store->refresh(&failure) == Refresh::kFailed);
    assert_int_equal(bench.passwords.questions, 1);
    check_no_error_queued();
}

/* The file changes while the configuration is read, between two of its secrets. */
void test_a_change_between_two_aliases(void** /*state*/) {
    Bench bench(two_keys(), {"cache_timeout=1h"});
    check_good(bench.load("one"));
    bench.directory.write("keys.p12",
                          Keystore("hush").add("one", ec_signer()).add("two", rsa_signer()).der());
    check_good(bench.load("two"));
    std::string failure;
    assert_true(bench.store->refresh(&failure) == Refresh::kRenewed);
    assert_true(bench.keys("one")->keys()[0]->type() == KeyType::kEc);
    assert_true(bench.store->refresh(&failure) == Refresh::kUnchanged);
}

void test_bad_settings(void** /*state*/) {
    check_bad_settings({}, "it needs file=PATH");
    check_bad_settings({"file="}, "it needs file=PATH");
    check_bad_settings({"file=a", "password_secret=a..b"},
                       "password_secret is no secret id; it names a secret of another "
                       "oauth2_secret_store, which holds the password");
    check_bad_settings({"file=a", "map=a"}, "map wants ID:ALIAS");
    check_bad_settings({"file=a", "map=a/b:one"}, "map wants ID:ALIAS");
    check_bad_settings({"file=a", "map=:one"}, "map wants ID:ALIAS");
    check_bad_settings({"file=a", "map=a:"}, "map names an empty alias for \"a\"");
    check_bad_settings({"file=a", "map=a:one,,two"}, "map names an empty alias for \"a\"");
    check_bad_settings({"file=a", "map=a:one,"}, "map names an empty alias for \"a\"");
    check_bad_settings({"file=a", "map=a:one", "map=a:two"}, "map names \"a\" twice");
    check_bad_settings({"file=a", "alias=b"}, "unknown parameter \"alias\"");
    check_bad_settings({"file=a", "cache_timeout=zero"}, "cache_timeout must be longer");
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_the_alias_is_the_id),
        cmocka_unit_test(test_mapped_aliases),
        cmocka_unit_test(test_a_mapped_alias_must_be_there),
        cmocka_unit_test(test_passwords),
        cmocka_unit_test(test_an_expired_certificate),
        cmocka_unit_test(test_a_key_of_the_wrong_usage),
        cmocka_unit_test(test_keys_that_cannot),
        cmocka_unit_test(test_one_bad_alias_among_good_ones),
        cmocka_unit_test(test_decrypting),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_refreshing),
        cmocka_unit_test(test_a_change_between_two_aliases),
        cmocka_unit_test(test_bad_settings),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
