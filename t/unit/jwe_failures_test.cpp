// link: -Wl,--wrap=RAND_priv_bytes -Wl,--wrap=EVP_CIPHER_fetch -Wl,--wrap=EVP_CIPHER_CTX_new
// link: -Wl,--wrap=EVP_DecryptInit_ex2 -Wl,--wrap=EVP_DecryptUpdate
// link: -Wl,--wrap=EVP_DecryptFinal_ex -Wl,--wrap=EVP_CIPHER_CTX_ctrl
// link: -Wl,--wrap=EVP_MAC_fetch -Wl,--wrap=EVP_MAC_CTX_new -Wl,--wrap=EVP_MAC_init
// link: -Wl,--wrap=EVP_MAC_update -Wl,--wrap=EVP_MAC_final
// link: -Wl,--wrap=EVP_PKEY_CTX_new_from_pkey -Wl,--wrap=EVP_PKEY_decrypt_init
// link: -Wl,--wrap=EVP_PKEY_CTX_set_rsa_padding -Wl,--wrap=EVP_PKEY_CTX_set_rsa_oaep_md_name
// link: -Wl,--wrap=EVP_PKEY_decrypt -Wl,--wrap=EVP_PKEY_dup
// link: -Wl,--wrap=EVP_PKEY_derive_init -Wl,--wrap=EVP_PKEY_derive_set_peer
// link: -Wl,--wrap=EVP_PKEY_derive -Wl,--wrap=EVP_KDF_fetch -Wl,--wrap=EVP_KDF_CTX_new
// link: -Wl,--wrap=EVP_KDF_derive -Wl,--wrap=cjose_jwk_create_oct_spec
// link: -Wl,--wrap=cjose_jwe_import -Wl,--wrap=cjose_jwe_decrypt -Wl,--wrap=inflateInit2_
// link: -Wl,--wrap=inflate

#include <cjose/jwe.h>
#include <cjose/jwk.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/rsa.h>
#include <zlib.h>

#include <cstdint>
#include <string>

#include "checks.h"
#include "fakes.h"
#include "jose/decrypter.h"
#include "jose/jwe.h"
#include "recipient.h"
#include "told_failures.h"

namespace {

/* How many calls of a library go well before one fails; below zero: none fails. */
int calls_left = -1;
bool failed = false;

bool fails_silently(const char* wrapper = __builtin_FUNCTION()) {
    if (calls_left < 0 || calls_left-- > 0) {
        return false;
    }
    failed = true;
    oauth2_rs::fakes::tell_failed(wrapper);
    return true;
}

/* OpenSSL's failures leave a word in its queue. */
bool fails(const char* wrapper = __builtin_FUNCTION()) {
    if (!fails_silently(wrapper)) {
        return false;
    }
    ERR_raise(ERR_LIB_USER, ERR_R_INTERNAL_ERROR);
    return true;
}

}  // namespace

