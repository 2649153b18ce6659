#include "jose/key_strength.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include <string>

#include "base/handles.h"
#include "checks.h"
#include "fakes.h"
#include "hex.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

using ParameterBuilder = Handle<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using Parameters = Handle<OSSL_PARAM, OSSL_PARAM_free>;
using BignumContext = Handle<BN_CTX, BN_CTX_free>;

/* A public key of any numbers; that they make no real key doesn't matter here. */
PublicKeyHandle rsa_key(const BIGNUM* modulus, const BIGNUM* exponent) {
    const ParameterBuilder builder(OSSL_PARAM_BLD_new());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus);
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent);
    const Parameters parameters(OSSL_PARAM_BLD_to_param(builder.get()));
    const PublicKeyContextHandle context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
    EVP_PKEY* key = nullptr;
    EVP_PKEY_fromdata_init(context.get());
    EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get());
    assert_non_null(key);
    return PublicKeyHandle(key);
}

std::string hex_of(const char* byte, std::size_t count) {
    std::string hex;
    for (; count > 0; --count) {
        hex += byte;
    }
    return hex;
}

/* The odd number 2^(bits-1) + 1. */
BignumHandle modulus_of(int bits) {
    BignumHandle modulus(BN_new());
    BN_set_bit(modulus.get(), bits - 1);
    BN_set_bit(modulus.get(), 0);
    return modulus;
}

std::string weakness_of(const BIGNUM* modulus, const BIGNUM* exponent) {
    const PublicKeyHandle key = rsa_key(modulus, exponent);
    const char* weakness = rsa_key_weakness(key.get());
    check_no_error_queued();
    return weakness == nullptr ? "" : weakness;
}

std::string weakness_of(const BIGNUM* modulus, unsigned long exponent) {
    const BignumHandle number(BN_new());
    BN_set_word(number.get(), exponent);
    return weakness_of(modulus, number.get());
}

void test_a_real_key_is_sound(void** /*state*/) {
    assert_null(rsa_key_weakness(rsa_signer().native()));
    check_no_error_queued();
}

void test_moduli_have_bounds(void** /*state*/) {
    check_text(weakness_of(modulus_of(2048).get(), 65537), "");
    check_holds(weakness_of(modulus_of(2047).get(), 65537), "shorter than 2048");
    check_holds(weakness_of(modulus_of(512).get(), 65537), "shorter than 2048");
    check_text(weakness_of(modulus_of(16384).get(), 65537), "");
    check_holds(weakness_of(modulus_of(16385).get(), 65537), "longer than 16384");
}

void test_an_even_modulus_is_no_product_of_two_primes(void** /*state*/) {
    const BignumHandle modulus = modulus_of(2048);
    BN_sub_word(modulus.get(), 1);
    check_holds(weakness_of(modulus.get(), 65537), "even");
}

/* With an exponent of 1 a message is its own signature. */
void test_exponents(void** /*state*/) {
    const BignumHandle modulus = modulus_of(2048);
    check_text(weakness_of(modulus.get(), 3), "");
    check_holds(weakness_of(modulus.get(), 1), "exponent");
    check_holds(weakness_of(modulus.get(), 2), "exponent");
    check_holds(weakness_of(modulus.get(), 65536), "exponent");
}

/* OpenSSL refuses these too, but only when a signature is there. */
void test_exponents_that_verify_nothing(void** /*state*/) {
    const struct {
        int modulus_bits;
        int exponent_bits;
        bool sound;
    } rows[] = {{2048, 64, true},    {2048, 65, true},  {2048, 2047, true}, {2048, 2048, false},
                {2048, 2049, false}, {3072, 65, true},  {3072, 3071, true}, {3073, 64, true},
                {3073, 65, false},   {16384, 64, true}, {16384, 65, false}};
    for (const auto& row : rows) {
        const std::string weakness =
            weakness_of(modulus_of(row.modulus_bits).get(), modulus_of(row.exponent_bits).get());
        check_text(weakness, row.sound ? ""
                                       : "its RSA exponent is too long: OpenSSL verifies "
                                         "nothing with it");
    }
}

PublicKeyHandle edwards_key(const char* type, const std::string& bytes) {
    PublicKeyHandle key(EVP_PKEY_new_raw_public_key_ex(
        nullptr, type, nullptr, reinterpret_cast<const unsigned char*>(bytes.data()),
        bytes.size()));
    assert_non_null(key.get());
    return key;
}

/* R is the neutral point and S is 0: good for a multiple of the point's order as the hash. */
bool is_forgeable(EVP_PKEY* key, std::size_t size) {
    std::string signature(2 * size, '\0');
    signature[0] = 1;
    bool forged = false;
    for (int message = 0; message < 100 && !forged; ++message) {
        const DigestContextHandle context(EVP_MD_CTX_new());
        const std::string text = std::to_string(message);
        forged = EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key) == 1 &&
                 EVP_DigestVerify(
                     context.get(), reinterpret_cast<const unsigned char*>(signature.data()),
                     signature.size(), reinterpret_cast<const unsigned char*>(text.data()),
                     text.size()) == 1;
    }
    ERR_clear_error();
    return forged;
}

