#include "secret/pkcs12.h"

#include <string>
#include <vector>

#include "checks.h"
#include "fakes.h"
#include "keystore_file.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

using Opened = Configured<std::vector<KeystoreEntry>>;

Opened open(const std::string& file, const std::string& password = KeystoreFile::kPassword) {
    return open_keystore(to_secret(file), to_secret(password));
}

std::string aliases(const Opened& opened) {
    check_good(opened);
    std::string names;
    for (const KeystoreEntry& entry : opened.value()) {
        names += entry.alias + (entry.is_private ? "! " : entry.key ? " " : "* ");
    }
    return names;
}

/* Private keys are marked with "!", secrets with "*". */
void test_what_is_found(void** /*state*/) {
    KeystoreFile file;
    file.add_certificate("certificate", rsa_signer());
    file.add_key("key", rsa_signer());
    file.add_plain_key("plain", ec_signer());
    file.add_secret("secret", "the bytes");
    const Opened opened = open(file.bytes());
    check_text(aliases(opened), "key! plain! secret* certificate ");
    check_text(as_text(opened.value()[2].secret), "the bytes");
    assert_int_equal(EVP_PKEY_eq(opened.value()[1].key.get(), ec_signer().native()), 1);
    assert_int_equal(EVP_PKEY_eq(opened.value()[3].key.get(), rsa_signer().native()), 1);
}

void test_a_key_stands_before_its_certificate(void** /*state*/) {
    KeystoreFile file;
    file.add_certificate("both", ec_signer());
    file.add_key("both", rsa_signer());
    file.add_certificate("other", ec_signer());
    check_text(aliases(open(file.bytes())), "both! other ");
}

void test_bags_in_bags(void** /*state*/) {
    KeystoreFile file;
    file.add_plain_key("inner", ec_signer());
    file.nest();
    file.add_plain_key("outer", ec_signer());
    file.nest();
    check_text(aliases(open(file.bytes())), "inner! outer! ");
}

void test_what_is_none_of_ours_is_passed_over(void** /*state*/) {
    KeystoreFile file;
    file.add_revocation_list();
    file.add_foreign_secret("foreign");
    file.add_key("key", ec_signer());
    check_text(aliases(open(file.bytes())), "key! ");
}

void test_wrong_passwords(void** /*state*/) {
    KeystoreFile file;
    file.add_key("key", ec_signer());
    const std::string bytes = file.bytes();
    for (const char* password : {"", "hus", "hush ", "HUSH"}) {
        check_refused(open(bytes, password), "doesn't open it");
    }
    check_good(open(bytes));
}

void test_what_is_no_keystore(void** /*state*/) {
    KeystoreFile file;
    file.add_key("key", ec_signer());
    check_refused(open(""), "no PKCS#12 keystore");
    check_refused(open("no keystore"), "no PKCS#12 keystore");
    check_refused(open(file.bytes().substr(0, 100)), "no PKCS#12 keystore");
    check_refused(open(file.bytes_without_mac()), "no MAC");
    check_good(open(file.bytes()));
}

/* Whoever changes a byte of what is inside has to know the password. */
void test_the_mac_counts(void** /*state*/) {
    KeystoreFile file;
    file.add_plain_key("key", ec_signer());
    std::string bytes = file.bytes();
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    assert_false(open(bytes).ok());
    check_no_error_queued();
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_found),
        cmocka_unit_test(test_a_key_stands_before_its_certificate),
        cmocka_unit_test(test_bags_in_bags),
        cmocka_unit_test(test_what_is_none_of_ours_is_passed_over),
        cmocka_unit_test(test_wrong_passwords),
        cmocka_unit_test(test_what_is_no_keystore),
        cmocka_unit_test(test_the_mac_counts),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
