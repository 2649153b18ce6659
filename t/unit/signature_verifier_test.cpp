#include "jose/signature_verifier.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/obj_mac.h>
#include <openssl/rsa.h>

#include <string>

#include "base/handles.h"
#include "checks.h"
#include "fakes.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

constexpr std::string_view kInput = "header.payload";

const Algorithm& algorithm(std::string_view name) {
    const Algorithm* found = find_algorithm(name);
    assert_non_null(found);
    return *found;
}

std::unique_ptr<SignatureVerifier> verifier_of(const Signer& signer, std::string_view alg) {
    auto verifier = make_public_key_verifier(algorithm(alg), signer.native());
    assert_non_null(verifier.get());
    return verifier;
}

const std::string kSecret(64, 'k');

std::unique_ptr<SignatureVerifier> hmac_verifier(std::string_view alg) {
    auto verifier = make_hmac_verifier(algorithm(alg), to_secret(kSecret));
    assert_non_null(verifier.get());
    return verifier;
}

void check_verdict(SignatureVerifier* verifier, std::string_view signature, bool good,
                   Place place = Place::here()) {
    _assert_int_equal(verifier->verify(kInput, signature), good, place.file, place.line);
    check_no_error_queued(place);
}

/* The good one, everything near it, and the good one again: a context outlives its failures. */
void check_neighbours(SignatureVerifier* verifier, const std::string& good) {
    check_verdict(verifier, good, true);
    check_verdict(verifier, good, true);
    for (std::size_t at = 0; at < good.size(); ++at) {
        std::string flipped = good;
        flipped[at] = static_cast<char>(flipped[at] ^ (1 << at % 8));
        check_verdict(verifier, flipped, false);
    }
    check_verdict(verifier, "", false);
    check_verdict(verifier, good.substr(1), false);
    check_verdict(verifier, good.substr(0, good.size() - 1), false);
    check_verdict(verifier, good.substr(0, good.size() / 2), false);
    check_verdict(verifier, good + '\0', false);
    check_verdict(verifier, '\0' + good, false);
    check_verdict(verifier, good + good, false);
    check_verdict(verifier, std::string(good.size(), '\0'), false);
    check_verdict(verifier, std::string(good.size(), '\xff'), false);
    check_verdict(verifier, std::string(65536, 'x'), false);
    assert_false(verifier->verify("header.payloae", good));
    assert_false(verifier->verify("header.payload.", good));
    assert_false(verifier->verify("", good));
    check_verdict(verifier, good, true);
}

void test_rsa(void** /*state*/) {
    for (const char* alg : {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}) {
        const auto verifier = verifier_of(rsa_signer(), alg);
        check_neighbours(verifier.get(), rsa_signer().sign(alg, kInput));
    }
}

void test_ecdsa(void** /*state*/) {
    const struct {
        const char* alg;
        const char* curve;
    } kinds[] = {
        {"ES256", "P-256"}, {"ES384", "P-384"}, {"ES512", "P-521"}, {"ES256K", "secp256k1"}};
    for (const auto& kind : kinds) {
        const Signer signer = Signer::ec(kind.curve);
        const auto verifier = verifier_of(signer, kind.alg);
        const std::string good = signer.sign(kind.alg, kInput);
        assert_int_equal(good.size(), 2 * algorithm(kind.alg).size);
        check_neighbours(verifier.get(), good);
    }
}

/*
 * The engine's DER has an integer as short as it can be, yet never negative: r and s of all shapes
 * must get through. One number in 256 begins with a zero byte.
 */
void test_numbers_of_all_lengths_get_through(void** /*state*/) {
    constexpr int kMostTries = 20000;
    const auto verifier = verifier_of(ec_signer(), "ES256");
    int short_r = 0;
    int short_s = 0;
    for (int tries = 0; tries < kMostTries && (short_r == 0 || short_s == 0); ++tries) {
        const std::string good = ec_signer().sign("ES256", kInput);
        check_verdict(verifier.get(), good, true);
        short_r += good[0] == 0 ? 1 : 0;
        short_s += good[32] == 0 ? 1 : 0;
    }
    assert_int_not_equal(short_r, 0);
    assert_int_not_equal(short_s, 0);
}

void test_eddsa(void** /*state*/) {
    for (const char* curve : {"Ed25519", "Ed448"}) {
        const Signer signer = Signer::okp(curve);
        const auto verifier = verifier_of(signer, "EdDSA");
        check_neighbours(verifier.get(), signer.sign("EdDSA", kInput));
    }
}