extern "C" {

int __real_RAND_priv_bytes(unsigned char*, int);
int __wrap_RAND_priv_bytes(unsigned char* a, int b) {
    return fails() ? 0 : __real_RAND_priv_bytes(a, b);
}

EVP_CIPHER* __real_EVP_CIPHER_fetch(OSSL_LIB_CTX*, const char*, const char*);
EVP_CIPHER* __wrap_EVP_CIPHER_fetch(OSSL_LIB_CTX* a, const char* b, const char* c) {
    return fails() ? nullptr : __real_EVP_CIPHER_fetch(a, b, c);
}

EVP_CIPHER_CTX* __real_EVP_CIPHER_CTX_new();
EVP_CIPHER_CTX* __wrap_EVP_CIPHER_CTX_new() {
    return fails() ? nullptr : __real_EVP_CIPHER_CTX_new();
}

int __real_EVP_DecryptInit_ex2(EVP_CIPHER_CTX*, const EVP_CIPHER*, const unsigned char*,
                               const unsigned char*, const OSSL_PARAM*);
int __wrap_EVP_DecryptInit_ex2(EVP_CIPHER_CTX* a, const EVP_CIPHER* b, const unsigned char* c,
                               const unsigned char* d, const OSSL_PARAM* e) {
    return fails() ? 0 : __real_EVP_DecryptInit_ex2(a, b, c, d, e);
}

int __real_EVP_DecryptUpdate(EVP_CIPHER_CTX*, unsigned char*, int*, const unsigned char*, int);
int __wrap_EVP_DecryptUpdate(EVP_CIPHER_CTX* a, unsigned char* b, int* c, const unsigned char* d,
                             int e) {
    return fails() ? 0 : __real_EVP_DecryptUpdate(a, b, c, d, e);
}

int __real_EVP_DecryptFinal_ex(EVP_CIPHER_CTX*, unsigned char*, int*);
int __wrap_EVP_DecryptFinal_ex(EVP_CIPHER_CTX* a, unsigned char* b, int* c) {
    return fails() ? 0 : __real_EVP_DecryptFinal_ex(a, b, c);
}

int __real_EVP_CIPHER_CTX_ctrl(EVP_CIPHER_CTX*, int, int, void*);
int __wrap_EVP_CIPHER_CTX_ctrl(EVP_CIPHER_CTX* a, int b, int c, void* d) {
    return fails() ? 0 : __real_EVP_CIPHER_CTX_ctrl(a, b, c, d);
}

EVP_MAC* __real_EVP_MAC_fetch(OSSL_LIB_CTX*, const char*, const char*);
EVP_MAC* __wrap_EVP_MAC_fetch(OSSL_LIB_CTX* a, const char* b, const char* c) {
    return fails() ? nullptr : __real_EVP_MAC_fetch(a, b, c);
}

EVP_MAC_CTX* __real_EVP_MAC_CTX_new(EVP_MAC*);
EVP_MAC_CTX* __wrap_EVP_MAC_CTX_new(EVP_MAC* a) {
    return fails() ? nullptr : __real_EVP_MAC_CTX_new(a);
}

int __real_EVP_MAC_init(EVP_MAC_CTX*, const unsigned char*, std::size_t, const OSSL_PARAM*);
int __wrap_EVP_MAC_init(EVP_MAC_CTX* a, const unsigned char* b, std::size_t c,
                        const OSSL_PARAM* d) {
    return fails() ? 0 : __real_EVP_MAC_init(a, b, c, d);
}

int __real_EVP_MAC_update(EVP_MAC_CTX*, const unsigned char*, std::size_t);
int __wrap_EVP_MAC_update(EVP_MAC_CTX* a, const unsigned char* b, std::size_t c) {
    return fails() ? 0 : __real_EVP_MAC_update(a, b, c);
}

int __real_EVP_MAC_final(EVP_MAC_CTX*, unsigned char*, std::size_t*, std::size_t);
int __wrap_EVP_MAC_final(EVP_MAC_CTX* a, unsigned char* b, std::size_t* c, std::size_t d) {
    return fails() ? 0 : __real_EVP_MAC_final(a, b, c, d);
}

EVP_PKEY_CTX* __real_EVP_PKEY_CTX_new_from_pkey(OSSL_LIB_CTX*, EVP_PKEY*, const char*);
EVP_PKEY_CTX* __wrap_EVP_PKEY_CTX_new_from_pkey(OSSL_LIB_CTX* a, EVP_PKEY* b, const char* c) {
    return fails() ? nullptr : __real_EVP_PKEY_CTX_new_from_pkey(a, b, c);
}

int __real_EVP_PKEY_decrypt_init(EVP_PKEY_CTX*);
int __wrap_EVP_PKEY_decrypt_init(EVP_PKEY_CTX* a) {
    return fails() ? 0 : __real_EVP_PKEY_decrypt_init(a);
}

int __real_EVP_PKEY_CTX_set_rsa_padding(EVP_PKEY_CTX*, int);
int __wrap_EVP_PKEY_CTX_set_rsa_padding(EVP_PKEY_CTX* a, int b) {
    return fails() ? 0 : __real_EVP_PKEY_CTX_set_rsa_padding(a, b);
}

int __real_EVP_PKEY_CTX_set_rsa_oaep_md_name(EVP_PKEY_CTX*, const char*, const char*);
int __wrap_EVP_PKEY_CTX_set_rsa_oaep_md_name(EVP_PKEY_CTX* a, const char* b, const char* c) {
    return fails() ? 0 : __real_EVP_PKEY_CTX_set_rsa_oaep_md_name(a, b, c);
}

int __real_EVP_PKEY_decrypt(EVP_PKEY_CTX*, unsigned char*, std::size_t*, const unsigned char*,
                            std::size_t);
int __wrap_EVP_PKEY_decrypt(EVP_PKEY_CTX* a, unsigned char* b, std::size_t* c,
                            const unsigned char* d, std::size_t e) {
    return fails() ? 0 : __real_EVP_PKEY_decrypt(a, b, c, d, e);
}

EVP_PKEY* __real_EVP_PKEY_dup(EVP_PKEY*);
EVP_PKEY* __wrap_EVP_PKEY_dup(EVP_PKEY* a) { return fails() ? nullptr : __real_EVP_PKEY_dup(a); }

int __real_EVP_PKEY_derive_init(EVP_PKEY_CTX*);
int __wrap_EVP_PKEY_derive_init(EVP_PKEY_CTX* a) {
    return fails() ? 0 : __real_EVP_PKEY_derive_init(a);
}

int __real_EVP_PKEY_derive_set_peer(EVP_PKEY_CTX*, EVP_PKEY*);
int __wrap_EVP_PKEY_derive_set_peer(EVP_PKEY_CTX* a, EVP_PKEY* b) {
    // It says no, although the peer is set.
    const int result = __real_EVP_PKEY_derive_set_peer(a, b);
    return fails() ? 0 : result;
}

int __real_EVP_PKEY_derive(EVP_PKEY_CTX*, unsigned char*, std::size_t*);
int __wrap_EVP_PKEY_derive(EVP_PKEY_CTX* a, unsigned char* b, std::size_t* c) {
    return fails() ? 0 : __real_EVP_PKEY_derive(a, b, c);
}

EVP_KDF* __real_EVP_KDF_fetch(OSSL_LIB_CTX*, const char*, const char*);
EVP_KDF* __wrap_EVP_KDF_fetch(OSSL_LIB_CTX* a, const char* b, const char* c) {
    return fails() ? nullptr : __real_EVP_KDF_fetch(a, b, c);
}

EVP_KDF_CTX* __real_EVP_KDF_CTX_new(EVP_KDF*);
EVP_KDF_CTX* __wrap_EVP_KDF_CTX_new(EVP_KDF* a) {
    return fails() ? nullptr : __real_EVP_KDF_CTX_new(a);
}

int __real_EVP_KDF_derive(EVP_KDF_CTX*, unsigned char*, std::size_t, const OSSL_PARAM*);
int __wrap_EVP_KDF_derive(EVP_KDF_CTX* a, unsigned char* b, std::size_t c, const OSSL_PARAM* d) {
    return fails() ? 0 : __real_EVP_KDF_derive(a, b, c, d);
}

cjose_jwk_t* __real_cjose_jwk_create_oct_spec(const std::uint8_t*, std::size_t, cjose_err*);
cjose_jwk_t* __wrap_cjose_jwk_create_oct_spec(const std::uint8_t* a, std::size_t b, cjose_err* c) {
    return fails() ? nullptr : __real_cjose_jwk_create_oct_spec(a, b, c);
}

cjose_jwe_t* __real_cjose_jwe_import(const char*, std::size_t, cjose_err*);
cjose_jwe_t* __wrap_cjose_jwe_import(const char* a, std::size_t b, cjose_err* c) {
    return fails() ? nullptr : __real_cjose_jwe_import(a, b, c);
}

std::uint8_t* __real_cjose_jwe_decrypt(cjose_jwe_t*, const cjose_jwk_t*, std::size_t*, cjose_err*);
std::uint8_t* __wrap_cjose_jwe_decrypt(cjose_jwe_t* a, const cjose_jwk_t* b, std::size_t* c,
                                       cjose_err* d) {
    return fails() ? nullptr : __real_cjose_jwe_decrypt(a, b, c, d);
}

int __real_inflateInit2_(z_streamp, int, const char*, int);
int __wrap_inflateInit2_(z_streamp a, int b, const char* c, int d) {
    return fails_silently() ? Z_MEM_ERROR : __real_inflateInit2_(a, b, c, d);
}

int __real_inflate(z_streamp, int);
int __wrap_inflate(z_streamp a, int b) {
    return fails_silently() ? Z_MEM_ERROR : __real_inflate(a, b);
}

}  // extern "C"

