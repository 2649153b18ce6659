// Each call of OpenSSL by which a key is read and judged fails in turn: what comes of it is the key
// that was written, or none; and a weak key is never a sound one.

// link: -Wl,--wrap=BN_secure_new,--wrap=BN_bin2bn,--wrap=OSSL_PARAM_BLD_new
// link: -Wl,--wrap=OSSL_PARAM_BLD_push_BN,--wrap=OSSL_PARAM_BLD_push_octet_string
// link: -Wl,--wrap=OSSL_PARAM_BLD_push_utf8_string,--wrap=OSSL_PARAM_BLD_to_param
// link: -Wl,--wrap=EVP_PKEY_CTX_new_from_name,--wrap=EVP_PKEY_fromdata_init
// link: -Wl,--wrap=EVP_PKEY_fromdata,--wrap=EVP_PKEY_CTX_new_from_pkey
// link: -Wl,--wrap=EVP_PKEY_encrypt_init,--wrap=EVP_PKEY_encrypt,--wrap=EVP_PKEY_decrypt_init
// link: -Wl,--wrap=EVP_PKEY_decrypt,--wrap=EVP_PKEY_private_check
// link: -Wl,--wrap=EVP_PKEY_pairwise_check,--wrap=EVP_PKEY_public_check
// link: -Wl,--wrap=EVP_PKEY_get_raw_public_key,--wrap=EVP_PKEY_get_raw_private_key
// link: -Wl,--wrap=EVP_PKEY_new_raw_public_key_ex,--wrap=EVP_PKEY_new_raw_private_key_ex
// link: -Wl,--wrap=EVP_PKEY_get_bn_param,--wrap=i2d_PUBKEY,--wrap=EVP_MD_CTX_new
// link: -Wl,--wrap=d2i_AutoPrivateKey,--wrap=d2i_PUBKEY,--wrap=d2i_PublicKey,--wrap=d2i_X509
// link: -Wl,--wrap=X509_get_pubkey,--wrap=EVP_PKEY_get_group_name,--wrap=BN_new,--wrap=BN_CTX_new
// link: -Wl,--wrap=BN_nnmod,--wrap=BN_add,--wrap=BN_lebin2bn,--wrap=BN_mod_sqr,--wrap=BN_copy
// link: -Wl,--wrap=BN_mul_word,--wrap=BN_sub_word,--wrap=BN_mod_mul,--wrap=BN_add_word
// link: -Wl,--wrap=BN_set_bit,--wrap=BN_set_word,--wrap=BN_lshift,--wrap=json_object_set_new

#include <openssl/pem.h>
#include <openssl/x509.h>

#include <new>
#include <optional>
#include <string>
#include <vector>

#include "base/base64url.h"
#include "checks.h"
#include "failing_key_functions.h"
#include "fakes.h"
#include "jose/jwe.h"
#include "recipient.h"
#include "secret/secret_format.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

using Parsed = Configured<FormattedSecret>;

/* Short memory is told by an exception. */
std::optional<Parsed> parse(const std::string& text, SecretFormat format, KeyPurposes purposes) {
    std::optional<Parsed> parsed;
    try {
        parsed.emplace(parse_secret(to_secret(text), format, "id", purposes));
    } catch (const std::bad_alloc&) {
        parsed.reset();
    }
    calls_left = -1;  // what follows is the test's own
    return parsed;
}

