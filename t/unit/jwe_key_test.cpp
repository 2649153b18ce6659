#include <string>
#include <vector>

#include "base/base64url.h"
#include "checks.h"
#include "fakes.h"
#include "jose/json.h"
#include "jose/jwe.h"
#include "jose/jwk.h"
#include "jose/key_set.h"
#include "jose/pem.h"
#include "recipient.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

Recipient oct(std::size_t size) { return Recipient::oct(std::string(size, 'k')); }

/* The algorithms that a key decrypts, with "A256GCM" or the "enc" of that size for "dir". */
std::string decrypting(const Key& key, std::string_view enc = "A256GCM") {
    const Algorithm& encryption = *find_algorithm(AlgorithmKind::kContentEncryption, enc);
    std::string names;
    for (const Algorithm* algorithm : algorithms_of(AlgorithmKind::kKeyManagement)) {
        if (key.fits(*algorithm, encryption, key.curve())) {
            names += (names.empty() ? "" : " ") + std::string(algorithm->name);
        }
    }
    return names;
}

const char* const kAgreements = "ECDH-ES ECDH-ES+A128KW ECDH-ES+A192KW ECDH-ES+A256KW";
const char* const kOaep = "RSA-OAEP RSA-OAEP-256 RSA-OAEP-384 RSA-OAEP-512";

void test_a_key_decrypts_its_own_family(void** /*state*/) {
    check_text(decrypting(*rsa_recipient().key()), kOaep);
    for (const char* curve : {"P-256", "P-384", "P-521"}) {
        check_text(decrypting(*Recipient::ec(curve).key()), kAgreements);
    }
    check_text(decrypting(*Recipient::okp("X25519").key()), kAgreements);
    check_text(decrypting(*Recipient::okp("X448").key()), kAgreements);
    check_text(decrypting(*Recipient::ec("secp256k1").key()), "");
    check_text(decrypting(*Recipient::okp("Ed25519").key()), "");
}

void test_a_secret_has_one_length(void** /*state*/) {
    const struct {
        std::size_t size;
        const char* names;
    } rows[] = {{1, ""},
                {15, ""},
                {16, "A128KW A128GCMKW"},
                {17, ""},
                {24, "A192KW A192GCMKW"},
                {31, ""},
                {32, "dir A256KW A256GCMKW"},
                {33, ""},
                {48, ""},
                {64, ""}};
    for (const auto& row : rows) {
        check_text(decrypting(*oct(row.size).key()), row.names);
    }
    check_text(decrypting(*oct(16).key(), "A128GCM"), "dir A128KW A128GCMKW");
    check_text(decrypting(*oct(24).key(), "A192GCM"), "dir A192KW A192GCMKW");
    check_text(decrypting(*oct(32).key(), "A128CBC-HS256"), "dir A256KW A256GCMKW");
    check_text(decrypting(*oct(48).key(), "A192CBC-HS384"), "dir");
    check_text(decrypting(*oct(64).key(), "A256CBC-HS512"), "dir");
    check_text(decrypting(*oct(32).key(), "A256CBC-HS512"), "A256KW A256GCMKW");
}

/* RFC 7517 section 4.4. For direct encryption it is often the "enc" that a key is bound to. */
void test_a_key_is_bound_to_its_algorithm(void** /*state*/) {
    check_text(decrypting(*oct(32).key(R"(,"alg":"A256KW")")), "A256KW");
    check_text(decrypting(*oct(32).key(R"(,"alg":"dir")")), "dir");
    check_text(decrypting(*oct(32).key(R"(,"alg":"A256GCM")")), "dir");
    check_text(decrypting(*oct(32).key(R"(,"alg":"A256GCM")"), "A128CBC-HS256"), "");
    check_text(decrypting(*oct(32).key(R"(,"alg":"A128GCM")")), "");
    check_text(decrypting(*oct(32).key(R"(,"alg":"HS256")")), "");
    check_text(decrypting(*oct(32).key(R"(,"alg":"PBES2-HS256+A128KW")")), "");
    check_text(decrypting(*rsa_recipient().key(R"(,"alg":"RSA-OAEP-256")")), "RSA-OAEP-256");
    check_text(decrypting(*rsa_recipient().key(R"(,"alg":"RSA1_5")")), "");
    check_text(decrypting(*rsa_recipient().key(R"(,"alg":"RS256")")), "");
    check_text(decrypting(*ec_recipient().key(R"(,"alg":"ECDH-ES")")), "ECDH-ES");
}

