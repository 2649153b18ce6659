#include "jose/pem.h"

#include <openssl/core_names.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <string>

#include "base/handles.h"
#include "checks.h"
#include "fakes.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

constexpr std::string_view kInput = "header.payload";

std::string content(const BioHandle& memory) {
    char* text = nullptr;
    const long size = BIO_get_mem_data(memory.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

BioHandle memory() { return BioHandle(BIO_new(BIO_s_mem())); }

std::string public_pem(const Signer& signer) {
    const BioHandle out = memory();
    PEM_write_bio_PUBKEY(out.get(), signer.native());
    return content(out);
}

/* PKCS #8, encrypted where there is a cipher. */
std::string private_pem(const Signer& signer, const EVP_CIPHER* cipher = nullptr) {
    const BioHandle out = memory();
    char password[] = "secret";
    PEM_write_bio_PKCS8PrivateKey(out.get(), signer.native(), cipher, password, 6, nullptr,
                                  nullptr);
    return content(out);
}

/* The older form, "RSA PRIVATE KEY" or "EC PRIVATE KEY". */
std::string traditional_pem(const Signer& signer, const EVP_CIPHER* cipher = nullptr) {
    const BioHandle out = memory();
    unsigned char password[] = "secret";
    PEM_write_bio_PrivateKey_traditional(out.get(), signer.native(), cipher, password, 6, nullptr,
                                         nullptr);
    return content(out);
}

std::string certificate_pem(const Signer& signer, const EVP_MD* digest) {
    const CertificateHandle made(X509_new());
    X509_gmtime_adj(X509_getm_notBefore(made.get()), 0);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), 60);
    X509_set_pubkey(made.get(), signer.native());
    X509_sign(made.get(), signer.native(), digest);
    const BioHandle out = memory();
    PEM_write_bio_X509(out.get(), made.get());
    return content(out);
}

std::string labelled(const std::string& label, const std::string& bytes) {
    return "-----BEGIN " + label + "-----\n" + encode_base64(bytes) + "\n-----END " + label +
           "-----\n";
}

std::string pkcs1_public_pem(const Signer& signer) {
    unsigned char* der = nullptr;
    const int size = i2d_PublicKey(signer.native(), &der);
    const OpensslMemory owner(der);
    return labelled("RSA PUBLIC KEY",
                    {reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)});
}

void check_verifies(const std::string& text, const Signer& signer, const char* alg, bool is_private,
                    Place place = Place::here()) {
    bool found_private = !is_private;
    const auto key = parse_pem(to_secret(text), "the name", &found_private);
    check_good(key, place);
    check_text(key.value()->name(), "the name", place);
    _assert_int_equal(found_private, is_private, place.file, place.line);
    _assert_true(key.value()->verify(*find_algorithm(alg), kInput, signer.sign(alg, kInput)), alg,
                 place.file, place.line);
    check_no_error_queued(place);
}

void check_bad(const std::string& text, std::string_view why, Place place = Place::here()) {
    bool is_private = true;
    check_refused(parse_pem(to_secret(text), "a", &is_private), why, place);
}

void test_public_keys(void** /*state*/) {
    const Signer ed25519 = Signer::okp("Ed25519");
    const Signer ed448 = Signer::okp("Ed448");
    const Signer p384 = Signer::ec("P-384");
    const Signer p521 = Signer::ec("P-521");
    const Signer k256 = Signer::ec("secp256k1");
    check_verifies(public_pem(rsa_signer()), rsa_signer(), "RS256", false);
    check_verifies(public_pem(rsa_signer()), rsa_signer(), "PS384", false);
    check_verifies(public_pem(ec_signer()), ec_signer(), "ES256", false);
    check_verifies(public_pem(p384), p384, "ES384", false);
    check_verifies(public_pem(p521), p521, "ES512", false);
    check_verifies(public_pem(k256), k256, "ES256K", false);
    check_verifies(public_pem(ed25519), ed25519, "EdDSA", false);
    check_verifies(public_pem(ed448), ed448, "EdDSA", false);
    check_verifies(pkcs1_public_pem(rsa_signer()), rsa_signer(), "RS512", false);
}