void test_hmac(void** /*state*/) {
    const Signer signer = Signer::oct(kSecret);
    for (const char* alg : {"HS256", "HS384", "HS512"}) {
        const auto verifier = hmac_verifier(alg);
        check_neighbours(verifier.get(), signer.sign(alg, kInput));
    }
}

/* No algorithm accepts what another made with the same key. */
void test_algorithms_are_not_mixed_up(void** /*state*/) {
    const Signer symmetric = Signer::oct(kSecret);
    const char* rsa[] = {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"};
    const char* hmac[] = {"HS256", "HS384", "HS512"};
    for (const char* asked : rsa) {
        const auto verifier = verifier_of(rsa_signer(), asked);
        for (const char* made : rsa) {
            check_verdict(verifier.get(), rsa_signer().sign(made, kInput),
                          std::string_view(asked) == made);
        }
    }
    for (const char* asked : hmac) {
        const auto verifier = hmac_verifier(asked);
        for (const char* made : hmac) {
            check_verdict(verifier.get(), symmetric.sign(made, kInput),
                          std::string_view(asked) == made);
        }
    }
}

void test_another_key_does_not_verify(void** /*state*/) {
    const Signer other_rsa = Signer::rsa();
    const Signer other_ec = Signer::ec("P-256");
    const Signer other_okp = Signer::okp("Ed25519");
    check_verdict(verifier_of(rsa_signer(), "RS256").get(), other_rsa.sign("RS256", kInput), false);
    check_verdict(verifier_of(rsa_signer(), "PS256").get(), other_rsa.sign("PS256", kInput), false);
    check_verdict(verifier_of(ec_signer(), "ES256").get(), other_ec.sign("ES256", kInput), false);
    check_verdict(verifier_of(Signer::okp("Ed25519"), "EdDSA").get(),
                  other_okp.sign("EdDSA", kInput), false);
    check_verdict(hmac_verifier("HS256").get(),
                  Signer::oct(std::string(64, 'o')).sign("HS256", kInput), false);
}

std::string number(const BIGNUM* value) {
    std::string text(32, '\0');
    BN_bn2binpad(value, reinterpret_cast<unsigned char*>(text.data()), 32);
    return text;
}

/* CVE-2022-21449: r and s must lie in [1, n-1]. */
void test_r_and_s_lie_in_their_range(void** /*state*/) {
    const auto verifier = verifier_of(ec_signer(), "ES256");
    EC_GROUP* const group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    const BignumHandle order(BN_dup(EC_GROUP_get0_order(group)));
    EC_GROUP_free(group);
    const BignumHandle less(BN_dup(order.get()));
    BN_sub_word(less.get(), 1);
    const BignumHandle zero(BN_new());
    const BignumHandle one(BN_dup(BN_value_one()));
    const std::string edges[] = {number(zero.get()), number(one.get()), number(less.get()),
                                 number(order.get()), std::string(32, '\xff')};
    for (const std::string& r : edges) {
        for (const std::string& s : edges) {
            check_verdict(verifier.get(), r + s, false);
        }
    }
    const std::string good = ec_signer().sign("ES256", kInput);
    check_verdict(verifier.get(), number(zero.get()) + good.substr(32), false);
    check_verdict(verifier.get(), good.substr(0, 32) + number(zero.get()), false);
    check_verdict(verifier.get(), good, true);
}

/* RFC 7518 section 3.4: r and s as they are; the DER that OpenSSL writes is another thing. */
void test_der_is_refused(void** /*state*/) {
    const std::string good = ec_signer().sign("ES256", kInput);
    const auto* raw = reinterpret_cast<const unsigned char*>(good.data());
    const EcdsaSignatureHandle numbers(ECDSA_SIG_new());
    ECDSA_SIG_set0(numbers.get(), BN_bin2bn(raw, 32, nullptr), BN_bin2bn(raw + 32, 32, nullptr));
    unsigned char* encoded = nullptr;
    const int size = i2d_ECDSA_SIG(numbers.get(), &encoded);
    const OpensslMemory owner(encoded);
    const auto verifier = verifier_of(ec_signer(), "ES256");
    check_verdict(verifier.get(), {reinterpret_cast<const char*>(encoded), std::size_t(size)},
                  false);
    check_verdict(verifier.get(), good, true);
}

std::string pss_with_salt(int salt) {
    const DigestContextHandle context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* key = nullptr;
    EVP_DigestSignInit_ex(context.get(), &key, "SHA256", nullptr, nullptr, rsa_signer().native(),
                          nullptr);
    EVP_PKEY_CTX_set_rsa_padding(key, RSA_PKCS1_PSS_PADDING);
    EVP_PKEY_CTX_set_rsa_pss_saltlen(key, salt);
    std::string signature(256, '\0');
    std::size_t size = signature.size();
    EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                   reinterpret_cast<const unsigned char*>(kInput.data()), kInput.size());
    return signature;
}

