#include "jose/content_decryption.h"

#include <string>

#include "base/handles.h"
#include "checks.h"
#include "fakes.h"
#include "hex.h"
#include "jose/jwe.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

const std::string kPlaintext =
    "A cipher system must not be required to be secret, and it must be able to fall into the hands "
    "of the enemy without inconvenience";
const std::string kAdditionalData = "The second principle of Auguste Kerckhoffs";

/* The key of RFC 7518 appendix B: the numbers from zero. */
std::string counting(std::size_t size) {
    std::string key;
    for (std::size_t at = 0; at < size; ++at) {
        key += static_cast<char>(at);
    }
    return key;
}

std::string encrypt_cbc(const std::string& key, const std::string& iv) {
    const auto* const bytes = reinterpret_cast<const unsigned char*>(key.data());
    const CipherHandle cipher(EVP_CIPHER_fetch(
        nullptr, ("AES-" + std::to_string(key.size() * 8) + "-CBC").c_str(), nullptr));
    const CipherContextHandle context(EVP_CIPHER_CTX_new());
    std::string ciphertext(kPlaintext.size() + 16, '\0');
    auto* const out = reinterpret_cast<unsigned char*>(ciphertext.data());
    int size = 0;
    int rest = 0;
    EVP_EncryptInit_ex2(context.get(), cipher.get(), bytes,
                        reinterpret_cast<const unsigned char*>(iv.data()), nullptr);
    EVP_EncryptUpdate(context.get(), out, &size,
                      reinterpret_cast<const unsigned char*>(kPlaintext.data()),
                      static_cast<int>(kPlaintext.size()));
    EVP_EncryptFinal_ex(context.get(), out + size, &rest);
    ciphertext.resize(static_cast<std::size_t>(size + rest));
    return ciphertext;
}

void check_opens(const Jwe& jwe, const std::string& key) {
    const auto content = decrypt_content(jwe, to_secret(key));
    assert_true(content.has_value());
    check_text(as_text(*content), kPlaintext);
    check_no_error_queued();
}

void check_stays_shut(const Jwe& jwe, const std::string& key, Place place = Place::here()) {
    _assert_true(!decrypt_content(jwe, to_secret(key)).has_value(), "it stays shut", place.file,
                 place.line);
    ERR_clear_error();  // its caller's to clear
}

/* RFC 7518 appendix B: the tags are what is hard to get right. */
void test_rfc7518_appendix_b(void** /*state*/) {
    const struct {
        const char* enc;
        const char* tag;
    } rows[] = {
        {"A128CBC-HS256", "652c3fa36b0a7c5b3219fab3a30bc1c4"},
        {"A192CBC-HS384", "8490ac0e58949bfe51875d733f93ac2075168039ccc733d7"},
        {"A256CBC-HS512", "4dd3b4c088a7f45c216839645b2012bf2e6269a8c56a816dbc1b267761955bc5"}};
    for (const auto& row : rows) {
        Jwe jwe;
        jwe.encryption = find_algorithm(AlgorithmKind::kContentEncryption, row.enc);
        jwe.encoded_header = kAdditionalData;
        jwe.iv = from_hex("1af38c2dc2b96ffdd86694092341bc04");
        const std::string key = counting(jwe.encryption->size);
        jwe.ciphertext = encrypt_cbc(key.substr(key.size() / 2), jwe.iv);
        jwe.tag = from_hex(row.tag);
        check_opens(jwe, key);
        check_stays_shut(jwe, std::string(key.size(), 'k'));
        jwe.encoded_header = "the second principle of Auguste Kerckhoffs";
        check_stays_shut(jwe, key);
    }
}

/* RFC 7518 section 5.2.2.2: half the MAC, not the whole of it, nor as much as one likes. */
void test_tags_of_other_lengths(void** /*state*/) {
    Jwe jwe;
    jwe.encryption = find_algorithm(AlgorithmKind::kContentEncryption, "A128CBC-HS256");
    jwe.encoded_header = "e30";
    jwe.iv = std::string(16, '\0');
    const std::string key = counting(32);
    jwe.ciphertext = encrypt_cbc(key.substr(16), jwe.iv);
    const std::string mac = Signer::oct(key.substr(0, 16))
                                .sign("HS256", "e30" + jwe.iv + jwe.ciphertext +
                                                   std::string(7, '\0') + std::string(1, 3 * 8));
    for (const std::size_t size : {0, 1, 8, 15, 17, 32}) {
        jwe.tag = mac.substr(0, size);
        check_stays_shut(jwe, key);
    }
    jwe.tag = mac.substr(0, 16);
    check_opens(jwe, key);
}

/* The GCM specification's test case 4 (McGrew and Viega, 2005, appendix B). */
void test_gcm_specification(void** /*state*/) {
    const SecretBytes key = to_secret(from_hex("feffe9928665731c6d6a8f9467308308"));
    const std::string iv = from_hex("cafebabefacedbaddecaf888");
    const std::string data = from_hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
    const std::string ciphertext = from_hex(
        "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c"
        "7d8f6a5aac84aa051ba30b396a0aac973d58e091");
    const std::string tag = from_hex("5bc94fbc3221a5db94fae95ae7121a47");
    const auto content = decrypt_aes_gcm("AES-128-GCM", key, iv, data, ciphertext, tag);
    assert_true(content.has_value());
    check_text(as_text(*content),
               from_hex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c9595"
                        "6809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"));
    check_no_error_queued();
    assert_false(decrypt_aes_gcm("AES-128-GCM", key, iv, "", ciphertext, tag).has_value());
    assert_false(decrypt_aes_gcm("AES-128-GCM", key, iv, data, "", tag).has_value());
    ERR_clear_error();
}

/* A good MAC over what is not padded (RFC 5652 section 6.3) is a sender's mistake. */
void test_bad_padding_under_a_good_mac(void** /*state*/) {
    Jwe jwe;
    jwe.encryption = find_algorithm(AlgorithmKind::kContentEncryption, "A128CBC-HS256");
    jwe.encoded_header = "e30";
    jwe.iv = std::string(16, '\0');
    jwe.ciphertext = std::string(16, '\0');
    const std::string key(32, '\0');
    const std::string input =
        "e30" + jwe.iv + jwe.ciphertext + std::string(7, '\0') + std::string(1, 3 * 8);
    jwe.tag = Signer::oct(std::string(16, '\0')).sign("HS256", input).substr(0, 16);
    check_stays_shut(jwe, key);
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_rfc7518_appendix_b),
        cmocka_unit_test(test_tags_of_other_lengths),
        cmocka_unit_test(test_gcm_specification),
        cmocka_unit_test(test_bad_padding_under_a_good_mac),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