/* What doesn't fit is never handed to the engine, be the key ever so good. */
void test_decrypting_asks_whether_it_fits(void** /*state*/) {
    for (const char* alg : {"dir", "A256KW", "A256GCMKW"}) {
        const std::string token = oct(32).encrypt(alg, "A256GCM", "content").token();
        const auto jwe = parse_jwe(token);
        check_good(jwe);
        assert_true(oct(32).key()->decrypt(jwe.value()).has_value());
        for (const char* members :
             {R"(,"alg":"A256GCM","use":"sig")", R"(,"alg":"HS256")", R"(,"alg":"A128KW")"}) {
            assert_false(oct(32).key(members)->decrypt(jwe.value()).has_value());
        }
        check_no_error_queued();
    }
}

void test_the_curve_must_be_that_of_epk(void** /*state*/) {
    const KeyPointer key = ec_recipient().key();
    const Algorithm& agreement = *find_algorithm("ECDH-ES");
    const Algorithm& encryption = *find_algorithm("A128GCM");
    for (const CurveTraits& traits : curve_table()) {
        assert_int_equal(key->fits(agreement, encryption, traits.curve),
                         traits.curve == Curve::kP256);
    }
    assert_false(key->fits(agreement, encryption, Curve::kNone));
    assert_false(rsa_recipient().key()->fits(agreement, encryption, Curve::kNone));
}

/* RFC 7517 sections 4.2 and 4.3. */
void test_use_and_operations_must_allow_decrypting(void** /*state*/) {
    for (const char* members :
         {"", R"(,"use":"enc")", R"(,"key_ops":["decrypt"])",
          R"(,"key_ops":["wrapKey","unwrapKey"])", R"(,"key_ops":["deriveKey"])",
          R"(,"key_ops":["deriveBits","sign"])", R"(,"use":"enc","key_ops":["decrypt"])",
          R"(,"alg":"RSA-OAEP")"}) {
        assert_true(rsa_recipient().key(members)->may(KeyPurpose::kDecrypt));
    }
    for (const char* members :
         {R"(,"use":"sig")", R"(,"use":"")", R"(,"use":"ENC")", R"(,"use":null)",
          R"(,"use":["enc"])", R"(,"key_ops":[])", R"(,"key_ops":["encrypt","wrapKey"])",
          R"(,"key_ops":"decrypt")", R"(,"key_ops":["sign","verify"])",
          R"(,"use":"sig","key_ops":["decrypt"])", R"(,"use":"enc","key_ops":["encrypt"])",
          R"(,"alg":"RS256")", R"(,"alg":"RSA1_5")", R"(,"alg":"unknown")"}) {
        assert_false(rsa_recipient().key(members)->may(KeyPurpose::kDecrypt));
        check_text(decrypting(*rsa_recipient().key(members)), "");
    }
}

/* Without words to the contrary one key may do both; with them, one of the two. */
void test_verifying_and_decrypting_are_told_apart(void** /*state*/) {
    const struct {
        const char* members;
        bool verifies;
        bool decrypts;
    } rows[] = {{"", true, true},
                {R"(,"use":"sig")", true, false},
                {R"(,"use":"enc")", false, true},
                {R"(,"alg":"PS256")", true, false},
                {R"(,"alg":"RSA-OAEP-512")", false, true},
                {R"(,"key_ops":["verify","decrypt"])", true, true},
                {R"(,"use":"enc","alg":"RS256")", false, false}};
    for (const auto& row : rows) {
        const KeyPointer key = rsa_recipient().key(row.members);
        assert_int_equal(key->may(KeyPurpose::kVerify), row.verifies);
        assert_int_equal(key->may(KeyPurpose::kDecrypt), row.decrypts);
    }
    assert_false(x25519_recipient().key()->may(KeyPurpose::kVerify));
    assert_false(Recipient::okp("Ed448").key()->may(KeyPurpose::kDecrypt));
    assert_false(Recipient::ec("secp256k1").key()->may(KeyPurpose::kDecrypt));
}

