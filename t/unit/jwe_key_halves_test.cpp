#include <openssl/ec.h>
#include <openssl/obj_mac.h>

#include <string>
#include <vector>

#include "base/base64url.h"
#include "checks.h"
#include "fakes.h"
#include "jose/json.h"
#include "jose/jwe.h"
#include "jose/jwk.h"
#include "recipient.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

Result<KeyPointer, JwkProblem> parse(const std::string& text) {
    return parse_jwk(json(text).get());
}

void check_broken(const std::string& text, std::string_view why, Place place = Place::here()) {
    const auto parsed = parse(text);
    check_refused(parsed, why, place);
    _assert_true(!parsed.error().ignorable, "it is not ignorable", place.file, place.line);
}

/* The member's value gives way to another. */
std::string with_value(const std::string& jwk, const std::string& name, const std::string& value) {
    const auto begin = jwk.find("\"" + name + "\":\"") + name.size() + 4;
    return jwk.substr(0, begin) + value + jwk.substr(jwk.find('"', begin));
}

void test_halves_must_belong_together(void** /*state*/) {
    const Recipient other_ec = Recipient::ec("P-256");
    const Recipient other_okp = Recipient::okp("X25519");
    const Recipient other_rsa = Recipient::rsa();
    const auto d_of = [](const Recipient& recipient) {
        const JsonHandle jwk = json(recipient.private_jwk());
        return std::string(json_string_value(json_object_get(jwk.get(), "d")));
    };
    check_broken(with_value(ec_recipient().private_jwk(), "d", d_of(other_ec)), "private half");
    check_broken(with_value(x25519_recipient().private_jwk(), "d", d_of(other_okp)),
                 "private half");
    check_broken(rsa_recipient().public_jwk(R"(,"d":")" + d_of(other_rsa) + "\""), "private half");
    // All numbers of another key: these agree among themselves, but not with "n".
    check_broken(with_value(other_rsa.private_jwk(), "n",
                            json_string_value(
                                json_object_get(json(rsa_recipient().private_jwk()).get(), "n"))),
                 "private half");
}

/* Of the numbers of RFC 7518 section 6.3.2 "d" alone. */
std::string without_primes(const std::string& jwk) {
    const auto primes = jwk.find(",\"p\":");
    return primes == std::string::npos ? jwk : jwk.substr(0, primes) + "}";
}

void test_private_halves_are_well_formed(void** /*state*/) {
    for (const Recipient* recipient : {&rsa_recipient(), &ec_recipient(), &x25519_recipient()}) {
        for (const char* bad : {"", "=", "A", "!"}) {
            check_broken(with_value(recipient->private_jwk(), "d", bad), "private half");
        }
        for (const char* bad : {"AQ", "AAAA"}) {
            check_broken(with_value(without_primes(recipient->private_jwk()), "d", bad),
                         "private half");
        }
        check_broken(recipient->public_jwk(R"(,"d":null)"), "private half");
        check_broken(recipient->public_jwk(R"(,"d":[])"), "private half");
    }
    // RFC 7518 section 6.2.2.1: as long as the curve's numbers, zeros in front kept.
    const JsonHandle whole = json(ec_recipient().private_jwk());
    std::string right;
    assert_true(decode_base64url(*json_text(whole.get(), "d"), &right));
    check_broken(with_value(ec_recipient().private_jwk(), "d",
                            encode_base64url(std::string(1, '\0') + right)),
                 "private half");
    const std::string zero(32, '\0');
    for (const std::string& d : {zero, zero + zero, std::string(32, '\xff'), zero.substr(1)}) {
        check_broken(with_value(ec_recipient().private_jwk(), "d", encode_base64url(d)),
                     "private half");
    }
}

std::string bytes_of(const BIGNUM* number) {
    std::string bytes(32, '\0');
    BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()), 32);
    return bytes;
}

/* A number and the group's order have the same public point, and are not the same private number.
 */
void test_private_numbers_are_in_the_groups_range(void** /*state*/) {
    const Handle<EC_GROUP, EC_GROUP_free> group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
    const Handle<EC_POINT, EC_POINT_free> point(EC_POINT_new(group.get()));
    const BignumHandle number(BN_new());
    const BignumHandle x(BN_new());
    const BignumHandle y(BN_new());
    BN_set_word(number.get(), 5);
    EC_POINT_mul(group.get(), point.get(), number.get(), nullptr, nullptr, nullptr);
    EC_POINT_get_affine_coordinates(group.get(), point.get(), x.get(), y.get(), nullptr);
    const auto jwk = [&] {
        return R"({"kty":"EC","crv":"P-256","x":")" + encode_base64url(bytes_of(x.get())) +
               R"(","y":")" + encode_base64url(bytes_of(y.get())) + R"(","d":")" +
               encode_base64url(bytes_of(number.get())) + "\"}";
    };
    check_good(parse(jwk()));
    BN_add(number.get(), number.get(), EC_GROUP_get0_order(group.get()));
    check_broken(jwk(), "private half");
}

/* RFC 7518 section 6.3.2: all of the primes' numbers, or none. */
void test_private_rsa_numbers(void** /*state*/) {
    const std::string jwk = rsa_recipient().private_jwk();
    for (const char* name : {"p", "q", "dp", "dq", "qi"}) {
        check_broken(replaced(jwk, "\"" + std::string(name) + "\":", "\"other\":"), "private half");
    }
    check_broken(rsa_recipient().private_jwk(R"(,"oth":[])"), "private half");
    const auto key = parse(without_primes(jwk));
    check_good(key);
    const std::string token = rsa_recipient().encrypt("RSA-OAEP", "A128GCM", "content").token();
    const auto content = decrypt(parse_jwe(token).value(), *key.value());
    check_good(content);
    check_text(as_text(content.value()), "content");
}

/* A key that only signs has a private half that is none of our business. */
void test_private_halves_are_not_kept_where_they_are_not_used(void** /*state*/) {
    for (const char* members :
         {R"(,"use":"sig")", R"(,"alg":"RS256")", R"(,"key_ops":["verify"])"}) {
        check_good(parse(rsa_recipient().public_jwk(std::string(members) + R"(,"d":"!")")));
    }
    check_good(parse(Recipient::okp("Ed25519").public_jwk(R"(,"d":"!")")));
    check_good(parse(Recipient::ec("secp256k1").public_jwk(R"(,"d":"!")")));
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_halves_must_belong_together),
        cmocka_unit_test(test_private_halves_are_well_formed),
        cmocka_unit_test(test_private_numbers_are_in_the_groups_range),
        cmocka_unit_test(test_private_rsa_numbers),
        cmocka_unit_test(test_private_halves_are_not_kept_where_they_are_not_used),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
