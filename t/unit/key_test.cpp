#include "jose/key.h"

#include <openssl/pem.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "checks.h"
#include "fakes.h"
#include "jose/jwk.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

constexpr std::string_view kInput = "header.payload";

const Algorithm& algorithm(std::string_view name) {
    const Algorithm* found = find_algorithm(name);
    assert_non_null(found);
    return *found;
}

/* The names of the algorithms that a key fits, in the table's order. */
std::string fitting(const Key& key) {
    std::string names;
    for (std::size_t index = 0; index < kSignatureAlgorithmCount; ++index) {
        if (key.fits(*algorithm_at(index))) {
            names += names.empty() ? "" : " ";
            names += algorithm_at(index)->name;
        }
    }
    return names;
}

KeyPointer secret_of(std::size_t size, KeyTerms terms = {}) {
    return std::make_unique<const Key>(to_secret(std::string(size, 'k')), std::move(terms));
}

/* Type and curve decide the family; no key fits two. */
void test_a_key_fits_its_own_family(void** /*state*/) {
    check_text(fitting(*rsa_signer().key()), "RS256 RS384 RS512 PS256 PS384 PS512");
    check_text(fitting(*ec_signer().key()), "ES256");
    check_text(fitting(*Signer::ec("P-384").key()), "ES384");
    check_text(fitting(*Signer::ec("P-521").key()), "ES512");
    check_text(fitting(*Signer::ec("secp256k1").key()), "ES256K");
    check_text(fitting(*Signer::okp("Ed25519").key()), "EdDSA");
    check_text(fitting(*Signer::okp("Ed448").key()), "EdDSA");
    check_text(fitting(*oct_signer().key()), "HS256 HS384 HS512");
}

/* RFC 7518 section 3.2, from both sides of each bound. */
void test_a_secret_fits_hashes_up_to_its_length(void** /*state*/) {
    const struct {
        std::size_t size;
        const char* names;
    } cases[] = {{0, ""},
                 {1, ""},
                 {31, ""},
                 {32, "HS256"},
                 {47, "HS256"},
                 {48, "HS256 HS384"},
                 {63, "HS256 HS384"},
                 {64, "HS256 HS384 HS512"},
                 {1000, "HS256 HS384 HS512"}};
    for (const auto& expected : cases) {
        check_text(fitting(*secret_of(expected.size)), expected.names);
    }
}

/* RFC 7517 section 4.4: "alg" binds a key to that algorithm. */
void test_a_key_is_bound_to_its_algorithm(void** /*state*/) {
    check_text(fitting(*rsa_signer().key(R"(,"alg":"PS384")")), "PS384");
    check_text(fitting(*oct_signer().key(R"(,"alg":"HS256")")), "HS256");
    check_text(fitting(*oct_signer().key(R"(,"alg":"A256GCM")")), "");
    check_text(fitting(*ec_signer().key(R"(,"alg":"ES384")")), "");
    check_text(fitting(*rsa_signer().key(R"(,"alg":"HS256")")), "");
    check_text(fitting(*rsa_signer().key(R"(,"alg":"rs256")")), "");
    check_text(fitting(*rsa_signer().key(R"(,"alg":"")")), "RS256 RS384 RS512 PS256 PS384 PS512");
}

void test_a_key_that_may_not_verify_fits_nothing(void** /*state*/) {
    for (const char* members : {R"(,"use":"enc")", R"(,"key_ops":["sign"])"}) {
        check_text(fitting(*rsa_signer().key(members)), "");
        check_text(fitting(*ec_signer().key(members)), "");
        check_text(fitting(*oct_signer().key(members)), "");
        assert_false(rsa_signer().key(members)->may_verify());
    }
}

/* RFC 8017 appendix A.2.3: such a key must not be used with PKCS #1. */
void test_a_pss_key_fits_pss_alone(void** /*state*/) {
    KeyTerms terms;
    terms.restricted_to_pss = true;
    const Signer signer = Signer::rsa_pss();
    EVP_PKEY_up_ref(signer.native());
    const Key key(KeyType::kRsa, Curve::kNone, PublicKeyHandle(signer.native()), std::move(terms));
    check_text(fitting(key), "PS256 PS384 PS512");
}