void test_public_keys_decrypt_nothing(void** /*state*/) {
    for (const std::string& jwk : {rsa_recipient().public_jwk(), ec_recipient().public_jwk()}) {
        const auto key = parse_jwk(json(jwk).get());
        check_good(key);
        assert_false(key.value()->may(KeyPurpose::kDecrypt));
        assert_true(key.value()->may(KeyPurpose::kVerify));
        check_text(decrypting(*key.value()), "");
    }
    const auto agreement = parse_jwk(json(x25519_recipient().public_jwk()).get());
    check_refused(agreement, "private half");
    assert_true(agreement.error().ignorable);
}

const char* weakness(const KeyPointer& key, KeyPurpose purpose) {
    const char* why = key->weakness(purpose);
    check_no_error_queued();
    return why == nullptr ? "" : why;
}

void test_weakness_depends_on_the_purpose(void** /*state*/) {
    check_text(weakness(oct(16).key(), KeyPurpose::kDecrypt), "");
    check_holds(weakness(oct(16).key(), KeyPurpose::kVerify), "32 bytes");
    check_text(weakness(oct(40).key(), KeyPurpose::kVerify), "");
    check_holds(weakness(oct(40).key(), KeyPurpose::kDecrypt), "no encryption");
    for (const std::size_t size : {16, 24, 32, 48, 64}) {
        check_text(weakness(oct(size).key(), KeyPurpose::kDecrypt), "");
    }
}

/* A purpose counts that is asked for, and that the key may serve. */
void test_weakness_for_purposes(void** /*state*/) {
    constexpr KeyPurposes kVerifying{true, false};
    constexpr KeyPurposes kDecrypting{false, true};
    constexpr KeyPurposes kBoth{true, true};
    assert_null(oct(16).key()->weakness(kDecrypting));
    assert_non_null(oct(16).key()->weakness(kVerifying));
    assert_non_null(oct(16).key()->weakness(kBoth));
    assert_null(oct(40).key()->weakness(kVerifying));
    assert_non_null(oct(40).key()->weakness(kDecrypting));
    assert_non_null(oct(40).key()->weakness(kBoth));
    assert_null(oct(16).key(R"(,"use":"enc")")->weakness(kBoth));
    assert_null(oct(40).key(R"(,"use":"sig")")->weakness(kBoth));
    assert_null(oct(16).key()->weakness(KeyPurposes{}));
}

void test_bound_secrets_have_the_length_of_their_algorithm(void** /*state*/) {
    check_holds(weakness(oct(32).key(R"(,"alg":"A128KW")"), KeyPurpose::kDecrypt), "\"alg\"");
    check_holds(weakness(oct(16).key(R"(,"alg":"A256GCM")"), KeyPurpose::kDecrypt), "\"alg\"");
    check_text(weakness(oct(16).key(R"(,"alg":"A128KW")"), KeyPurpose::kDecrypt), "");
    check_text(weakness(oct(48).key(R"(,"alg":"dir")"), KeyPurpose::kDecrypt), "");
    check_holds(weakness(oct(40).key(R"(,"alg":"dir")"), KeyPurpose::kDecrypt), "\"alg\"");
}

/* Whoever can read it could encrypt. */
void test_the_text_of_a_key_is_no_secret(void** /*state*/) {
    std::string text = "-----BEGIN PUBLIC KEY-----";
    text.resize(64, 'A');
    check_holds(weakness(Recipient::oct(text).key(), KeyPurpose::kDecrypt), "no secret");
}

void test_short_rsa_keys_are_weak(void** /*state*/) {
    const KeyPointer key = Recipient::rsa(1024).key(R"(,"use":"enc")");
    check_holds(weakness(key, KeyPurpose::kDecrypt), "2048 bits");
}

