#include "jose/algorithm.h"

#include <openssl/evp.h>

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
constexpr Row kRows[] = {
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

void test_the_table(void** /*state*/) {
    std::size_t count = 0;
    for (const Row& row : kRows) {
        ++count;
        const Algorithm* found = find_algorithm(row.name);
        assert_non_null(found);
        check_text(found->name, row.name);
        assert_true(found->scheme == row.scheme);
        assert_true(found->key_type == row.key_type);
        assert_true(found->curve == row.curve);
        check_text(found->digest == nullptr ? "" : found->digest, row.digest);
        assert_int_equal(found->size, row.size);
    }
    assert_int_equal(count, kAlgorithmCount);
}

/* Each row's index is its place: keys hold a verifier at it. */
void test_indexes_are_places(void** /*state*/) {
    std::set<std::string> names;
    for (std::size_t index = 0; index < kAlgorithmCount; ++index) {
        const Algorithm* algorithm = algorithm_at(index);
        assert_int_equal(algorithm->index, index);
        assert_ptr_equal(find_algorithm(algorithm->name), algorithm);
        assert_true(names.insert(std::string(algorithm->name)).second);
    }
}

void test_digests_are_openssls(void** /*state*/) {
    for (std::size_t index = 0; index < kAlgorithmCount; ++index) {
        const char* name = algorithm_at(index)->digest;
        const DigestHandle digest(name == nullptr ? nullptr : EVP_MD_fetch(nullptr, name, nullptr));
        assert_int_equal(digest != nullptr, name != nullptr);
    }
}

/* "none" in any case, what other libraries offer, encryption, and near misses. */
void test_other_names_are_unknown(void** /*state*/) {
    for (const std::string_view name :
         {""sv,        "none"sv,     "None"sv,    "NONE"sv,    "nOnE"sv,
          "hs256"sv,   "HS256 "sv,   " HS256"sv,  "HS25"sv,    "HS2566"sv,
          "HS256\0"sv, "HS1"sv,      "RS1"sv,     "RS224"sv,   "ES521"sv,
          "ES224"sv,   "PS1"sv,      "Ed25519"sv, "Ed448"sv,   "EDDSA"sv,
          "RSA1_5"sv,  "RSA-OAEP"sv, "dir"sv,     "A256GCM"sv, "PBES2-HS256+A128KW"sv}) {
        assert_null(find_algorithm(name));
    }
}

void test_curves(void** /*state*/) {
    assert_true(find_curve("P-256") == Curve::kP256);
    assert_true(find_curve("P-384") == Curve::kP384);
    assert_true(find_curve("P-521") == Curve::kP521);
    assert_true(find_curve("secp256k1") == Curve::kSecp256k1);
    assert_true(find_curve("Ed25519") == Curve::kEd25519);
    assert_true(find_curve("Ed448") == Curve::kEd448);
    for (const char* name : {"", "p-256", "P-256 ", "P-192", "P-224", "X25519", "X448"}) {
        assert_true(find_curve(name) == Curve::kNone);
    }
}

void test_names_for_messages(void** /*state*/) {
    std::string rest = algorithm_names();
    std::string_view names = rest;
    for (const Row& row : kRows) {
        check_text(next_word(&names), row.name);
    }
    check_text(names, "");
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_the_table),
        cmocka_unit_test(test_indexes_are_places),
        cmocka_unit_test(test_digests_are_openssls),
        cmocka_unit_test(test_other_names_are_unknown),
        cmocka_unit_test(test_curves),
        cmocka_unit_test(test_names_for_messages),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