std::string content(const BioHandle& memory) {
    char* text = nullptr;
    const long size = BIO_get_mem_data(memory.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

template <class Write>
std::string pem(Write write) {
    const BioHandle memory(BIO_new(BIO_s_mem()));
    assert_int_equal(write(memory.get()), 1);
    return content(memory);
}

/* Every form in which a public key is written, by itself or within more. */
std::vector<std::string> pem_forms(const Signer& signer) {
    EVP_PKEY* const key = signer.native();
    const CertificateHandle certificate(X509_new());
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 60);
    X509_set_pubkey(certificate.get(), key);
    X509_sign(certificate.get(), rsa_signer().native(), EVP_sha256());
    return {pem([key](BIO* out) { return PEM_write_bio_PUBKEY(out, key); }), pem([key](BIO* out) {
                return PEM_write_bio_PKCS8PrivateKey(out, key, nullptr, nullptr, 0, nullptr,
                                                     nullptr);
            }),
            pem([&](BIO* out) { return PEM_write_bio_X509(out, certificate.get()); })};
}

/* PKCS#1's own form, which RSA keys alone have. */
std::string pkcs1_form(const Signer& signer) {
    unsigned char* der = nullptr;
    const int size = i2d_PublicKey(signer.native(), &der);
    const OpensslMemory owner(der);
    return pem(
        [&](BIO* out) { return PEM_write_bio(out, "RSA PUBLIC KEY", "", der, size) > 0 ? 1 : 0; });
}

struct Kind {
    const char* alg;
    const Signer& signer;
};

const Signer& okp_signer() {
    static const Signer signer = Signer::okp("Ed25519");
    return signer;
}

const Signer& ed448_signer() {
    static const Signer signer = Signer::okp("Ed448");
    return signer;
}

void check_verifying(const Kind& kind, const std::string& text, SecretFormat format) {
    const std::string good = kind.signer.sign(kind.alg, "input");
    const Algorithm& algorithm = *find_algorithm(kind.alg);
    int sound = 0;
    const int calls = with_every_call_failing([&] {
        const auto parsed = parse(text, format, {true, false});
        if (parsed && parsed->ok()) {
            ++sound;
            assert_true(parsed->value().key->verify(algorithm, "input", good));
            assert_false(parsed->value().key->verify(algorithm, "other", good));
        }
    });
    assert_true(calls > 0);
    assert_true(sound > 0);  // the last time at the least
}

void test_keys_that_verify(void** /*state*/) {
    for (const Kind& kind :
         {Kind{"RS256", rsa_signer()}, Kind{"ES256", ec_signer()}, Kind{"EdDSA", okp_signer()},
          Kind{"EdDSA", ed448_signer()}, Kind{"HS256", oct_signer()}}) {
        check_verifying(kind, kind.signer.jwk(), SecretFormat::kJwk);
        if (kind.signer.native() != nullptr) {
            for (const std::string& form : pem_forms(kind.signer)) {
                check_verifying(kind, form, SecretFormat::kPem);
            }
        }
    }
    check_verifying({"RS256", rsa_signer()}, pkcs1_form(rsa_signer()), SecretFormat::kPem);
}

void check_decrypting(const Recipient& recipient, const char* alg, const std::string& text,
                      SecretFormat format) {
    const std::string letter = recipient.encrypt(alg, "A128GCM", "content").token();
    int sound = 0;
    with_every_call_failing([&] {
        const auto parsed = parse(text, format, {false, true});
        if (parsed && parsed->ok()) {
            ++sound;
            const auto jwe = parse_jwe(letter);
            check_good(jwe);
            const auto decrypted = parsed->value().key->decrypt(jwe.value());
            assert_true(decrypted.has_value());
            check_text(as_text(*decrypted), "content");
        }
    });
    assert_true(sound > 0);
}

void test_keys_that_decrypt(void** /*state*/) {
    const struct {
        const Recipient& recipient;
        const char* alg;
    } kinds[] = {{rsa_recipient(), "RSA-OAEP"},
                 {ec_recipient(), "ECDH-ES"},
                 {x25519_recipient(), "ECDH-ES"}};
    for (const auto& kind : kinds) {
        check_decrypting(kind.recipient, kind.alg, kind.recipient.private_jwk(),
                         SecretFormat::kJwk);
        check_decrypting(kind.recipient, kind.alg, kind.recipient.private_pem(),
                         SecretFormat::kPem);
    }
}

/* That decrypting went well is not enough. */
void test_halves_are_compared(void** /*state*/) {
    const std::string jwk = rsa_recipient().private_jwk();
    garbles = true;
    const auto parsed = parse(jwk, SecretFormat::kJwk, {false, true});
    garbles = false;
    assert_true(parsed && !parsed->ok());
    const auto whole = parse(jwk, SecretFormat::kJwk, {false, true});
    assert_true(whole && whole->ok());
}

/* OpenSSL's pairwise check happens to look at the range too, which nobody promises. */
void test_the_range_of_a_private_number_counts(void** /*state*/) {
    const std::string jwk = ec_recipient().private_jwk();
    out_of_range = true;
    const auto parsed = parse(jwk, SecretFormat::kJwk, {false, true});
    out_of_range = false;
    assert_true(parsed && !parsed->ok());
    const auto whole = parse(jwk, SecretFormat::kJwk, {false, true});
    assert_true(whole && whole->ok());
}

/* Whatever can't be looked at, none of these is called sound. */
void test_weak_keys(void** /*state*/) {
    const std::string order_8 =
        "\xc7\x17\x6a\x70\x3d\x4d\xd8\x4f\xba\x3c\x0b\x76\x0d\x10\x67\x0f"
        "\x2a\x20\x53\xfa\x2c\x39\xcc\xc6\x4e\xc7\xfd\x77\x92\xac\x03\x7a";
    const Signer small = Signer::rsa(1024);
    for (const std::string& text :
         {small.jwk(), Signer::oct("short").jwk(),
          R"({"kty":"OKP","crv":"Ed25519","x":")" + encode_base64url(order_8) + "\"}",
          R"({"kty":"OKP","crv":"Ed25519","x":"AQ)" + std::string(41, 'A') + "\"}",
          R"({"kty":"OKP","crv":"Ed448","x":"AQ)" + std::string(74, 'A') + "\"}"}) {
        with_every_call_failing([&] {
            const auto parsed = parse(text, SecretFormat::kJwk, {true, false});
            assert_false(parsed && parsed->ok());
        });
    }
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_keys_that_verify),
        cmocka_unit_test(test_keys_that_decrypt),
        cmocka_unit_test(test_halves_are_compared),
        cmocka_unit_test(test_the_range_of_a_private_number_counts),
        cmocka_unit_test(test_weak_keys),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