void test_certificates(void** /*state*/) {
    const Signer ed25519 = Signer::okp("Ed25519");
    check_verifies(certificate_pem(rsa_signer(), EVP_sha256()), rsa_signer(), "RS256", false);
    check_verifies(certificate_pem(ec_signer(), EVP_sha256()), ec_signer(), "ES256", false);
    check_verifies(certificate_pem(ed25519, nullptr), ed25519, "EdDSA", false);
}

void test_private_keys(void** /*state*/) {
    const Signer ed448 = Signer::okp("Ed448");
    check_verifies(private_pem(rsa_signer()), rsa_signer(), "RS256", true);
    check_verifies(private_pem(ec_signer()), ec_signer(), "ES256", true);
    check_verifies(private_pem(ed448), ed448, "EdDSA", true);
    check_verifies(traditional_pem(rsa_signer()), rsa_signer(), "RS256", true);
    check_verifies(traditional_pem(ec_signer()), ec_signer(), "ES256", true);
}

void test_the_gateways_symmetric_labels(void** /*state*/) {
    const std::string secret(48, 's');
    for (const char* label : {"HMAC SECRET KEY", "AES SECRET KEY", "GENERIC SECRET"}) {
        check_verifies(labelled(label, secret), Signer::oct(secret), "HS384", true);
    }
    // The bytes of a key are no secret, whatever label they bear.
    bool is_private = false;
    const auto key = parse_pem(to_secret(labelled("HMAC SECRET KEY", public_pem(rsa_signer()))),
                               "a", &is_private);
    check_good(key);
    check_holds(key.value()->weakness(KeyPurpose::kVerify), "no secret");
}

void test_pss_keys_are_restricted(void** /*state*/) {
    const Signer signer = Signer::rsa_pss();
    bool is_private = true;
    const auto key = parse_pem(to_secret(public_pem(signer)), "a", &is_private);
    check_good(key);
    assert_false(key.value()->fits(*find_algorithm("RS256")));
    assert_true(key.value()->fits(*find_algorithm("PS256")));
    assert_true(
        key.value()->verify(*find_algorithm("PS256"), kInput, signer.sign("PS256", kInput)));
    check_no_error_queued();
}

/* RFC 8017 appendix A.2.3: it may name the hash, the one of MGF1, and the least salt. */
void test_parameters_of_pss_keys(void** /*state*/) {
    const struct {
        const EVP_MD* digest;
        const EVP_MD* mask_digest;
        int salt;
        const char* fitting;
    } rows[] = {{EVP_sha256(), EVP_sha256(), 32, "PS256"}, {EVP_sha384(), EVP_sha384(), 0, "PS384"},
                {EVP_sha512(), EVP_sha512(), 20, "PS512"}, {EVP_sha1(), EVP_sha1(), 20, ""},
                {EVP_sha256(), EVP_sha1(), 32, ""},        {EVP_sha256(), EVP_sha256(), 33, ""}};
    for (const auto& row : rows) {
        const Signer signer = Signer::rsa_pss(row.digest, row.mask_digest, row.salt);
        if (*row.fitting == '\0') {
            check_bad(public_pem(signer), "RSASSA-PSS parameters");
            continue;
        }
        bool is_private = true;
        const auto key = parse_pem(to_secret(public_pem(signer)), "a", &is_private);
        check_good(key);
        for (const Algorithm* algorithm : algorithms_of(AlgorithmKind::kSignature)) {
            assert_int_equal(key.value()->fits(*algorithm), algorithm->name == row.fitting);
        }
        const Algorithm& algorithm = *find_algorithm(row.fitting);
        assert_true(key.value()->verify(algorithm, kInput, signer.sign(row.fitting, kInput)));
        check_no_error_queued();
    }
}

