#include "jose/key_agreement.h"

#include <string>

#include "base/handles.h"
#include "checks.h"
#include "fakes.h"
#include "hex.h"
#include "recipient.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

struct Pair {
    PublicKeyHandle own;
    PublicKeyHandle ephemeral;
};

PublicKeyHandle raw_private(const char* type, const std::string& bytes) {
    return PublicKeyHandle(EVP_PKEY_new_raw_private_key_ex(
        nullptr, type, nullptr, reinterpret_cast<const unsigned char*>(bytes.data()),
        bytes.size()));
}

PublicKeyHandle raw_public(const char* type, const std::string& bytes) {
    return PublicKeyHandle(EVP_PKEY_new_raw_public_key_ex(
        nullptr, type, nullptr, reinterpret_cast<const unsigned char*>(bytes.data()),
        bytes.size()));
}

/* RFC 7748 section 6.1, which RFC 8037 appendix A.6 takes over. */
Pair x25519() {
    return {
        raw_private("X25519",
                    from_hex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb")),
        raw_public("X25519",
                   from_hex("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6"
                            "a"))};
}

void check_secret(const Pair& pair, const std::string& hex) {
    const auto secret = agree_on_secret(pair.own.get(), pair.ephemeral.get());
    assert_true(secret.has_value());
    check_text(as_text(*secret), from_hex(hex));
    check_no_error_queued();
}

void test_rfc7748_x25519(void** /*state*/) {
    check_secret(x25519(), "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
}

/* RFC 7748 section 6.2. */
void test_rfc7748_x448(void** /*state*/) {
    const Pair pair{
        raw_private("X448",
                    from_hex("1c306a7ac2a0e2e0990b294470cba339e6453772b075811d8fad0d1d6927c120bb5e"
                             "e8972b0d3e21374c9c921b09d1b0366f10b65173992d")),
        raw_public("X448",
                   from_hex("9b08f7cc31b7e3e67d22d5aea121074a273bd2b83de09c63faa73d2c22c5d9bbc836"
                            "647241d953d40c5b12da88120d53177f80e532c41fa0"))};
    check_secret(pair,
                 "07fff4181ac6cc95ec1c16a94a0f74d12da232ce40a77552281d282bb60c0b56fd2464c335543936"
                 "521c24403085d59a449a5037514a879d");
}

/* RFC 7518 appendix C: "Z", and the key that Alice and Bob derive of it. */
void test_rfc7518_appendix_c(void** /*state*/) {
    const SecretBytes secret =
        to_secret(from_hex("9e56d91d817135d372834283bf84269cfb316ea3da806a48f6daa7798cfe90c4"));
    const auto key = derive_key(secret, {"A128GCM", "Alice", "Bob"}, 16);
    assert_true(key.has_value());
    check_text(encode_base64url(as_text(*key)), "VqqN6vgjbSBcIijNcacQGg");
    check_no_error_queued();
}

/* Beyond the 32 bytes of one round of SHA-256, in which a shorter key is no beginning. */
void test_long_and_short_keys(void** /*state*/) {
    const SecretBytes secret = to_secret("secret");
    const auto derived = [&secret](std::size_t size) {
        const auto key = derive_key(secret, {"id", "", ""}, size);
        return key ? std::string(as_text(*key)) : std::string("none");
    };
    for (const std::size_t size : {16, 24, 32, 48, 64}) {
        assert_int_equal(derived(size).size(), size);
    }
    assert_true(derived(64).substr(0, 32) != derived(32));
}

/* Each is preceded by its length: no two sets of them run together. */
void test_all_of_the_info_counts(void** /*state*/) {
    const SecretBytes secret = to_secret("secret");
    const AgreementInfo infos[] = {{"id", "u", "v"}, {"i", "du", "v"}, {"id", "uv", ""},
                                   {"id", "", "uv"}, {"id", "v", "u"}, {"iduv", "", ""}};
    for (const AgreementInfo& left : infos) {
        for (const AgreementInfo& right : infos) {
            assert_int_equal(*derive_key(secret, left, 16) == *derive_key(secret, right, 16),
                             &left == &right);
        }
    }
}

void check_disagree(EVP_PKEY* own, EVP_PKEY* ephemeral) {
    assert_false(agree_on_secret(own, ephemeral).has_value());
    ERR_clear_error();  // its caller's to clear
}

void test_what_does_not_go_together(void** /*state*/) {
    const Pair pair = x25519();
    check_disagree(pair.own.get(), ec_recipient().native());
    check_disagree(ec_recipient().native(), pair.ephemeral.get());
    check_disagree(ec_recipient().native(), Recipient::ec("P-384").native());
    check_disagree(rsa_recipient().native(), rsa_recipient().native());
    check_disagree(pair.ephemeral.get(), pair.own.get());  // no private half
    const PublicKeyHandle zero = raw_public("X25519", std::string(32, '\0'));
    check_disagree(pair.own.get(), zero.get());
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_rfc7748_x25519),
        cmocka_unit_test(test_rfc7748_x448),
        cmocka_unit_test(test_rfc7518_appendix_c),
        cmocka_unit_test(test_long_and_short_keys),
        cmocka_unit_test(test_all_of_the_info_counts),
        cmocka_unit_test(test_what_does_not_go_together),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