/* Whoever chooses such a key, or is made to, accepts what anybody signs. */
void test_points_of_a_low_order(void** /*state*/) {
    const std::string minus_one_25519 = "ec" + hex_of("ff", 30) + "7f";
    const std::string minus_one_448 = "fe" + hex_of("ff", 27) + "fe" + hex_of("ff", 27) + "00";
    const struct {
        const char* type;
        std::string hex;
    } points[] = {
        {"ED25519", "01" + hex_of("00", 31)},
        {"ED25519", minus_one_25519},
        {"ED25519", hex_of("00", 32)},
        {"ED25519", hex_of("00", 31) + "80"},
        {"ED25519", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"},
        {"ED25519", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85"},
        {"ED25519", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"},
        {"ED25519", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"},
        {"ED448", "01" + hex_of("00", 56)},
        {"ED448", minus_one_448},
        {"ED448", hex_of("00", 57)},
        {"ED448", hex_of("00", 56) + "80"},
    };
    for (const auto& point : points) {
        const std::string bytes = from_hex(point.hex);
        const PublicKeyHandle key = edwards_key(point.type, bytes);
        // OpenSSL verifies nothing with those of Ed448.
        assert_int_equal(is_forgeable(key.get(), bytes.size()), point.type[2] == '2');
        const char* weakness = edwards_key_weakness(key.get());
        check_holds(weakness == nullptr ? "" : weakness, "low order");
        check_no_error_queued();
    }
}

/* The same numbers, and the prime added. */
void test_other_ways_to_write_them(void** /*state*/) {
    const struct {
        const char* type;
        std::string hex;
    } points[] = {{"ED25519", "ed" + hex_of("ff", 30) + "7f"},
                  {"ED25519", "ee" + hex_of("ff", 30) + "7f"},
                  {"ED25519", "ee" + hex_of("ff", 31)},
                  {"ED448", hex_of("ff", 28) + "fe" + hex_of("ff", 27) + "00"},
                  {"ED448", hex_of("00", 28) + hex_of("ff", 28) + "00"}};
    for (const auto& point : points) {
        const PublicKeyHandle key = edwards_key(point.type, from_hex(point.hex));
        assert_non_null(edwards_key_weakness(key.get()));
        check_no_error_queued();
    }
}

void test_other_points_are_sound(void** /*state*/) {
    for (const char* type : {"ED25519", "ED448"}) {
        const bool short_one = std::string(type) == "ED25519";
        const Signer signer = Signer::okp(short_one ? "Ed25519" : "Ed448");
        assert_null(edwards_key_weakness(signer.native()));
        assert_false(is_forgeable(signer.native(), short_one ? 32 : 57));
        // The order 8 is that of one curve alone.
        const PublicKeyHandle key =
            edwards_key(type, from_hex("02" + hex_of("00", short_one ? 31 : 56)));
        assert_null(edwards_key_weakness(key.get()));
    }
    check_no_error_queued();
    assert_non_null(edwards_key_weakness(ec_signer().native()));
    check_no_error_queued();
}

/* CVE-2017-15361: a modulus that is a power of 65537 modulo every small prime. */
void test_factorable_moduli_are_found(void** /*state*/) {
    const BignumContext context(BN_CTX_new());
    const BignumHandle product(BN_dup(BN_value_one()));
    for (const unsigned prime : {3,   5,   7,   11,  13,  17,  19,  23,  29,  31,  37,  41,  43,
                                 47,  53,  59,  61,  67,  71,  73,  79,  83,  89,  97,  101, 103,
                                 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167}) {
        BN_mul_word(product.get(), prime);
    }
    const BignumHandle generator(BN_new());
    BN_set_word(generator.get(), 65537);
    const BignumHandle power(BN_new());
    BN_set_word(power.get(), 1'234'567);
    const BignumHandle residue(BN_new());
    BN_mod_exp(residue.get(), generator.get(), power.get(), product.get(), context.get());
    if (!BN_is_odd(residue.get())) {
        BN_add(residue.get(), residue.get(), product.get());
    }
    const BignumHandle modulus(BN_new());
    BN_lshift(modulus.get(), product.get(), 2048 - BN_num_bits(product.get()));
    BN_add(modulus.get(), modulus.get(), residue.get());
    assert_int_equal(BN_num_bits(modulus.get()), 2048);
    check_holds(weakness_of(modulus.get(), 65537), "CVE-2017-15361");

    // One residue that is no power is enough to be another kind of key.
    BN_add_word(modulus.get(), 2);
    check_text(weakness_of(modulus.get(), 65537), "");
}

void test_a_key_without_rsa_numbers_is_refused(void** /*state*/) {
    check_holds(rsa_key_weakness(ec_signer().native()), "can't be read");
    check_no_error_queued();
}

/* RFC 7518 section 3.2. */
void test_secrets_have_32_bytes_at_least(void** /*state*/) {
    assert_null(symmetric_key_weakness(to_secret(std::string(32, 's'))));
    assert_null(symmetric_key_weakness(to_secret(std::string(32, '\0'))));
    check_holds(symmetric_key_weakness(to_secret(std::string(31, 's'))), "32 bytes");
    check_holds(symmetric_key_weakness(SecretBytes()), "32 bytes");
}

std::string content(const BioHandle& memory) {
    char* text = nullptr;
    const long size = BIO_get_mem_data(memory.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

std::string public_key(bool pem) {
    const BioHandle memory(BIO_new(BIO_s_mem()));
    if (pem) {
        PEM_write_bio_PUBKEY(memory.get(), rsa_signer().native());
    } else {
        i2d_PUBKEY_bio(memory.get(), rsa_signer().native());
    }
    return content(memory);
}

/* PKCS #1, as in "RSA PUBLIC KEY". */
std::string rsa_public_key() {
    unsigned char* der = nullptr;
    const int size = i2d_PublicKey(rsa_signer().native(), &der);
    const OpensslMemory owner(der);
    return {reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)};
}

std::string certificate() {
    const CertificateHandle made(X509_new());
    X509_gmtime_adj(X509_getm_notBefore(made.get()), 0);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), 60);
    X509_set_pubkey(made.get(), ec_signer().native());
    X509_sign(made.get(), ec_signer().native(), EVP_sha256());
    const BioHandle memory(BIO_new(BIO_s_mem()));
    i2d_X509_bio(memory.get(), made.get());
    return content(memory);
}

void check_no_secret(const std::string& bytes, Place place = Place::here()) {
    const char* weakness = symmetric_key_weakness(to_secret(bytes));
    check_holds(weakness == nullptr ? "" : weakness, "no secret", place);
    check_no_error_queued(place);
}

/* CVE-2022-29217 and its like: whoever can read it could sign. */
void test_the_text_of_a_key_is_no_secret(void** /*state*/) {
    check_no_secret(public_key(true));
    check_no_secret("# a comment before it\n" + public_key(true));
    check_no_secret(public_key(false));
    check_no_secret(public_key(false) + "\n");
    check_no_secret(rsa_public_key());
    check_no_secret(certificate());
    check_no_secret("ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ user@host");
    check_no_secret("ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTY user@host");
    check_no_secret(rsa_signer().jwk());
    check_no_secret("\n " + ec_signer().jwk() + "\n");
    check_no_secret(R"({"keys":[)" + rsa_signer().jwk() + "]}");
}

/* PEM without its first and last line: so some issuers show their keys. */
void test_the_base64_of_a_key_is_no_secret(void** /*state*/) {
    check_no_secret(encode_base64(public_key(false)));
    check_no_secret(encode_base64(rsa_public_key()));
    check_no_secret(encode_base64(certificate()));
    std::string lines = encode_base64(public_key(false));
    for (std::size_t at = 64; at < lines.size(); at += 66) {
        lines.insert(at, "\r\n");
    }
    check_no_secret(" " + lines + "\n");
}

/* Text that merely looks a little like it is somebody's secret. */
void test_other_text_may_be_a_secret(void** /*state*/) {
    for (const char* text :
         {"correct horse battery staple, and a bit more",
          "{\"a\":\"object without a key type\"}   ",
          "0\x82 starts like DER and is none at all ...", "----BEGIN with a dash less than it has",
          "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA",
          "a text that holds ssh-rsa in its middle"}) {
        assert_null(symmetric_key_weakness(to_secret(text)));
        check_no_error_queued();
    }
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_a_real_key_is_sound),
        cmocka_unit_test(test_moduli_have_bounds),
        cmocka_unit_test(test_an_even_modulus_is_no_product_of_two_primes),
        cmocka_unit_test(test_exponents),
        cmocka_unit_test(test_exponents_that_verify_nothing),
        cmocka_unit_test(test_points_of_a_low_order),
        cmocka_unit_test(test_other_ways_to_write_them),
        cmocka_unit_test(test_other_points_are_sound),
        cmocka_unit_test(test_factorable_moduli_are_found),
        cmocka_unit_test(test_a_key_without_rsa_numbers_is_refused),
        cmocka_unit_test(test_secrets_have_32_bytes_at_least),
        cmocka_unit_test(test_the_text_of_a_key_is_no_secret),
        cmocka_unit_test(test_the_base64_of_a_key_is_no_secret),
        cmocka_unit_test(test_other_text_may_be_a_secret),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