namespace {

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

const std::string kContent = R"({"iss":"somebody"})";

/* Lets the first call fail, then the second, until one decryption needs no more calls. */
void check_every_failure(const Recipient& recipient, std::string_view alg, std::string_view enc,
                         const std::string& content, const Wishes& wishes = {}) {
    const std::string token = recipient.encrypt(alg, enc, content, wishes).token();
    int failures = 0;
    for (int calls = 0; calls < 100; ++calls) {
        const KeyPointer key = recipient.key();
        const auto jwe = parse_jwe(token);
        check_good(jwe);
        calls_left = calls;
        failed = false;
        const auto opened = decrypt(jwe.value(), *key);
        calls_left = -1;
        if (!failed) {
            check_good(opened);
            check_text(as_text(opened.value()), kContent);
            assert_true(failures > 2);
            return;
        }
        ++failures;
        assert_false(opened.ok());
        check_no_error_queued();
        // What failed once is as good as new.
        const auto again = decrypt(jwe.value(), *key);
        check_good(again);
        check_text(as_text(again.value()), kContent);
    }
    fail_msg("%s never ran without a failure", std::string(alg).c_str());
}

void test_cjose(void** /*state*/) {
    const Recipient shared = Recipient::oct(std::string(32, 's'));
    check_every_failure(shared, "dir", "A128CBC-HS256", kContent);
    check_every_failure(shared, "A256KW", "A256GCM", kContent);
}

void test_unwrapping(void** /*state*/) {
    const Recipient shared = Recipient::oct(std::string(32, 's'));
    check_every_failure(shared, "A256GCMKW", "A256GCM", kContent);
    check_every_failure(shared, "A256GCMKW", "A256CBC-HS512", kContent);
    check_every_failure(rsa_recipient(), "RSA-OAEP-256", "A128GCM", kContent);
}

void test_agreement(void** /*state*/) {
    check_every_failure(ec_recipient(), "ECDH-ES", "A128GCM", kContent);
    check_every_failure(x25519_recipient(), "ECDH-ES+A256KW", "A128CBC-HS256", kContent);
}

void test_decompression(void** /*state*/) {
    const Recipient shared = Recipient::oct(std::string(32, 's'));
    check_every_failure(shared, "dir", "A256GCM", deflated(kContent), {R"(,"zip":"DEF")"});
}

/* The key decides; what the engine is told beside it must not make it decrypt. */
void test_an_algorithm_that_manages_no_key(void** /*state*/) {
    const SecretBytes secret = to_secret(std::string(32, 's'));
    const Recipient shared = Recipient::oct(std::string(32, 's'));
    const std::string token = shared.encrypt("dir", "A256GCM", kContent).token();
    auto parsed = parse_jwe(token);
    check_good(parsed);
    Jwe& jwe = parsed.value();
    const auto engine = make_openssl_decrypter(secret, nullptr);
    const auto content = engine->decrypt(jwe);
    assert_true(content.has_value());
    check_text(as_text(*content), kContent);
    for (const char* name : {"HS256", "A256GCM"}) {
        jwe.algorithm = find_algorithm(name);
        assert_false(engine->decrypt(jwe).has_value());
        check_no_error_queued();
    }
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_cjose),
        cmocka_unit_test(test_unwrapping),
        cmocka_unit_test(test_agreement),
        cmocka_unit_test(test_decompression),
        cmocka_unit_test(test_an_algorithm_that_manages_no_key),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
