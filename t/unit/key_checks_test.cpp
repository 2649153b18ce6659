#include "shim/key_checks.h"

#include <string>
#include <utility>
#include <vector>

#include "checks.h"
#include "fakes.h"
#include "recipient.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

using Algorithms = std::vector<const Algorithm*>;

/* Keys, and the pointers to them that the checks want. */
struct Keys {
    std::vector<KeyPointer> owned;
    std::vector<const Key*> list;

    template <class... Pointers>
    explicit Keys(Pointers... keys) : owned(key_list(std::move(keys)...)) {
        for (const KeyPointer& key : owned) {
            list.push_back(key.get());
        }
    }
};

Recipient oct(std::size_t size) { return Recipient::oct(std::string(size, 'k')); }

Configured<Done> verification(const Keys& keys, const Algorithms& allowed = {}) {
    Warnings warnings;
    auto checked = check_verification_keys(keys.list, allowed, "an.id", &warnings);
    assert_true(warnings.empty());
    return checked;
}

Configured<Done> decryption(const Keys& keys) {
    Warnings warnings;
    auto checked = check_decryption_keys(keys.list, "an.id", &warnings);
    assert_true(warnings.empty());
    return checked;
}

void test_keys_that_can_do_it(void** /*state*/) {
    check_good(verification(Keys(rsa_signer().key())));
    check_good(verification(Keys(oct_signer().key()), {find_algorithm("HS512")}));
    check_good(verification(Keys(ec_signer().key(), x25519_recipient().key())));
    check_good(decryption(Keys(rsa_recipient().key())));
    check_good(decryption(Keys(x25519_recipient().key())));
    for (const std::size_t size : {16, 24, 32, 48, 64}) {
        check_good(decryption(Keys(oct(size).key())));
    }
    check_good(decryption(Keys(oct(16).key(), ec_signer().key())));
}

void test_no_keys(void** /*state*/) {
    check_refused(verification(Keys()),
                  "oauth2_verification_secret: no oauth2_secret_store holds \"an.id\"");
    check_refused(decryption(Keys()),
                  "oauth2_decryption_secret: no oauth2_secret_store holds \"an.id\"");
}

void test_keys_of_the_other_purpose(void** /*state*/) {
    check_refused(verification(Keys(x25519_recipient().key())), "may verify signatures");
    check_refused(verification(Keys(rsa_recipient().key(R"(,"use":"enc")"))),
                  "may verify signatures");
    check_refused(decryption(Keys(rsa_signer().key())), "may decrypt");
    check_refused(decryption(Keys(rsa_recipient().key(R"(,"use":"sig")"))), "may decrypt");
    check_refused(decryption(Keys(Recipient::okp("Ed25519").key())), "may decrypt");
    // Bound to an algorithm that its type doesn't fit.
    check_refused(decryption(Keys(rsa_recipient().key(R"(,"alg":"A256KW")"))), "may decrypt");
}

void test_algorithms_that_are_allowed(void** /*state*/) {
    check_refused(verification(Keys(oct(32).key()), {find_algorithm("HS512")}),
                  "oauth2_algorithms: HS512 needs a longer secret than \"an.id\"");
    check_refused(verification(Keys(rsa_signer().key()), {find_algorithm("ES256")}),
                  "that oauth2_algorithms allows");
}

void test_more_keys_than_are_tried(void** /*state*/) {
    Warnings warnings;
    const auto warned = [&warnings](const Keys& keys) {
        warnings.clear();
        check_good(check_decryption_keys(keys.list, "an.id", &warnings));
        return warnings.size();
    };
    const auto rsa = [] { return rsa_recipient().key(R"(,"alg":"RSA-OAEP")"); };
    assert_int_equal(warned(Keys(rsa(), rsa(), rsa(), rsa())), 0);
    assert_int_equal(warned(Keys(rsa(), rsa(), rsa(), rsa(), rsa())), 1);
    check_holds(warnings[0], "oauth2_decryption_secret: 5 keys fit RSA-OAEP; ");
    check_holds(warnings[0], "first 4 only");
    // Keys of different lengths, or on different curves, are never tried one after the other.
    assert_int_equal(
        warned(Keys(oct(16).key(), oct(24).key(), oct(32).key(), oct(48).key(), oct(64).key())), 0);
    const auto ec = [](const char* curve) { return Recipient::ec(curve).key(); };
    assert_int_equal(warned(Keys(ec("P-256"), ec("P-384"), ec("P-521"), ec("P-256"),
                                 Recipient::okp("X25519").key())),
                     0);
    const auto bound = [] { return oct(32).key(R"(,"alg":"A256GCM")"); };
    assert_int_equal(warned(Keys(bound(), bound(), bound(), bound(), bound())), 1);
    check_holds(warnings[0], "5 keys fit dir; ");
}

/* Anyone can encrypt to a public key. */
void test_keys_that_are_not_shared(void** /*state*/) {
    const auto shared = [](const Keys& keys) { return check_shared_keys(keys.list, "an.id"); };
    check_good(shared(Keys(oct(32).key(), oct(16).key())));
    check_good(shared(Keys(oct(32).key(), rsa_signer().key())));  // a public key decrypts nothing
    check_good(shared(Keys(oct(32).key(), rsa_recipient().key(R"(,"use":"sig")"))));
    for (const Recipient* recipient : {&rsa_recipient(), &ec_recipient(), &x25519_recipient()}) {
        check_refused(shared(Keys(oct(32).key(), recipient->key())), "oauth2_verification_secret");
    }
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_keys_that_can_do_it),
        cmocka_unit_test(test_no_keys),
        cmocka_unit_test(test_keys_of_the_other_purpose),
        cmocka_unit_test(test_algorithms_that_are_allowed),
        cmocka_unit_test(test_more_keys_than_are_tried),
        cmocka_unit_test(test_keys_that_are_not_shared),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
