#include "jose/jwk.h"

#include <string>

#include "base/base64url.h"
#include "checks.h"
#include "fakes.h"
#include "jose/json.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

constexpr std::string_view kInput = "header.payload";

Result<KeyPointer, JwkProblem> parse(const std::string& text) {
    return parse_jwk(json(text).get());
}

/* Broken: whoever wrote it meant a key that signs. */
void check_broken(const std::string& text, std::string_view why, Place place = Place::here()) {
    const auto parsed = parse(text);
    check_refused(parsed, why, place);
    _assert_true(!parsed.error().ignorable, "it is not ignorable", place.file, place.line);
}

/* RFC 7517 section 5: to be passed over. */
void check_ignorable(const std::string& text, Place place = Place::here()) {
    const auto parsed = parse(text);
    check_refused(parsed, "", place);
    _assert_true(parsed.error().ignorable, "it is ignorable", place.file, place.line);
}

void check_verifies(const Signer& signer, const char* alg, Place place = Place::here()) {
    const auto parsed = parse(signer.jwk(R"(,"kid":"a","x-unknown":{})"));
    check_good(parsed, place);
    const Key& key = *parsed.value();
    check_text(key.name(), "a", place);
    _assert_true(key.verify(*find_algorithm(alg), kInput, signer.sign(alg, kInput)), alg,
                 place.file, place.line);
    check_no_error_queued(place);
}

void test_every_kind_is_imported(void** /*state*/) {
    check_verifies(rsa_signer(), "RS256");
    check_verifies(rsa_signer(), "PS512");
    check_verifies(ec_signer(), "ES256");
    check_verifies(Signer::ec("P-384"), "ES384");
    check_verifies(Signer::ec("P-521"), "ES512");
    check_verifies(Signer::ec("secp256k1"), "ES256K");
    check_verifies(Signer::okp("Ed25519"), "EdDSA");
    check_verifies(Signer::okp("Ed448"), "EdDSA");
    check_verifies(oct_signer(), "HS512");
}

/* A coordinate may begin with a zero byte; of P-521 half of them do. */
void test_coordinates_with_leading_zeros(void** /*state*/) {
    constexpr int kTries = 64;
    for (int tries = 0; tries < kTries; ++tries) {
        const Signer signer = Signer::ec("P-521");
        const std::string jwk = signer.jwk();
        std::string x;
        assert_true(decode_base64url(*json_text(json(jwk).get(), "x"), &x));
        if (x.front() == 0) {
            check_verifies(signer, "ES512");
            return;
        }
    }
    fail_msg("no such key was made");
}

/* Of the purposes that it may serve those count that are wanted. */
void test_wanted_purposes(void** /*state*/) {
    const JsonHandle jwk =
        json(R"({"kty":"oct","k":")" + encode_base64url(std::string(32, 'k')) + "\"}");
    for (const bool verify : {false, true}) {
        for (const bool decrypt : {false, true}) {
            const auto key = parse_jwk(jwk.get(), {verify, decrypt});
            check_good(key);
            assert_int_equal(key.value()->may_verify(), verify);
            assert_int_equal(key.value()->may_decrypt(), decrypt);
        }
    }
}

/* A key that may not decrypt has no use for its private half. */
void test_private_members_of_signing_keys_are_not_looked_at(void** /*state*/) {
    check_good(parse(rsa_signer().jwk(R"(,"use":"sig","d":"!","p":7,"q":null)")));
    check_good(parse(ec_signer().jwk(R"(,"key_ops":["verify"],"d":[])")));
    check_good(parse(ec_signer().jwk(R"(,"alg":"ES256","d":"")")));
    check_good(parse(Signer::okp("Ed25519").jwk(R"(,"d":"x")")));
}

void test_what_is_private(void** /*state*/) {
    assert_true(is_private_jwk(json(oct_signer().jwk()).get()));
    assert_true(is_private_jwk(json(rsa_signer().jwk(R"(,"d":"AQ")")).get()));
    assert_false(is_private_jwk(json(rsa_signer().jwk()).get()));
    assert_false(is_private_jwk(json("{}").get()));
    assert_false(is_private_jwk(nullptr));
}

