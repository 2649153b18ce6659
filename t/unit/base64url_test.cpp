#include "base/base64url.h"

#include <string>

#include "base/secret_bytes.h"
#include "checks.h"
#include "fakes.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

using namespace std::string_view_literals;

void check_url(std::string_view text, std::string_view bytes, Place place = Place::here()) {
    std::string out = "what it held";
    _assert_true(decode_base64url(text, &out), "it decodes", place.file, place.line);
    check_text(out, bytes, place);
}

void check_bad_url(std::string_view text, Place place = Place::here()) {
    std::string out = "what it held";
    _assert_true(!decode_base64url(text, &out), "it is refused", place.file, place.line);
    _assert_true(out.empty(), "nothing is left", place.file, place.line);
}

void check_standard(std::string_view text, std::string_view bytes, Place place = Place::here()) {
    std::string out = "what it held";
    _assert_true(decode_base64(text, &out), "it decodes", place.file, place.line);
    check_text(out, bytes, place);
}

void check_bad_standard(std::string_view text, Place place = Place::here()) {
    std::string out = "what it held";
    _assert_true(!decode_base64(text, &out), "it is refused", place.file, place.line);
    _assert_true(out.empty(), "nothing is left", place.file, place.line);
}

/* RFC 4648 section 10, without the padding. */
void test_the_rfcs_vectors(void** /*state*/) {
    check_url("", "");
    check_url("Zg", "f");
    check_url("Zm8", "fo");
    check_url("Zm9v", "foo");
    check_url("Zm9vYg", "foob");
    check_url("Zm9vYmE", "fooba");
    check_url("Zm9vYmFy", "foobar");
    check_url("-_-_", "\xfb\xff\xbf");
    check_url("AAAA", "\0\0\0"sv);
}

void test_what_is_encoded_is_decoded(void** /*state*/) {
    std::string bytes;
    for (int size = 0; size < 300; ++size) {
        check_url(encode_base64url(bytes), bytes);
        check_standard(encode_base64(bytes), bytes);
        bytes += static_cast<char>(size * 37 + 11);
    }
}

/* Every byte that is no digit is refused at every place of a group and of a tail. */
void test_foreign_characters_are_refused(void** /*state*/) {
    const std::string_view digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (int byte = 0; byte < 256; ++byte) {
        if (digits.find(static_cast<char>(byte)) != std::string_view::npos) {
            continue;
        }
        for (const char* good : {"AAAAAAAA", "AAAAAA", "AAAAAAA"}) {
            for (std::size_t at = 0; at < std::string_view(good).size(); ++at) {
                std::string bad = good;
                bad[at] = static_cast<char>(byte);
                check_bad_url(bad);
            }
        }
    }
}

void test_padding_and_white_space_are_refused(void** /*state*/) {
    for (const char* bad : {"Zg==", "Zg=", "Zm8=", "Zm9v====", "=", " Zm9v", "Zm9v ", "Zm9v\n",
                            "Zm 9v", "Zm9v\r\n"}) {
        check_bad_url(bad);
    }
}

void test_the_other_alphabet_is_refused(void** /*state*/) {
    check_url("--__", "\xfb\xef\xff");
    check_bad_url("++//");
    check_standard("++//", "\xfb\xef\xff");
    check_bad_standard("--__");
}

/* A lone digit stands for six bits, which are no byte. */
void test_impossible_lengths_are_refused(void** /*state*/) {
    check_bad_url("A");
    check_bad_url("AAAAA");
    check_bad_url("AAAAAAAAA");
}

/* RFC 4648 section 3.5: else two texts would stand for one byte string. */
void test_spare_bits_must_be_zero(void** /*state*/) {
    check_url("AA", "\0"sv);
    check_bad_url("AB");
    check_bad_url("AP");
    check_url("AQ", "\x01");
    check_url("AAA", "\0\0"sv);
    check_bad_url("AAB");
    check_bad_url("AAD");
    check_url("AAE", "\0\x01"sv);
    check_bad_standard("AB==");
    check_bad_standard("AAB=");
}

void test_standard_base64_has_its_padding(void** /*state*/) {
    check_standard("", "");
    check_standard("Zg==", "f");
    check_standard("Zm8=", "fo");
    check_standard("Zm9v", "foo");
    for (const char* bad : {"Zg", "Zm8", "Zg=", "Z===", "====", "=", "Zg==\n", "Zg==Zg==", "Zm9vZ",
                            "Zm9v====", "AAAAA===", "A=A=", "AA=A"}) {
        check_bad_standard(bad);
    }
}

void test_secrets_are_decoded_too(void** /*state*/) {
    SecretBytes bytes;
    assert_true(decode_base64("AP8B", &bytes));
    check_text(as_text(bytes), "\0\xff\x01"sv);
    assert_false(decode_base64("AP8", &bytes));
    assert_true(bytes.empty());
    assert_true(decode_base64url("", &bytes));
    assert_true(bytes.empty());
}

void test_decoded_size(void** /*state*/) {
    assert_int_equal(decoded_size(0), 0);
    assert_int_equal(decoded_size(2), 1);
    assert_int_equal(decoded_size(3), 2);
    assert_int_equal(decoded_size(4), 3);
    assert_int_equal(decoded_size(43), 32);
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_the_rfcs_vectors),
        cmocka_unit_test(test_what_is_encoded_is_decoded),
        cmocka_unit_test(test_foreign_characters_are_refused),
        cmocka_unit_test(test_padding_and_white_space_are_refused),
        cmocka_unit_test(test_the_other_alphabet_is_refused),
        cmocka_unit_test(test_impossible_lengths_are_refused),
        cmocka_unit_test(test_spare_bits_must_be_zero),
        cmocka_unit_test(test_standard_base64_has_its_padding),
        cmocka_unit_test(test_secrets_are_decoded_too),
        cmocka_unit_test(test_decoded_size),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