/* What "openssl ecparam -genkey" writes: the curve, and then the key. */
void test_the_curve_before_its_key_is_passed_over(void** /*state*/) {
    const std::string curve = labelled("EC PARAMETERS", "\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07");
    check_verifies(curve + traditional_pem(ec_signer()), ec_signer(), "ES256", true);
    check_verifies(curve + curve + public_pem(rsa_signer()), rsa_signer(), "RS256", false);
    check_bad(curve, "no PEM block");
    check_bad(curve + labelled("DH PARAMETERS", "abc"), "no certificate and no key");
}

void test_the_first_block_counts(void** /*state*/) {
    check_verifies("Subject: somebody\n" + public_pem(ec_signer()) + public_pem(rsa_signer()),
                   ec_signer(), "ES256", false);
    check_bad(labelled("X", "abc") + public_pem(ec_signer()), "no certificate and no key");
}

/* Nobody is asked for a password while NGINX starts. */
void test_encrypted_keys_are_refused(void** /*state*/) {
    check_bad(private_pem(rsa_signer(), EVP_aes_128_cbc()), "encrypted");
    check_bad(traditional_pem(rsa_signer(), EVP_aes_128_cbc()), "encrypted");
    check_bad(traditional_pem(ec_signer(), EVP_aes_128_cbc()), "encrypted");
}

void test_text_without_a_block_is_refused(void** /*state*/) {
    const std::string pem = public_pem(ec_signer());
    check_bad("", "no PEM block");
    check_bad("no key at all", "no PEM block");
    check_bad(std::string(1000, '\0'), "no PEM block");
    check_bad(pem.substr(0, pem.size() / 2), "no PEM block");
    check_bad(replaced(pem, "-----END PUBLIC KEY-----", ""), "no PEM block");
    check_bad(replaced(pem, "END PUBLIC", "END PRIVATE"), "no PEM block");
}

void test_blocks_that_hold_no_key_are_refused(void** /*state*/) {
    for (const char* label : {"CERTIFICATE", "PUBLIC KEY", "RSA PUBLIC KEY", "PRIVATE KEY",
                              "RSA PRIVATE KEY", "EC PRIVATE KEY"}) {
        check_bad(labelled(label, "no DER"), "no certificate and no key");
        check_bad(labelled(label, std::string("\x30\x82\xff\xff\x02", 5)),
                  "no certificate and no key");
    }
    for (const char* label : {"CERTIFICATE REQUEST", "OPENSSH PRIVATE KEY", "X509 CRL",
                              "DH PARAMETERS", "hmac secret key"}) {
        check_bad(labelled(label, "abc"), "no certificate and no key");
    }
}

/* A public key under a private label, and the other way round. */
void test_labels_must_be_true(void** /*state*/) {
    check_bad(replaced(public_pem(ec_signer()), "PUBLIC KEY", "CERTIFICATE"), "no certificate");
    check_bad(replaced(public_pem(ec_signer()), "PUBLIC KEY", "PRIVATE KEY"), "no certificate");
    check_bad(replaced(private_pem(ec_signer()), "PRIVATE KEY", "PUBLIC KEY"), "no certificate");
}

void test_keys_that_sign_no_token_are_refused(void** /*state*/) {
    check_bad(public_pem(Signer::okp("X25519")), "signs no token");
    check_bad(public_pem(Signer::ec("P-224")), "signs no token");
    check_bad(private_pem(Signer::ec("P-224")), "signs no token");
    check_bad(public_pem(Signer::ec("brainpoolP256r1")), "signs no token");
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_public_keys),
        cmocka_unit_test(test_certificates),
        cmocka_unit_test(test_private_keys),
        cmocka_unit_test(test_the_gateways_symmetric_labels),
        cmocka_unit_test(test_pss_keys_are_restricted),
        cmocka_unit_test(test_parameters_of_pss_keys),
        cmocka_unit_test(test_the_curve_before_its_key_is_passed_over),
        cmocka_unit_test(test_the_first_block_counts),
        cmocka_unit_test(test_encrypted_keys_are_refused),
        cmocka_unit_test(test_text_without_a_block_is_refused),
        cmocka_unit_test(test_blocks_that_hold_no_key_are_refused),
        cmocka_unit_test(test_labels_must_be_true),
        cmocka_unit_test(test_keys_that_sign_no_token_are_refused),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