void test_a_good_signature_is_verified(void** /*state*/) {
    const Signer signers[] = {Signer::ec("P-384"), Signer::okp("Ed448"),
                              Signer::oct(std::string(48, 'k'))};
    const char* names[] = {"ES384", "EdDSA", "HS384"};
    for (std::size_t at = 0; at < 3; ++at) {
        const KeyPointer key = signers[at].key();
        const std::string good = signers[at].sign(names[at], kInput);
        // The second time the engine's context is there already.
        assert_true(key->verify(algorithm(names[at]), kInput, good));
        assert_true(key->verify(algorithm(names[at]), kInput, good));
        assert_false(key->verify(algorithm(names[at]), "another", good));
        assert_false(key->verify(algorithm(names[at]), kInput, ""));
        check_no_error_queued();
    }
}

/* One key, several algorithms: each has a context of its own. */
void test_algorithms_of_one_key_take_turns(void** /*state*/) {
    const KeyPointer key = rsa_signer().key();
    for (int round = 0; round < 2; ++round) {
        for (const char* alg : {"RS256", "PS512", "RS384", "PS256"}) {
            assert_true(key->verify(algorithm(alg), kInput, rsa_signer().sign(alg, kInput)));
            assert_false(key->verify(algorithm(alg), kInput, rsa_signer().sign("RS512", kInput)));
        }
    }
    check_no_error_queued();
}

/* What doesn't fit is never handed to the engine, be the signature ever so good. */
void test_verifying_asks_whether_it_fits(void** /*state*/) {
    const std::string good = rsa_signer().sign("RS256", kInput);
    assert_true(rsa_signer().key()->verify(algorithm("RS256"), kInput, good));
    assert_false(rsa_signer().key(R"(,"alg":"RS512")")->verify(algorithm("RS256"), kInput, good));
    assert_false(rsa_signer().key(R"(,"use":"enc")")->verify(algorithm("RS256"), kInput, good));
    const Signer small = Signer::oct(std::string(16, 'k'));
    assert_false(small.key()->verify(algorithm("HS256"), kInput, small.sign("HS256", kInput)));
    for (std::size_t index = 0; index < kSignatureAlgorithmCount; ++index) {
        const Algorithm& other = *algorithm_at(index);
        if (other.key_type != KeyType::kRsa) {
            assert_false(rsa_signer().key()->verify(other, kInput, good));
        }
    }
    check_no_error_queued();
}

/* The HMAC of the public key's text must not make a symmetric secret of it. */
void test_a_public_key_is_no_secret(void** /*state*/) {
    const BioHandle memory(BIO_new(BIO_s_mem()));
    PEM_write_bio_PUBKEY(memory.get(), rsa_signer().native());
    char* text = nullptr;
    const long size = BIO_get_mem_data(memory.get(), &text);
    const std::string pem(text, static_cast<std::size_t>(size));
    const std::string forged = Signer::oct(pem).sign("HS256", kInput);
    assert_false(rsa_signer().key()->verify(algorithm("HS256"), kInput, forged));
    assert_non_null(Signer::oct(pem).key()->weakness(KeyPurpose::kVerify));
}

void test_what_a_key_says_of_itself(void** /*state*/) {
    const KeyPointer rsa = rsa_signer().key(R"(,"kid":"the name")");
    check_text(rsa->name(), "the name");
    assert_true(rsa->type() == KeyType::kRsa);
    assert_false(rsa->is_symmetric());
    assert_int_equal(rsa->secret_size(), 0);
    assert_true(rsa->may_verify());
    const KeyPointer oct = secret_of(40);
    check_text(oct->name(), "");
    assert_true(oct->is_symmetric());
    assert_int_equal(oct->secret_size(), 40);
}