void test_use_and_operations_must_allow_verifying(void** /*state*/) {
    for (const char* members :
         {"", R"(,"use":"sig")", R"(,"key_ops":["verify"])", R"(,"key_ops":["sign","verify"])",
          R"(,"use":"sig","key_ops":["verify"])"}) {
        const auto parsed = parse(rsa_signer().jwk(members));
        check_good(parsed);
        assert_true(parsed.value()->may_verify());
    }
    for (const char* members :
         {R"(,"use":"enc")", R"(,"use":"")", R"(,"use":"SIG")", R"(,"use":null)", R"(,"use":1)",
          R"(,"use":["sig"])", R"(,"key_ops":[])", R"(,"key_ops":["sign"])",
          R"(,"key_ops":["encrypt","wrapKey"])", R"(,"key_ops":"verify")", R"(,"key_ops":null)",
          R"(,"use":"enc","key_ops":["verify"])", R"(,"use":"sig","key_ops":["sign"])"}) {
        const auto parsed = parse(rsa_signer().jwk(members));
        check_good(parsed);
        assert_false(parsed.value()->may_verify());
    }
}

void test_kid_and_alg_are_text(void** /*state*/) {
    const auto named = parse(rsa_signer().jwk(R"(,"kid":"","alg":"RS256")"));
    check_good(named);
    check_text(named.value()->name(), "");
    assert_true(named.value()->fits(*find_algorithm("RS256")));
    assert_false(named.value()->fits(*find_algorithm("RS512")));
    for (const char* value : {"1", "null", "[]", "{}", "true"}) {
        check_broken(rsa_signer().jwk(R"(,"kid":)" + std::string(value)), "\"kid\"");
        check_broken(rsa_signer().jwk(R"(,"alg":)" + std::string(value)), "\"alg\"");
    }
}

void test_what_is_no_object_is_broken(void** /*state*/) {
    const JsonHandle array(json_array());
    check_refused(parse_jwk(array.get()), "no JSON object");
    check_refused(parse_jwk(nullptr), "no JSON object");
}

void test_unknown_kinds_are_ignorable(void** /*state*/) {
    for (const char* text : {"{}", R"({"kty":"AKP"})", R"({"kty":"rsa","n":"AQ","e":"AQ"})",
                             R"({"kty":""})", R"({"kty":1})", R"({"kty":null})"}) {
        check_ignorable(text);
    }
}

void test_curves_that_do_not_sign_are_ignorable(void** /*state*/) {
    for (const char* curve :
         {"P-192", "P-224", "brainpoolP256r1", "Ed25519", "X25519", "", "p-256"}) {
        check_ignorable(R"({"kty":"EC","x":"AQ","y":"AQ","crv":")" + std::string(curve) + "\"}");
    }
    for (const char* curve : {"X25519", "X448", "P-256", "", "ed25519"}) {
        check_ignorable(R"({"kty":"OKP","x":"AQ","crv":")" + std::string(curve) + "\"}");
    }
    check_ignorable(R"({"kty":"EC","x":"AQ","y":"AQ"})");
    check_ignorable(R"({"kty":"EC","x":"AQ","y":"AQ","crv":1})");
    check_ignorable(R"({"kty":"OKP","x":"AQ"})");
}

/* A member that a kind of key needs: missing, no text, empty, and no base64url. */
void check_needed(const std::string& jwk, const std::string& name, Place place = Place::here()) {
    const auto begin = jwk.find("\"" + name + "\":\"");
    const auto value = begin + name.size() + 4;
    const auto end = jwk.find('"', value);
    const std::string before = jwk.substr(0, value);
    const std::string text = jwk.substr(value, end - value);
    const std::string after = jwk.substr(end);
    check_good(parse(before + text + after), place);
    for (const std::string& bad :
         {std::string(), text + "=", text + " ", "+" + text.substr(1), text.substr(1) + "\\n"}) {
        check_broken(before + bad + after, "\"" + name + "\"", place);
    }
    check_broken(replaced(jwk, "\"" + name + "\":", "\"other\":"), "\"" + name + "\"", place);
    for (const char* value_of_other_type : {"1", "null", "[]"}) {
        check_broken(jwk.substr(0, value - 1) + value_of_other_type + after.substr(1),
                     "\"" + name + "\"", place);
    }
}