/* RFC 7518 section 3.5: the salt is as long as the hash. */
void test_the_salt_of_pss_has_one_length(void** /*state*/) {
    const auto verifier = verifier_of(rsa_signer(), "PS256");
    check_verdict(verifier.get(), pss_with_salt(32), true);
    for (const int salt : {0, 20, 31, 33, 222}) {
        check_verdict(verifier.get(), pss_with_salt(salt), false);
    }
}

/* RFC 8032 section 5.1.7: s beyond the group's order would make a second good signature. */
void test_eddsa_is_not_malleable(void** /*state*/) {
    constexpr unsigned char kOrder[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,
                                          0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
                                          0,    0,    0,    0,    0,    0,    0,    0,
                                          0,    0,    0,    0,    0,    0,    0,    0x10};
    const Signer signer = Signer::okp("Ed25519");
    const auto verifier = verifier_of(signer, "EdDSA");
    const std::string good = signer.sign("EdDSA", kInput);
    std::string other = good;
    unsigned carry = 0;
    for (std::size_t at = 0; at < 32; ++at) {
        carry += static_cast<unsigned char>(other[32 + at]) + kOrder[at];
        other[32 + at] = static_cast<char>(carry & 0xff);
        carry >>= 8;
    }
    check_verdict(verifier.get(), good, true);
    check_verdict(verifier.get(), other, false);
}

/* What others left in the queue, or OpenSSL by the way, doesn't stay there: TLS would find it. */
void test_the_error_queue_is_left_empty(void** /*state*/) {
    const struct {
        const char* alg;
        Signer signer;
    } rows[] = {{"RS256", Signer::rsa()},
                {"PS256", Signer::rsa()},
                {"ES256", Signer::ec("P-256")},
                {"EdDSA", Signer::okp("Ed25519")},
                {"HS256", Signer::oct(std::string(32, 's'))}};
    const SecretBytes secret = to_secret(std::string(32, 's'));
    for (const auto& row : rows) {
        ERR_raise(ERR_LIB_USER, ERR_R_INTERNAL_ERROR);
        const auto verifier = row.signer.native() == nullptr
                                  ? make_hmac_verifier(algorithm(row.alg), secret)
                                  : verifier_of(row.signer, row.alg);
        check_no_error_queued();
        for (const bool good : {true, false}) {
            const std::string signature = row.signer.sign(row.alg, good ? kInput : "other");
            ERR_raise(ERR_LIB_USER, ERR_R_INTERNAL_ERROR);
            assert_int_equal(verifier->verify(kInput, signature), good);
            check_no_error_queued();
        }
    }
}

/* The engine itself refuses an RSA-PSS key for PKCS #1. */
void test_what_the_engine_refuses_is_no_verifier(void** /*state*/) {
    const Signer pss = Signer::rsa_pss();
    const auto refused = make_public_key_verifier(algorithm("RS256"), pss.native());
    assert_null(refused.get());
    check_no_error_queued();
    const auto made = make_public_key_verifier(algorithm("PS256"), pss.native());
    assert_non_null(made.get());
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_rsa),
        cmocka_unit_test(test_ecdsa),
        cmocka_unit_test(test_numbers_of_all_lengths_get_through),
        cmocka_unit_test(test_eddsa),
        cmocka_unit_test(test_hmac),
        cmocka_unit_test(test_algorithms_are_not_mixed_up),
        cmocka_unit_test(test_another_key_does_not_verify),
        cmocka_unit_test(test_r_and_s_lie_in_their_range),
        cmocka_unit_test(test_der_is_refused),
        cmocka_unit_test(test_the_salt_of_pss_has_one_length),
        cmocka_unit_test(test_eddsa_is_not_malleable),
        cmocka_unit_test(test_the_error_queue_is_left_empty),
        cmocka_unit_test(test_what_the_engine_refuses_is_no_verifier),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
