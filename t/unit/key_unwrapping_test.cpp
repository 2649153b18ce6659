#include "jose/key_unwrapping.h"

#include <string>

#include "checks.h"
#include "fakes.h"
#include "hex.h"
#include "recipient.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

void check_none(const std::optional<SecretBytes>& key, Place place = Place::here()) {
    _assert_true(!key.has_value(), "nothing is unwrapped", place.file, place.line);
    ERR_clear_error();  // its caller's to clear
}

/* RFC 3394 section 4. */
void test_rfc3394(void** /*state*/) {
    const char* const kek = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    const std::string data = "00112233445566778899aabbccddeeff";
    const struct {
        const char* cipher;
        std::size_t size;
        std::string key;
        const char* wrapped;
    } rows[] = {
        {"AES-128-WRAP", 16, data, "1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5"},
        {"AES-192-WRAP", 24, data, "96778b25ae6ca435f92b5b97c050aed2468ab8a17ad84e5d"},
        {"AES-256-WRAP", 32, data, "64e8c3f9ce0f5ba263e9777905818a2a93c8191e7d6e8ae7"},
        {"AES-256-WRAP", 32, data + "000102030405060708090a0b0c0d0e0f",
         "28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21"}};
    for (const auto& row : rows) {
        const SecretBytes key = to_secret(from_hex(kek).substr(0, row.size));
        const std::string wrapped = from_hex(row.wrapped);
        const auto unwrapped = unwrap_aes(row.cipher, key, wrapped);
        assert_true(unwrapped.has_value());
        check_text(as_text(*unwrapped), from_hex(row.key));
        check_no_error_queued();
        for (std::size_t at = 0; at < wrapped.size(); ++at) {
            std::string changed = wrapped;
            changed[at] = static_cast<char>(changed[at] ^ 0x40);
            check_none(unwrap_aes(row.cipher, key, changed));
        }
        for (std::size_t size = 1; size < wrapped.size(); ++size) {
            check_none(unwrap_aes(row.cipher, key, wrapped.substr(0, size)));
        }
    }
}

void test_unknown_ciphers(void** /*state*/) {
    check_none(unwrap_aes("AES-512-WRAP", SecretBytes(32), std::string(40, 'x')));
    check_none(unwrap_aes_gcm("AES-512-GCM", SecretBytes(32), std::string(12, 'i'),
                              std::string(16, 't'), std::string(32, 'x')));
    check_none(unwrap_rsa_oaep("SHA0", rsa_recipient().native(), std::string(256, 'x')));
}

void test_rsa_wants_an_rsa_key(void** /*state*/) {
    check_none(unwrap_rsa_oaep("SHA256", ec_recipient().native(), std::string(256, 'x')));
    check_none(unwrap_rsa_oaep("SHA256", ec_recipient().native(), ""));
}

/* The length of what comes out is told, not judged. */
void test_rsa_gives_what_was_wrapped(void** /*state*/) {
    for (const std::size_t size : {0, 1, 16, 64, 190}) {
        const std::string key(size, 'k');
        const Envelope sealed =
            rsa_recipient().encrypt("RSA-OAEP-256", "A128GCM", "content", {"", key});
        const auto unwrapped =
            unwrap_rsa_oaep("SHA256", rsa_recipient().native(), sealed.encrypted_key);
        assert_true(unwrapped.has_value());
        check_text(as_text(*unwrapped), key);
        check_no_error_queued();
    }
}

void test_rsa_gives_nothing_else(void** /*state*/) {
    const std::string good =
        rsa_recipient().encrypt("RSA-OAEP-256", "A128GCM", "content").encrypted_key;
    std::string changed = good;
    changed[100] = static_cast<char>(changed[100] ^ 1);
    check_none(unwrap_rsa_oaep("SHA256", rsa_recipient().native(), changed));
    check_none(unwrap_rsa_oaep("SHA1", rsa_recipient().native(), good));
    check_none(unwrap_rsa_oaep("SHA384", rsa_recipient().native(), good));
    check_none(unwrap_rsa_oaep("SHA256", Recipient::rsa().native(), good));
    check_none(unwrap_rsa_oaep("SHA256", rsa_recipient().native(), good.substr(1)));
    check_none(unwrap_rsa_oaep("SHA256", rsa_recipient().native(), std::string(1, '\0') + good));
    check_none(unwrap_rsa_oaep("SHA256", rsa_recipient().native(), std::string(256, '\0')));
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_rfc3394),
        cmocka_unit_test(test_unknown_ciphers),
        cmocka_unit_test(test_rsa_wants_an_rsa_key),
        cmocka_unit_test(test_rsa_gives_what_was_wrapped),
        cmocka_unit_test(test_rsa_gives_nothing_else),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
