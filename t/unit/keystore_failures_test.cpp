// Each of the calls by which a PKCS#12 keystore is opened fails in turn: what is in it is found
// under its own name, or not at all.

// link: -Wl,--wrap=d2i_PKCS12,--wrap=PKCS12_verify_mac,--wrap=PKCS12_unpack_authsafes
// link: -Wl,--wrap=PKCS12_unpack_p7data,--wrap=PKCS12_unpack_p7encdata
// link: -Wl,--wrap=PKCS12_get_friendlyname,--wrap=PKCS12_SAFEBAG_get1_cert
// link: -Wl,--wrap=PKCS12_decrypt_skey,--wrap=PKCS8_decrypt,--wrap=PKCS8_pkey_get0
// link: -Wl,--wrap=EVP_PKCS82PKEY,--wrap=d2i_X509_SIG,--wrap=X509_get_pubkey
// link: -Wl,--wrap=EVP_PKEY_eq,--wrap=X509_get_key_usage

#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include <cstdint>
#include <string>

#include "checks.h"
#include "failing_calls.h"
#include "fakes.h"
#include "keystores.h"
#include "secret/pkcs12.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

extern "C" {

decltype(d2i_PKCS12) __real_d2i_PKCS12;
PKCS12* __wrap_d2i_PKCS12(PKCS12** out, const unsigned char** in, long size) {
    return fails() ? nullptr : __real_d2i_PKCS12(out, in, size);
}

decltype(PKCS12_verify_mac) __real_PKCS12_verify_mac;
int __wrap_PKCS12_verify_mac(PKCS12* keystore, const char* password, int size) {
    return fails() ? 0 : __real_PKCS12_verify_mac(keystore, password, size);
}

decltype(PKCS12_unpack_authsafes) __real_PKCS12_unpack_authsafes;
STACK_OF(PKCS7) * __wrap_PKCS12_unpack_authsafes(const PKCS12* keystore) {
    return fails() ? nullptr : __real_PKCS12_unpack_authsafes(keystore);
}

decltype(PKCS12_unpack_p7data) __real_PKCS12_unpack_p7data;
STACK_OF(PKCS12_SAFEBAG) * __wrap_PKCS12_unpack_p7data(PKCS7* safe) {
    return fails() ? nullptr : __real_PKCS12_unpack_p7data(safe);
}

decltype(PKCS12_unpack_p7encdata) __real_PKCS12_unpack_p7encdata;
STACK_OF(PKCS12_SAFEBAG) *
    __wrap_PKCS12_unpack_p7encdata(PKCS7* safe, const char* password, int size) {
    return fails() ? nullptr : __real_PKCS12_unpack_p7encdata(safe, password, size);
}

decltype(PKCS12_get_friendlyname) __real_PKCS12_get_friendlyname;
char* __wrap_PKCS12_get_friendlyname(PKCS12_SAFEBAG* bag) {
    return fails() ? nullptr : __real_PKCS12_get_friendlyname(bag);
}

decltype(PKCS12_SAFEBAG_get1_cert) __real_PKCS12_SAFEBAG_get1_cert;
X509* __wrap_PKCS12_SAFEBAG_get1_cert(const PKCS12_SAFEBAG* bag) {
    return fails() ? nullptr : __real_PKCS12_SAFEBAG_get1_cert(bag);
}

decltype(PKCS12_decrypt_skey) __real_PKCS12_decrypt_skey;
PKCS8_PRIV_KEY_INFO* __wrap_PKCS12_decrypt_skey(const PKCS12_SAFEBAG* bag, const char* password,
                                                int size) {
    return fails() ? nullptr : __real_PKCS12_decrypt_skey(bag, password, size);
}

decltype(PKCS8_decrypt) __real_PKCS8_decrypt;
PKCS8_PRIV_KEY_INFO* __wrap_PKCS8_decrypt(const X509_SIG* info, const char* password, int size) {
    return fails() ? nullptr : __real_PKCS8_decrypt(info, password, size);
}

decltype(PKCS8_pkey_get0) __real_PKCS8_pkey_get0;
int __wrap_PKCS8_pkey_get0(const ASN1_OBJECT** type, const unsigned char** key, int* size,
                           const X509_ALGOR** algorithm, const PKCS8_PRIV_KEY_INFO* info) {
    return fails() ? 0 : __real_PKCS8_pkey_get0(type, key, size, algorithm, info);
}

decltype(EVP_PKCS82PKEY) __real_EVP_PKCS82PKEY;
EVP_PKEY* __wrap_EVP_PKCS82PKEY(const PKCS8_PRIV_KEY_INFO* info) {
    return fails() ? nullptr : __real_EVP_PKCS82PKEY(info);
}

decltype(d2i_X509_SIG) __real_d2i_X509_SIG;
X509_SIG* __wrap_d2i_X509_SIG(X509_SIG** out, const unsigned char** in, long size) {
    return fails() ? nullptr : __real_d2i_X509_SIG(out, in, size);
}

decltype(X509_get_pubkey) __real_X509_get_pubkey;
EVP_PKEY* __wrap_X509_get_pubkey(X509* certificate) {
    return fails() ? nullptr : __real_X509_get_pubkey(certificate);
}

decltype(EVP_PKEY_eq) __real_EVP_PKEY_eq;
int __wrap_EVP_PKEY_eq(const EVP_PKEY* left, const EVP_PKEY* right) {
    return fails() ? -1 : __real_EVP_PKEY_eq(left, right);
}

std::uint32_t __real_X509_get_key_usage(X509* certificate);
std::uint32_t __wrap_X509_get_key_usage(X509* certificate) {
    return fails() ? 0 : __real_X509_get_key_usage(certificate);
}

}  // extern "C"

namespace {

const std::string kSecret(32, 's');

/* One of each kind of entry, in a safe that is encrypted, or one that isn't. */
std::string everything(bool in_the_open) {
    Keystore keystore("hush");
    keystore.add("sealed", rsa_signer());
    keystore.add_bare_key("bare", ec_signer());
    keystore.add_certificate("certificate", rsa_signer());
    keystore.add_secret("secret", kSecret);
    return in_the_open ? keystore.in_the_open().der() : keystore.der();
}

/* An entry whose name can't be read has none, and nobody asks for that; its certificate may be
 * left. */
void check_entry(const KeystoreEntry& entry) {
    if (entry.alias == "secret") {
        check_text(as_text(entry.secret), kSecret);
    } else if (!entry.alias.empty()) {
        const Signer& signer = entry.alias == "bare" ? ec_signer() : rsa_signer();
        assert_int_equal(__real_EVP_PKEY_eq(entry.key.get(), signer.native()), 1);
        assert_false(entry.is_private && entry.alias == "certificate");
    }
}

void check_every_call(const SecretBytes& file) {
    const SecretBytes password = to_secret("hush");
    int opened = 0;
    const int calls = with_every_call_failing([&] {
        const auto entries = open_keystore(file, password);
        if (entries.ok()) {
            ++opened;
            for (const KeystoreEntry& entry : entries.value()) {
                check_entry(entry);
            }
        }
    });
    assert_true(calls > 10);
    // All that it can do without is one of five names, or one of two certificates: the certificate,
    // its key, its usage, or that it is the one of its key. Once nothing fails.
    assert_true(opened >= 1 && opened <= 5 + 2 * 3 + 1 + 1);
    const auto entries = open_keystore(file, password);
    check_good(entries);
    assert_int_equal(entries.value().size(), 4);
}

void test_every_call(void** /*state*/) {
    check_every_call(to_secret(everything(true)));
    check_every_call(to_secret(everything(false)));
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_every_call),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
