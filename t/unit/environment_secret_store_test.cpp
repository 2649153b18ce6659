#include "secret/environment_secret_store.h"

#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "checks.h"
#include "fakes.h"
#include "recipient.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

/* A variable of the environment, for as long as the test wants it. */
class Variable {
  public:
    Variable(const char* name, const std::string& value) : name_(name) {
        setenv(name, value.c_str(), 1);
    }
    ~Variable() { unsetenv(name_); }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;

  private:
    const char* name_;
};

std::unique_ptr<SecretStore> store_of(const std::string& format = "") {
    std::vector<std::string> parameters;
    if (!format.empty()) {
        parameters.push_back("format=" + format);
    }
    auto made = make_secret_store({"environment", {parameters.begin(), parameters.end()}, "/"});
    check_good(made);
    return std::move(made.value());
}

Configured<Done> load(SecretStore* store, const std::string& id,
                      KeyPurpose purpose = KeyPurpose::kVerify) {
    Warnings warnings;
    auto loaded = store->load(id, loading(&warnings, purpose));
    assert_true(warnings.empty());
    return loaded;
}

const KeySet* keys(const SecretStore& store, std::string_view id) {
    FakeRequestContext request;
    const auto found = store.keys(request, id);
    check_good(found);
    return found.value();
}

/* "." and "-" become "_", and letters upper case. */
void test_names_of_variables(void** /*state*/) {
    const Variable variable("AS_HMAC_KEY_1", encode_base64(std::string(40, 's')));
    for (const char* id : {"as.hmac.key.1", "as-hmac-key-1", "as_hmac_key_1", "As.Hmac-kEY_1"}) {
        const auto store = store_of();
        assert_null(keys(*store, id));
        check_good(load(store.get(), id));
        assert_non_null(keys(*store, id));
        const Key& key = *keys(*store, id)->keys()[0];
        assert_int_equal(key.secret_size(), 40);
        // The stable id is the variable's name.
        check_text(key.name(), "AS_HMAC_KEY_1");
    }
    const auto store = store_of();
    check_good(load(store.get(), "as.other"));
    assert_null(keys(*store, "as.other"));
}

void test_two_ids_of_one_variable(void** /*state*/) {
    const Variable variable("A_B", encode_base64(std::string(32, 's')));
    const auto store = store_of();
    check_good(load(store.get(), "a.b"));
    check_good(load(store.get(), "a.b"));
    check_refused(load(store.get(), "a-b"),
                  "\"a-b\" and \"a.b\" are both read from A_B; rename one");
}

void test_formats(void** /*state*/) {
    const Variable plain("PLAIN", std::string(32, 's'));
    const Variable pem("PEM", ec_recipient().private_pem());
    const Variable jwk("JWK", rsa_signer().jwk());
    for (const char* format : {"plain", "pem", "jwk"}) {
        const auto store = store_of(format);
        check_good(load(store.get(), format));
        assert_int_equal(keys(*store, format)->keys().size(), 1);
    }
    check_refused(make_secret_store({"environment", {"format=hex"}, "/"}), "unknown format");
    check_refused(make_secret_store({"environment", {"path=a"}, "/"}),
                  "unknown parameter \"path\"");
}

void test_the_purpose_counts(void** /*state*/) {
    const Variable small("SMALL", encode_base64(std::string(16, 's')));
    const Variable odd("ODD", encode_base64(std::string(40, 's')));
    const auto store = store_of();
    check_good(load(store.get(), "small", KeyPurpose::kDecrypt));
    check_refused(load(store.get(), "small", KeyPurpose::kVerify),
                  "environment variable SMALL: it is shorter than the 32 bytes");
    check_good(load(store.get(), "odd", KeyPurpose::kVerify));
    check_refused(load(store.get(), "odd", KeyPurpose::kDecrypt),
                  "environment variable ODD: its length is that of no encryption");
    assert_non_null(keys(*store, "odd"));
}

/* What stands there is somebody's secret, good or bad. */
void test_bad_values(void** /*state*/) {
    const Variable variable("BAD", "hush-hush");
    for (const char* format : {"base64", "plain", "pem", "jwk"}) {
        const auto refused = load(store_of(format).get(), "bad");
        check_refused(refused, "environment variable BAD: ");
        check_lacks(refused.error().message, "hush");
    }
}

void test_bytes_of_a_password(void** /*state*/) {
    const Variable variable("PIN", encode_base64("hush"));
    const auto bytes = store_of()->bytes("pin");
    check_good(bytes);
    assert_true(bytes.value().has_value());
    check_text(as_text(*bytes.value()), "hush");
    const auto none = store_of()->bytes("other");
    check_good(none);
    assert_false(none.value().has_value());
}

/* Read once: a reload sees what the master's start saw, and nothing is re-read in between. */
void test_the_environment_is_read_at_load(void** /*state*/) {
    const auto store = store_of();
    {
        const Variable variable("EARLY", encode_base64(std::string(32, 's')));
        check_good(load(store.get(), "early"));
    }
    assert_non_null(keys(*store, "early"));
    assert_int_equal(store->refresh_interval_ms(), 0);
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_names_of_variables),
        cmocka_unit_test(test_two_ids_of_one_variable),
        cmocka_unit_test(test_formats),
        cmocka_unit_test(test_the_purpose_counts),
        cmocka_unit_test(test_bad_values),
        cmocka_unit_test(test_bytes_of_a_password),
        cmocka_unit_test(test_the_environment_is_read_at_load),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
