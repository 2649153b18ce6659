#include "base/sha256.h"

#include <string>

#include "checks.h"
#include "hex.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

std::string text(const Digest& digest) { return {digest.begin(), digest.end()}; }

/* FIPS 180-4, as NIST's examples have them. */
void test_known_digests(void** /*state*/) {
    Sha256 sha256;
    check_text(text(sha256.of("")),
               from_hex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    check_text(text(sha256.of("abc")),
               from_hex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    check_text(text(sha256.of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
               from_hex("248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"));
}

/* One behind the other, wherever the border is; and nothing is left of an earlier one. */
void test_two_texts_are_one(void** /*state*/) {
    Sha256 sha256;
    const std::string all(200, 'x');
    const Digest whole = sha256.of(all);
    for (std::size_t border = 0; border <= all.size(); ++border) {
        const std::string_view view = all;
        assert_true(sha256.of(view.substr(0, border), view.substr(border)) == whole);
    }
    assert_true(sha256.of("a", "bc") == sha256.of("abc"));
    assert_false(sha256.of("abc") == whole);
}

void test_a_digest_is_its_own_hash(void** /*state*/) {
    Digest digest{};
    const std::size_t before = DigestHash()(digest);
    digest[0] = 1;
    assert_true(DigestHash()(digest) != before);
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_known_digests),
        cmocka_unit_test(test_two_texts_are_one),
        cmocka_unit_test(test_a_digest_is_its_own_hash),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