void test_needed_members(void** /*state*/) {
    check_needed(rsa_signer().jwk(), "n");
    check_needed(rsa_signer().jwk(), "e");
    check_needed(ec_signer().jwk(), "x");
    check_needed(ec_signer().jwk(), "y");
    check_needed(Signer::okp("Ed25519").jwk(), "x");
    check_needed(Signer::okp("Ed448").jwk(), "x");
    check_needed(oct_signer().jwk(), "k");
}

std::string ec_jwk(const std::string& x, const std::string& y) {
    return R"({"kty":"EC","crv":"P-256","x":")" + encode_base64url(x) + R"(","y":")" +
           encode_base64url(y) + "\"}";
}

/* RFC 7518 section 6.2.1.2: as long as the curve's field, zeros in front kept. */
void test_coordinates_have_one_length(void** /*state*/) {
    const std::string number(32, '\x01');
    for (const std::size_t size : {1, 31, 33, 64}) {
        check_broken(ec_jwk(std::string(size, '\x01'), number), "length");
        check_broken(ec_jwk(number, std::string(size, '\x01')), "length");
    }
    check_broken(replaced(Signer::ec("P-384").jwk(), "P-384", "P-256"), "length");
    check_broken(replaced(ec_signer().jwk(), "P-256", "P-521"), "length");
}

/* RFC 8725 section 3.4. */
void test_points_off_the_curve_are_refused(void** /*state*/) {
    check_broken(ec_jwk(std::string(32, '\x01'), std::string(32, '\x01')), "curve");
    check_broken(ec_jwk(std::string(32, '\0'), std::string(32, '\0')), "curve");
    check_broken(ec_jwk(std::string(32, '\xff'), std::string(32, '\xff')), "curve");
    // A good point of another curve whose numbers are as long.
    check_broken(replaced(ec_signer().jwk(), "P-256", "secp256k1"), "curve");
    check_broken(replaced(Signer::ec("secp256k1").jwk(), "secp256k1", "P-256"), "curve");
}

void test_okp_keys_have_one_length(void** /*state*/) {
    check_broken(R"({"kty":"OKP","crv":"Ed25519","x":"AQID"})", "length");
    check_broken(replaced(Signer::okp("Ed448").jwk(), "Ed448", "Ed25519"), "length");
    check_broken(replaced(Signer::okp("Ed25519").jwk(), "Ed25519", "Ed448"), "length");
}

/* Too weak to be used, yet well-formed: the one who imports it asks for that. */
void test_weakness_is_another_question(void** /*state*/) {
    const auto small = parse(R"({"kty":"oct","k":"AA"})");
    check_good(small);
    assert_non_null(small.value()->weakness(KeyPurpose::kVerify));
    const auto zero = parse(R"({"kty":"RSA","n":"AA","e":"AA"})");
    assert_true(!zero.ok() || zero.value()->weakness(KeyPurpose::kVerify) != nullptr);
    check_no_error_queued();
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_every_kind_is_imported),
        cmocka_unit_test(test_coordinates_with_leading_zeros),
        cmocka_unit_test(test_wanted_purposes),
        cmocka_unit_test(test_private_members_of_signing_keys_are_not_looked_at),
        cmocka_unit_test(test_what_is_private),
        cmocka_unit_test(test_use_and_operations_must_allow_verifying),
        cmocka_unit_test(test_kid_and_alg_are_text),
        cmocka_unit_test(test_what_is_no_object_is_broken),
        cmocka_unit_test(test_unknown_kinds_are_ignorable),
        cmocka_unit_test(test_curves_that_do_not_sign_are_ignorable),
        cmocka_unit_test(test_needed_members),
        cmocka_unit_test(test_coordinates_have_one_length),
        cmocka_unit_test(test_points_off_the_curve_are_refused),
        cmocka_unit_test(test_okp_keys_have_one_length),
        cmocka_unit_test(test_weakness_is_another_question),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
