#include "jose/algorithm.h"

#include <openssl/evp.h>

#include <iterator>
#include <set>
#include <string>

#include "base/handles.h"
#include "base/strings.h"
#include "checks.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

using namespace std::string_view_literals;

struct Row {
    const char* name;
    Scheme scheme;
    KeyType key_type;
    Curve curve;
    const char* digest;
    std::size_t size;
};

/* RFC 7518 section 3.1, RFC 8037 section 3.1 and RFC 8812 section 3.2, written down anew. */
constexpr Row kSignatures[] = {
    {"RS256", Scheme::kRsaPkcs1, KeyType::kRsa, Curve::kNone, "SHA256", 0},
    {"RS384", Scheme::kRsaPkcs1, KeyType::kRsa, Curve::kNone, "SHA384", 0},
    {"RS512", Scheme::kRsaPkcs1, KeyType::kRsa, Curve::kNone, "SHA512", 0},
    {"PS256", Scheme::kRsaPss, KeyType::kRsa, Curve::kNone, "SHA256", 0},
    {"PS384", Scheme::kRsaPss, KeyType::kRsa, Curve::kNone, "SHA384", 0},
    {"PS512", Scheme::kRsaPss, KeyType::kRsa, Curve::kNone, "SHA512", 0},
    {"ES256", Scheme::kEcdsa, KeyType::kEc, Curve::kP256, "SHA256", 32},
    {"ES384", Scheme::kEcdsa, KeyType::kEc, Curve::kP384, "SHA384", 48},
    {"ES512", Scheme::kEcdsa, KeyType::kEc, Curve::kP521, "SHA512", 66},
    {"ES256K", Scheme::kEcdsa, KeyType::kEc, Curve::kSecp256k1, "SHA256", 32},
    {"EdDSA", Scheme::kEddsa, KeyType::kOkp, Curve::kNone, "", 0},
    {"HS256", Scheme::kHmac, KeyType::kOct, Curve::kNone, "SHA256", 32},
    {"HS384", Scheme::kHmac, KeyType::kOct, Curve::kNone, "SHA384", 48},
    {"HS512", Scheme::kHmac, KeyType::kOct, Curve::kNone, "SHA512", 64},
};

/* RFC 7518 section 4.1, and the JOSE registry. */
constexpr Row kKeyManagements[] = {
    {"dir", Scheme::kDirect, KeyType::kOct, Curve::kNone, "", 0},
    {"A128KW", Scheme::kAesKeyWrap, KeyType::kOct, Curve::kNone, "", 16},
    {"A192KW", Scheme::kAesKeyWrap, KeyType::kOct, Curve::kNone, "", 24},
    {"A256KW", Scheme::kAesKeyWrap, KeyType::kOct, Curve::kNone, "", 32},
    {"A128GCMKW", Scheme::kAesGcmKeyWrap, KeyType::kOct, Curve::kNone, "", 16},
    {"A192GCMKW", Scheme::kAesGcmKeyWrap, KeyType::kOct, Curve::kNone, "", 24},
    {"A256GCMKW", Scheme::kAesGcmKeyWrap, KeyType::kOct, Curve::kNone, "", 32},
    {"RSA-OAEP", Scheme::kRsaOaep, KeyType::kRsa, Curve::kNone, "SHA1", 0},
    {"RSA-OAEP-256", Scheme::kRsaOaep, KeyType::kRsa, Curve::kNone, "SHA256", 0},
    {"RSA-OAEP-384", Scheme::kRsaOaep, KeyType::kRsa, Curve::kNone, "SHA384", 0},
    {"RSA-OAEP-512", Scheme::kRsaOaep, KeyType::kRsa, Curve::kNone, "SHA512", 0},
    {"ECDH-ES", Scheme::kEcdhEs, KeyType::kEc, Curve::kNone, "SHA256", 0},
    {"ECDH-ES+A128KW", Scheme::kEcdhEsKeyWrap, KeyType::kEc, Curve::kNone, "SHA256", 16},
    {"ECDH-ES+A192KW", Scheme::kEcdhEsKeyWrap, KeyType::kEc, Curve::kNone, "SHA256", 24},
    {"ECDH-ES+A256KW", Scheme::kEcdhEsKeyWrap, KeyType::kEc, Curve::kNone, "SHA256", 32},
};

/* RFC 7518 section 5.1. */
constexpr Row kContentEncryptions[] = {
    {"A128CBC-HS256", Scheme::kAesCbcHmac, KeyType::kOct, Curve::kNone, "SHA256", 32},
    {"A192CBC-HS384", Scheme::kAesCbcHmac, KeyType::kOct, Curve::kNone, "SHA384", 48},
    {"A256CBC-HS512", Scheme::kAesCbcHmac, KeyType::kOct, Curve::kNone, "SHA512", 64},
    {"A128GCM", Scheme::kAesGcm, KeyType::kOct, Curve::kNone, "", 16},
    {"A192GCM", Scheme::kAesGcm, KeyType::kOct, Curve::kNone, "", 24},
    {"A256GCM", Scheme::kAesGcm, KeyType::kOct, Curve::kNone, "", 32},
};

template <std::size_t count>
void check_rows(AlgorithmKind kind, const Row (&rows)[count]) {
    const auto found = algorithms_of(kind);
    assert_int_equal(found.size(), count);
    std::string rest = algorithm_names(kind);
    std::string_view names = rest;
    for (std::size_t at = 0; at < count; ++at) {
        const Row& row = rows[at];
        check_text(next_word(&names), row.name);
        check_text(found[at]->name, row.name);
        assert_true(found[at]->kind == kind);
        assert_true(found[at]->scheme == row.scheme);
        assert_true(found[at]->key_type == row.key_type);
        assert_true(found[at]->curve == row.curve);
        check_text(found[at]->digest == nullptr ? "" : found[at]->digest, row.digest);
        assert_int_equal(found[at]->size, row.size);
    }
    check_text(names, "");
}