void test_keys_of_pem_files_decrypt_with_their_private_half(void** /*state*/) {
    const auto key_of = [](const std::string& pem) {
        bool is_private = false;
        auto key = parse_pem(to_secret(pem), "a", &is_private);
        check_good(key);
        assert_true(is_private);
        return std::move(key.value());
    };
    check_text(decrypting(*key_of(rsa_recipient().private_pem())), kOaep);
    check_text(decrypting(*key_of(Recipient::ec("P-521").private_pem())), kAgreements);
    check_text(decrypting(*key_of(Recipient::okp("X448").private_pem())), kAgreements);
    check_text(decrypting(*key_of(Recipient::okp("Ed448").private_pem())), "");
    check_text(decrypting(*key_of("-----BEGIN AES SECRET KEY-----\n" +
                                  encode_base64(std::string(16, 's')) +
                                  "\n-----END AES SECRET KEY-----\n")),
               "A128KW A128GCMKW");
}

/* RFC 8017 appendix A.1: a key of RSASSA-PSS signs and does nothing else. */
void test_pss_keys_decrypt_nothing(void** /*state*/) {
    const Signer signer = Signer::rsa_pss();
    EVP_PKEY_up_ref(signer.native());
    const auto key = import_key(PublicKeyHandle(signer.native()), {});
    check_good(key);
    assert_false(key.value()->may(KeyPurpose::kDecrypt));
}

void test_sets_hold_keys_for_both_purposes(void** /*state*/) {
    auto content =
        parse_jwk_set(R"({"keys":[)" + rsa_recipient().private_jwk(R"(,"kid":"a","use":"enc")") +
                      "," + ec_recipient().public_jwk(R"(,"kid":"a","use":"sig")") + "," +
                      rsa_recipient().public_jwk(R"(,"kid":"b","use":"enc")") + "," +
                      oct(16).private_jwk(R"(,"kid":"c","use":"enc")") + "]}");
    check_good(content);
    assert_true(content.value().problems.empty());
    const KeySet set(std::move(content.value().keys));
    assert_int_equal(set.keys().size(), 3);
    assert_true(set.named("a", KeyPurpose::kDecrypt)[0]->type() == KeyType::kRsa);
    assert_true(set.named("a", KeyPurpose::kVerify)[0]->type() == KeyType::kEc);
    assert_int_equal(set.named("a", KeyPurpose::kDecrypt).size(), 1);
    assert_int_equal(set.named("a", KeyPurpose::kVerify).size(), 1);
    assert_true(set.named("b", KeyPurpose::kDecrypt).empty());
    assert_int_equal(set.named("c", KeyPurpose::kDecrypt).size(), 1);
}

/* What signs, or encrypts the content, manages no key. */
void test_an_algorithm_of_another_kind_manages_no_key(void** /*state*/) {
    const Algorithm& encryption = *find_algorithm("A256GCM");
    for (const KeyPointer& key :
         key_list(rsa_recipient().key(), ec_recipient().key(), oct(32).key())) {
        for (std::size_t index = 0; index < kAlgorithmCount; ++index) {
            const Algorithm& algorithm = *algorithm_at(index);
            if (algorithm.kind != AlgorithmKind::kKeyManagement) {
                assert_false(key->fits(algorithm, encryption, key->curve()));
            }
        }
    }
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_a_key_decrypts_its_own_family),
        cmocka_unit_test(test_a_secret_has_one_length),
        cmocka_unit_test(test_a_key_is_bound_to_its_algorithm),
        cmocka_unit_test(test_decrypting_asks_whether_it_fits),
        cmocka_unit_test(test_the_curve_must_be_that_of_epk),
        cmocka_unit_test(test_use_and_operations_must_allow_decrypting),
        cmocka_unit_test(test_verifying_and_decrypting_are_told_apart),
        cmocka_unit_test(test_public_keys_decrypt_nothing),
        cmocka_unit_test(test_weakness_depends_on_the_purpose),
        cmocka_unit_test(test_weakness_for_purposes),
        cmocka_unit_test(test_bound_secrets_have_the_length_of_their_algorithm),
        cmocka_unit_test(test_the_text_of_a_key_is_no_secret),
        cmocka_unit_test(test_short_rsa_keys_are_weak),
        cmocka_unit_test(test_keys_of_pem_files_decrypt_with_their_private_half),
        cmocka_unit_test(test_pss_keys_decrypt_nothing),
        cmocka_unit_test(test_sets_hold_keys_for_both_purposes),
        cmocka_unit_test(test_an_algorithm_of_another_kind_manages_no_key),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
