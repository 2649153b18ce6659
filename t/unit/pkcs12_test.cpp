#include "secret/pkcs12.h"

#include <openssl/err.h>
#include <openssl/pkcs12.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "checks.h"
#include "fakes.h"
#include "keystores.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

Configured<std::vector<KeystoreEntry>> open(const std::string& keystore,
                                            const std::string& password = "hush") {
    auto entries = open_keystore(to_secret(keystore), to_secret(password));
    check_no_error_queued();
    return entries;
}

std::vector<KeystoreEntry> opened(const std::string& keystore,
                                  const std::string& password = "hush") {
    auto entries = open(keystore, password);
    check_good(entries);
    return std::move(entries.value());
}

bool is_key_of(const KeystoreEntry& entry, const Signer& signer) {
    return entry.key && EVP_PKEY_eq(entry.key.get(), signer.native()) == 1;
}

void test_private_keys(void** /*state*/) {
    for (const Signer* signer : {&rsa_signer(), &ec_signer()}) {
        const auto entries = opened(Keystore("hush").add("a.name", *signer).der());
        assert_int_equal(entries.size(), 1);
        check_text(entries[0].alias, "a.name");
        assert_true(entries[0].is_private);
        assert_true(is_key_of(entries[0], *signer));
        assert_true(entries[0].secret.empty());
        assert_true(entries[0].purposes.verify);
        assert_true(entries[0].purposes.decrypt);
    }
}

void test_several_entries(void** /*state*/) {
    const Signer ed = Signer::okp("Ed25519");
    const auto entries = opened(Keystore("hush")
                                    .add("a", rsa_signer())
                                    .add("b", ec_signer())
                                    .add_certificate("c", ed)
                                    .der());
    assert_int_equal(entries.size(), 3);
    check_text(entries[0].alias, "a");
    check_text(entries[1].alias, "b");
    // Keys come before certificates that have none.
    check_text(entries[2].alias, "c");
    assert_false(entries[2].is_private);
    assert_true(is_key_of(entries[2], ed));
}

/* Java's keytool -genseckey. */
void test_symmetric_keys(void** /*state*/) {
    const std::string bytes("\0\1secret\xff", 9);
    const auto entries = opened(Keystore("hush").add_secret("shared", bytes).der());
    assert_int_equal(entries.size(), 1);
    check_text(entries[0].alias, "shared");
    assert_null(entries[0].key.get());
    check_text(as_text(entries[0].secret), bytes);
}

void test_passwords(void** /*state*/) {
    for (const char* password : {"hush", "", "a longer one with spaces", "\xc3\xa4"}) {
        const std::string keystore = Keystore(password).add("a", ec_signer()).der();
        assert_int_equal(opened(keystore, password).size(), 1);
        check_refused(open(keystore, std::string(password) + "x"),
                      "the password of password_secret doesn't open it");
    }
}

void test_what_is_no_keystore(void** /*state*/) {
    const std::string good = Keystore("hush").add("a", ec_signer()).der();
    for (const std::string& bad :
         {std::string(), std::string("text"), good.substr(0, good.size() / 2), good.substr(1)}) {
        check_refused(open(bad), "it is no PKCS#12 keystore");
    }
    std::string changed = good;
    changed[good.size() / 3] = static_cast<char>(changed[good.size() / 3] ^ 1);
    assert_false(open(changed).ok());
    check_refused(open(Keystore("hush").without_mac().add("a", ec_signer()).der()),
                  "it has no MAC");
}

/* An entry that another password protects: nothing of the keystore is used. */
void test_a_part_that_cannot_be_read(void** /*state*/) {
    check_refused(
        open(Keystore("hush").add("a", ec_signer()).add("b", rsa_signer(), "other").der()),
        "a part of it can't be read");
    check_refused(open(Keystore("hush").add_secret("a", std::string(32, 's'), "other").der()),
                  "a part of it can't be read");
}

/* RFC 5280 section 4.2.1.3, and certificates that don't say. */
void test_key_usage(void** /*state*/) {
    const struct {
        const char* usage;
        bool verify;
        bool decrypt;
    } rows[] = {{"", true, true},
                {"digitalSignature", true, false},
                {"nonRepudiation", true, false},
                {"keyEncipherment", false, true},
                {"dataEncipherment", false, true},
                {"keyAgreement", false, true},
                {"digitalSignature,keyEncipherment", true, true},
                {"keyCertSign,cRLSign", false, false}};
    for (const auto& row : rows) {
        Certificate certificate;
        certificate.usage = row.usage;
        const auto key = opened(Keystore("hush").add("a", rsa_signer(), certificate).der());
        const auto alone =
            opened(Keystore("hush").add_certificate("a", rsa_signer(), certificate).der());
        for (const auto* entries : {&key, &alone}) {
            assert_int_equal(entries->size(), 1);
            assert_int_equal((*entries)[0].purposes.verify, row.verify);
            assert_int_equal((*entries)[0].purposes.decrypt, row.decrypt);
        }
    }
}

/* A certificate that merely bears the name of a key says nothing of it. */
void test_the_usage_of_another_key(void** /*state*/) {
    Certificate certificate;
    certificate.usage = "keyCertSign";
    const auto entries = opened(Keystore("hush")
                                    .add("a", rsa_signer())
                                    .add_certificate("a", ec_signer(), certificate)
                                    .der());
    assert_int_equal(entries.size(), 1);
    assert_true(is_key_of(entries[0], rsa_signer()));
    assert_true(entries[0].purposes.verify);
}

void test_an_expired_certificate(void** /*state*/) {
    Certificate certificate;
    certificate.days = -1;
    for (const std::string& keystore :
         {Keystore("hush").add("a", rsa_signer(), certificate).der(),
          Keystore("hush").add_certificate("a", rsa_signer(), certificate).der()}) {
        const auto entries = opened(keystore);
        assert_int_equal(entries.size(), 1);
        assert_true(is_key_of(entries[0], rsa_signer()));
    }
}

void test_entries_without_a_name(void** /*state*/) {
    const auto entries = opened(Keystore("hush").add("", ec_signer()).der());
    assert_int_equal(entries.size(), 1);
    check_text(entries[0].alias, "");
}

/* RFC 7292 section 4.2: each kind of bag. */
void test_every_kind_of_bag(void** /*state*/) {
    const auto entries = opened(Keystore("hush")
                                    .add_bare_key("inmost", ec_signer())
                                    .nest()
                                    .add_bare_key("inner", rsa_signer())
                                    .nest()
                                    .add_secret("secret", "the bytes")
                                    .add_foreign_secret("foreign")
                                    .add_revocation_list()
                                    .in_the_open()
                                    .der());
    assert_int_equal(entries.size(), 3);
    check_text(entries[0].alias, "inmost");
    assert_true(entries[0].is_private);
    assert_true(is_key_of(entries[0], ec_signer()));
    check_text(entries[1].alias, "inner");
    assert_true(is_key_of(entries[1], rsa_signer()));
    check_text(entries[2].alias, "secret");
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_private_keys),
        cmocka_unit_test(test_several_entries),
        cmocka_unit_test(test_symmetric_keys),
        cmocka_unit_test(test_passwords),
        cmocka_unit_test(test_what_is_no_keystore),
        cmocka_unit_test(test_a_part_that_cannot_be_read),
        cmocka_unit_test(test_key_usage),
        cmocka_unit_test(test_the_usage_of_another_key),
        cmocka_unit_test(test_an_expired_certificate),
        cmocka_unit_test(test_entries_without_a_name),
        cmocka_unit_test(test_every_kind_of_bag),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