void test_the_table(void** /*state*/) {
    check_rows(AlgorithmKind::kSignature, kSignatures);
    check_rows(AlgorithmKind::kKeyManagement, kKeyManagements);
    check_rows(AlgorithmKind::kContentEncryption, kContentEncryptions);
    assert_int_equal(std::size(kSignatures), kSignatureAlgorithmCount);
    assert_int_equal(
        std::size(kSignatures) + std::size(kKeyManagements) + std::size(kContentEncryptions),
        kAlgorithmCount);
}

/* Each row's index is its place: keys hold a verifier at it. No name stands for two. */
void test_indexes_are_places(void** /*state*/) {
    std::set<std::string> names;
    for (std::size_t index = 0; index < kAlgorithmCount; ++index) {
        const Algorithm* algorithm = algorithm_at(index);
        assert_int_equal(algorithm->index, index);
        assert_int_equal(algorithm->kind == AlgorithmKind::kSignature,
                         index < kSignatureAlgorithmCount);
        assert_ptr_equal(find_algorithm(algorithm->name), algorithm);
        assert_true(names.insert(std::string(algorithm->name)).second);
    }
}

/* No JWS may bear the "alg" of a JWE, nor the other way round. */
void test_a_name_is_found_under_its_kind_alone(void** /*state*/) {
    for (std::size_t index = 0; index < kAlgorithmCount; ++index) {
        const Algorithm* algorithm = algorithm_at(index);
        for (const AlgorithmKind kind : {AlgorithmKind::kSignature, AlgorithmKind::kKeyManagement,
                                         AlgorithmKind::kContentEncryption}) {
            assert_ptr_equal(find_algorithm(kind, algorithm->name),
                             kind == algorithm->kind ? algorithm : nullptr);
        }
    }
}

void test_digests_and_ciphers_are_openssls(void** /*state*/) {
    for (std::size_t index = 0; index < kAlgorithmCount; ++index) {
        const Algorithm& algorithm = *algorithm_at(index);
        const DigestHandle digest(algorithm.digest == nullptr
                                      ? nullptr
                                      : EVP_MD_fetch(nullptr, algorithm.digest, nullptr));
        assert_int_equal(digest != nullptr, algorithm.digest != nullptr);
        const CipherHandle cipher(algorithm.cipher == nullptr
                                      ? nullptr
                                      : EVP_CIPHER_fetch(nullptr, algorithm.cipher, nullptr));
        assert_int_equal(cipher != nullptr, algorithm.cipher != nullptr);
        if (cipher) {
            const bool halved = algorithm.scheme == Scheme::kAesCbcHmac;
            assert_int_equal(EVP_CIPHER_get_key_length(cipher.get()) * (halved ? 2 : 1),
                             algorithm.size);
        }
    }
}

/* "none" in any case, what other libraries offer, encryption, and near misses. */
void test_other_names_are_unknown(void** /*state*/) {
    for (const std::string_view name :
         {""sv,        "none"sv,     "None"sv,    "NONE"sv,    "nOnE"sv,
          "hs256"sv,   "HS256 "sv,   " HS256"sv,  "HS25"sv,    "HS2566"sv,
          "HS256\0"sv, "HS1"sv,      "RS1"sv,     "RS224"sv,   "ES521"sv,
          "ES224"sv,   "PS1"sv,      "Ed25519"sv, "Ed448"sv,   "EDDSA"sv,
          "RSA1_5"sv,  "rsa-oaep"sv, "DIR"sv,     "A256CBC"sv, "PBES2-HS256+A128KW"sv}) {
        assert_null(find_algorithm(name));
    }
}

/* What OpenSSL calls a curve must be that curve. */
void test_curves(void** /*state*/) {
    for (const CurveTraits& traits : curve_table()) {
        assert_true(find_curve(traits.name) == traits.curve);
        assert_ptr_equal(traits_of(traits.curve), &traits);
        const PublicKeyHandle key(
            traits.key_type == KeyType::kEc
                ? EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", traits.openssl_name)
                : EVP_PKEY_Q_keygen(nullptr, nullptr, traits.openssl_name));
        assert_non_null(key.get());
        assert_int_equal((EVP_PKEY_get_bits(key.get()) + 7) / 8, traits.coordinate_size);
    }
    assert_null(traits_of(Curve::kNone));
    for (const char* name : {"", "p-256", "P-256 ", "P-192", "P-224", "x25519", "X25519 "}) {
        assert_true(find_curve(name) == Curve::kNone);
    }
}

void test_what_curves_are_for(void** /*state*/) {
    std::string signing;
    std::string agreeing;
    for (const CurveTraits& traits : curve_table()) {
        signing += traits.signs ? std::string(traits.name) + " " : "";
        agreeing += traits.agrees ? std::string(traits.name) + " " : "";
    }
    check_text(signing, "P-256 P-384 P-521 secp256k1 Ed25519 Ed448 ");
    check_text(agreeing, "P-256 P-384 P-521 X25519 X448 ");
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_the_table),
        cmocka_unit_test(test_indexes_are_places),
        cmocka_unit_test(test_a_name_is_found_under_its_kind_alone),
        cmocka_unit_test(test_digests_and_ciphers_are_openssls),
        cmocka_unit_test(test_other_names_are_unknown),
        cmocka_unit_test(test_curves),
        cmocka_unit_test(test_what_curves_are_for),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