/* A cache entry counts only while the very key that vouched for it is there. */
void test_a_digest_tells_keys_apart(void** /*state*/) {
    const Digest digest = rsa_signer().key()->digest();
    assert_true(rsa_signer().key()->digest() == digest);
    std::vector<Digest> others{digest, ec_signer().key()->digest(), secret_of(32)->digest(),
                               secret_of(33)->digest()};
    for (const char* members :
         {R"(,"kid":"a")", R"(,"kid":"aRS256")", R"(,"kid":"a","alg":"RS256")", R"(,"alg":"RS256")",
          R"(,"use":"enc")"}) {
        others.push_back(rsa_signer().key(members)->digest());
    }
    KeyTerms named;
    named.name = "a";
    others.push_back(secret_of(32, named)->digest());
    KeyTerms verifying;
    verifying.may_decrypt = false;
    others.push_back(secret_of(32, verifying)->digest());
    for (auto one = others.begin(); one != others.end(); ++one) {
        assert_int_equal(std::count(others.begin(), others.end(), *one), 1);
    }
}

void test_sound_keys_have_no_weakness(void** /*state*/) {
    assert_null(rsa_signer().key()->weakness(KeyPurpose::kVerify));
    assert_null(ec_signer().key()->weakness(KeyPurpose::kVerify));
    assert_null(Signer::okp("Ed25519").key()->weakness(KeyPurpose::kVerify));
    assert_null(secret_of(32)->weakness(KeyPurpose::kVerify));
    assert_null(oct_signer().key(R"(,"alg":"HS512")")->weakness(KeyPurpose::kVerify));
    check_no_error_queued();
}

void test_weak_keys_say_why(void** /*state*/) {
    const JsonHandle neutral = json(R"({"kty":"OKP","crv":"Ed25519","x":")" +
                                    encode_base64url("\1" + std::string(31, '\0')) + "\"}");
    const auto forged = parse_jwk(neutral.get());
    check_good(forged);
    check_holds(forged.value()->weakness(KeyPurpose::kVerify), "low order");
    check_holds(Signer::rsa(1024).key()->weakness(KeyPurpose::kVerify), "2048 bits");
    check_holds(secret_of(31)->weakness(KeyPurpose::kVerify), "32 bytes");
    check_holds(secret_of(0)->weakness(KeyPurpose::kVerify), "32 bytes");
    KeyTerms terms;
    terms.algorithm = "HS384";
    check_holds(secret_of(47, terms)->weakness(KeyPurpose::kVerify), "hash of its \"alg\"");
    assert_null(secret_of(48, terms)->weakness(KeyPurpose::kVerify));
    // An algorithm of another kind binds no secret's length.
    terms.algorithm = "ES512";
    assert_null(secret_of(32, terms)->weakness(KeyPurpose::kVerify));
    check_no_error_queued();
}

/* What manages keys, or encrypts, verifies nothing. */
void test_an_algorithm_of_another_kind_fits_no_signature(void** /*state*/) {
    for (const KeyPointer& key :
         key_list(rsa_signer().key(), ec_signer().key(), oct_signer().key())) {
        for (std::size_t index = kSignatureAlgorithmCount; index < kAlgorithmCount; ++index) {
            assert_false(key->fits(*algorithm_at(index)));
        }
    }
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_a_key_fits_its_own_family),
        cmocka_unit_test(test_a_secret_fits_hashes_up_to_its_length),
        cmocka_unit_test(test_a_key_is_bound_to_its_algorithm),
        cmocka_unit_test(test_a_key_that_may_not_verify_fits_nothing),
        cmocka_unit_test(test_a_pss_key_fits_pss_alone),
        cmocka_unit_test(test_a_good_signature_is_verified),
        cmocka_unit_test(test_algorithms_of_one_key_take_turns),
        cmocka_unit_test(test_verifying_asks_whether_it_fits),
        cmocka_unit_test(test_a_public_key_is_no_secret),
        cmocka_unit_test(test_what_a_key_says_of_itself),
        cmocka_unit_test(test_a_digest_tells_keys_apart),
        cmocka_unit_test(test_sound_keys_have_no_weakness),
        cmocka_unit_test(test_weak_keys_say_why),
        cmocka_unit_test(test_an_algorithm_of_another_kind_fits_no_signature),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
