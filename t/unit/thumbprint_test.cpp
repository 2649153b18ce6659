// link: -Wl,--wrap=X509_digest,--wrap=i2d_X509
#include "jose/thumbprint.h"

#include <openssl/pem.h>
#include <openssl/x509.h>

#include <string>
#include <vector>

#include "base/base64url.h"
#include "checks.h"
#include "fakes.h"
#include "told_failures.h"

namespace {

bool digest_fails = false;
bool encoding_fails = false;

}  // namespace

extern "C" {

decltype(X509_digest) __real_X509_digest;
int __wrap_X509_digest(const X509* certificate, const EVP_MD* type, unsigned char* digest,
                       unsigned int* size) {
    if (digest_fails) {
        oauth2_rs::fakes::tell_failed("X509_digest");
        ERR_raise(ERR_LIB_USER, ERR_R_INTERNAL_ERROR);
        return 0;
    }
    return __real_X509_digest(certificate, type, digest, size);
}

decltype(i2d_X509) __real_i2d_X509;
int __wrap_i2d_X509(const X509* certificate, unsigned char** out) {
    if (encoding_fails) {
        oauth2_rs::fakes::tell_failed("i2d_X509");
        ERR_raise(ERR_LIB_USER, ERR_R_INTERNAL_ERROR);
        return -1;
    }
    return __real_i2d_X509(certificate, out);
}

}  // extern "C"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

using namespace std::string_literals;

// The example of RFC 8705 appendix A.
const std::string kBegin = "-----BEGIN CERTIFICATE-----\n";
const std::string kInside =
    "MIIBBjCBrAIBAjAKBggqhkjOPQQDAjAPMQ0wCwYDVQQDDARtdGxzMB4XDTE4MTAx\n"
    "ODEyMzcwOVoXDTIyMDUwMjEyMzcwOVowDzENMAsGA1UEAwwEbXRsczBZMBMGByqG\n"
    "SM49AgEGCCqGSM49AwEHA0IABNcnyxwqV6hY8QnhxxzFQ03C7HKW9OylMbnQZjjJ\n"
    "/Au08/coZwxS7LfA4vOLS9WuneIXhbGGWvsDSb0tH6IxLm8wCgYIKoZIzj0EAwID\n"
    "SQAwRgIhAP0RC1E+vwJD/D1AGHGzuri+hlV/PpQEKTWUVeORWz83AiEA5x2eXZOV\n"
    "bUlJSGQgjwD5vaUaKlLR50Q2DmFfQj1L+SY=\n";
const std::string kEnd = "-----END CERTIFICATE-----\n";
const std::string kPem = kBegin + kInside + kEnd;
constexpr std::string_view kThumbprint = "A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0";

std::string base64() { return replaced(kInside, "\n", ""); }

std::string der() {
    std::string bytes;
    assert_true(decode_base64(base64(), &bytes));
    return bytes;
}

/* Every byte as %XX. */
std::string escaped(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string result;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        result += '%';
        result += digits[byte >> 4];
        result += digits[byte & 0x0f];
    }
    return result;
}

/* As a proxy escapes PEM; its beginning is how it is known. */
std::string escaped_pem(const std::string& pem) {
    const std::size_t known = std::string_view("-----BEGIN").size();
    return pem.substr(0, known) + escaped(pem.substr(known));
}

void check_thumbprint(const std::string& text, Place place = Place::here()) {
    const auto thumbprint = thumbprint_of_text(text);
    _assert_true(thumbprint.has_value(), "there is a thumbprint", place.file, place.line);
    check_text({thumbprint->data(), thumbprint->size()}, kThumbprint, place);
    check_no_error_queued(place);
}

void check_nothing(const std::string& text, Place place = Place::here()) {
    if (thumbprint_of_text(text)) {
        print_error("\"%s\" has a thumbprint\n", text.substr(0, 200).c_str());
        _fail(place.file, place.line);
    }
    check_no_error_queued(place);
}

void check_no_pem(const std::string& pem, Place place = Place::here()) {
    check_nothing(pem, place);
    check_nothing(escaped_pem(pem), place);
}

CertificateHandle certificate() {
    const std::string bytes = der();
    const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
    return CertificateHandle(d2i_X509(nullptr, &at, static_cast<long>(bytes.size())));
}

void test_of_a_certificate(void** /*state*/) {
    const auto thumbprint = thumbprint_of(certificate().get());
    assert_true(thumbprint.has_value());
    check_text({thumbprint->data(), thumbprint->size()}, kThumbprint);
}

void test_of_percent_encoded_pem(void** /*state*/) {
    check_thumbprint(escaped_pem(kPem));
    check_thumbprint(kPem);
    check_thumbprint(replaced(kPem, "\n", "%0A"));
    check_thumbprint(replaced(kPem, "\n", "%0a"));
    check_thumbprint(replaced(kPem, "\n", "%0D%0A"));
    check_thumbprint(kBegin + kInside + "-----END CERTIFICATE-----");
    check_thumbprint(kPem + "%0D%0A%20%09");
    check_thumbprint("-----BEGIN CERTIFICATE-----" + base64() + "-----END CERTIFICATE-----");
    // As Apache's "%{SSL_CLIENT_CERT}s" has it.
    check_thumbprint(replaced(kPem, "\n", " "));
}

/* RFC 3986, no form: this one's base64 holds a "+". */
void test_a_plus_stays_what_it_is(void** /*state*/) {
    assert_true(kInside.find('+') != std::string::npos);
    check_thumbprint(replaced(kPem, "+", "%2B"));
    check_no_pem(replaced(kPem, "+", " "));
    check_nothing(replaced(kPem, "N C", "N+C"));
}

void test_of_rfc_9440(void** /*state*/) {
    check_thumbprint(":" + base64() + ":");
    for (const std::string& text :
         {":" + base64(), base64() + ":", "::" + base64() + "::", ":" + base64() + ":;a",
          ":" + base64() + ":, :" + base64() + ":", ": " + base64() + ":", ":"s, "::"s, ":::"s}) {
        check_nothing(text);
    }
}

void test_of_base64(void** /*state*/) {
    check_thumbprint(base64());
    for (const std::string& text :
         {base64() + "=", replaced(base64(), "=", ""), replaced(base64(), "+", "-"),
          replaced(base64(), "/", "_"), kInside, " " + base64(), base64() + " ",
          base64() + base64(), base64() + "," + base64(), escaped(base64()),
          "\"" + base64() + "\""}) {
        check_nothing(text);
    }
}

void test_of_none(void** /*state*/) {
    for (const std::string& text : {""s, " "s, "-"s, "="s, "===="s, "AAAA"s, "alice"s, "\0"s,
                                    std::string(100, '\xff'), std::string(1000, '-')}) {
        check_nothing(text);
    }
}

void test_of_cut_pem(void** /*state*/) {
    const std::string encoded = escaped_pem(kPem);
    for (std::size_t size = 0; size < kPem.size() - 1; ++size) {
        check_nothing(kPem.substr(0, size));
    }
    for (std::size_t size = 0; size < encoded.size() - std::string_view("%0A").size(); ++size) {
        check_nothing(encoded.substr(0, size));
    }
    for (std::size_t start = 1; start < kPem.size(); ++start) {
        check_nothing(kPem.substr(start));
    }
    for (std::size_t size = 0; size < kInside.size() - 1; ++size) {
        check_nothing(kBegin + kInside.substr(0, size) + kEnd);
    }
}

void test_of_pem_with_another_label(void** /*state*/) {
    for (const char* label : {"X509 CERTIFICATE", "TRUSTED CERTIFICATE", "CERTIFICATE REQUEST",
                              "PKCS7", "PUBLIC KEY", "certificate", "", "CERTIFICATE "}) {
        check_no_pem(replaced(kPem, "CERTIFICATE", label));
    }
    check_no_pem(replaced(kPem, "END CERTIFICATE", "END X509 CERTIFICATE"));
    check_no_pem(replaced(kPem, "BEGIN", "begin"));
    check_no_pem(replaced(kPem, "CERTIFICATE-----\nMII", "CERTIFICATE----\nMII"));
}

/* OpenSSL's reader would pass over what stands before, and not see what stands behind. */
void test_of_pem_beside_something_else(void** /*state*/) {
    const std::string other = replaced(kPem, "CERTIFICATE", "PUBLIC KEY");
    for (const std::string& text :
         {kPem + kPem, other + kPem, kPem + other, "alice\n" + kPem, kPem + "alice", "\n" + kPem,
          "-----BEGIN\n" + kPem, "-----BEGIN NOTHING-----\n-----END NOTHING-----\n" + kPem,
          kBegin + "Subject: alice\n\n" + kInside + kEnd, kPem + "%00"}) {
        check_nothing(text);
        check_nothing(escaped_pem(text));
    }
}

/* An empty password opens it, so whoever reads it with one takes it for a certificate. */
std::string sealed_pem() {
    const BioHandle out(BIO_new(BIO_s_mem()));
    const CertificateHandle content = certificate();
    const auto* password = reinterpret_cast<const unsigned char*>("");
    assert_int_equal(
        PEM_ASN1_write_bio(reinterpret_cast<i2d_of_void*>(i2d_X509), PEM_STRING_X509, out.get(),
                           content.get(), EVP_aes_128_cbc(), password, 0, nullptr, nullptr),
        1);
    char* data = nullptr;
    const long size = BIO_get_mem_data(out.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

void test_of_sealed_pem(void** /*state*/) {
    const std::string pem = sealed_pem();
    check_holds(pem, "Proc-Type: 4,ENCRYPTED");
    check_no_pem(pem);
}

void test_of_bad_percent_encoding(void** /*state*/) {
    const std::string good = escaped_pem(kPem);
    for (const char* end : {"%", "%4", "%4G", "%G4", "%%0A", "% A", "%+A", "%-1", "%0x", "%00"}) {
        check_nothing(good + end);
    }
    check_nothing(replaced(good, "%0A", "%0"));
    check_nothing(replaced(good, "%0A", "%250A"));
}

void test_of_other_der(void** /*state*/) {
    const std::string good = der();
    for (const std::string& bytes :
         {good + "\0"s, good + good, good.substr(1), good.substr(0, good.size() - 1), "\x30\0"s,
          "\x05\0"s, "\x30\x84\xff\xff\xff\xff"s, "\x30\x80\0\0"s, "\x31" + good.substr(1),
          std::string(1000, 'x')}) {
        check_nothing(encode_base64(bytes));
        check_no_pem(kBegin + encode_base64(bytes) + "\n" + kEnd);
    }
}

/* The same certificate in BER, which OpenSSL reads: its length in more bytes than it takes, or
 * open. */
void test_of_ber(void** /*state*/) {
    const std::string good = der();
    check_text(good.substr(0, 4), "\x30\x82\x01\x06"s);
    const std::string content = good.substr(4);
    for (const std::string& bytes :
         {"\x30\x83\0\x01\x06"s + content, "\x30\x80"s + content + "\0\0"s}) {
        const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
        const CertificateHandle read(d2i_X509(nullptr, &at, static_cast<long>(bytes.size())));
        assert_non_null(read.get());
        check_nothing(encode_base64(bytes));
    }
    check_thumbprint(encode_base64("\x30\x82\x01\x06"s + content));
}

/* Each bit of a certificate's first half counts, or what comes of it is no certificate. */
void test_of_changed_der(void** /*state*/) {
    for (std::size_t bit = 0; bit < der().size() * 8; ++bit) {
        std::string bytes = der();
        bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
        const auto thumbprint = thumbprint_of_text(encode_base64(bytes));
        if (thumbprint) {
            assert_true(std::string_view(thumbprint->data(), thumbprint->size()) != kThumbprint);
        }
        check_no_error_queued();
    }
}

void test_up_to_64_kib(void** /*state*/) {
    check_thumbprint(kPem + std::string(64 * 1024 - kPem.size(), '\n'));
    check_nothing(kPem + std::string(64 * 1024 - kPem.size() + 1, '\n'));
    check_nothing(std::string(100'000, 'A'));
    check_nothing(":" + std::string(100'000, 'A') + ":");
    check_nothing(std::string(100'000, '%'));
}

void test_a_digest_that_fails(void** /*state*/) {
    digest_fails = true;
    check_nothing(kPem);
    assert_false(thumbprint_of(certificate().get()).has_value());
    check_no_error_queued();
    digest_fails = false;
    check_thumbprint(kPem);
}

void test_an_encoding_that_fails(void** /*state*/) {
    encoding_fails = true;
    check_nothing(kPem);
    encoding_fails = false;
    check_thumbprint(kPem);
}

void test_what_could_be_a_thumbprint(void** /*state*/) {
    assert_true(is_thumbprint(kThumbprint));
    assert_true(is_thumbprint(std::string(42, '-') + "_"));
    for (const std::string& text :
         {""s, std::string(42, 'A'), std::string(44, 'A'), std::string(43, '='),
          std::string(43, '+'), std::string(42, 'A') + "=", std::string(42, 'A') + "/",
          std::string(42, 'A') + " ", std::string(42, 'A') + "\0"s,
          std::string(42, 'A') + "\xe9"}) {
        assert_false(is_thumbprint(text));
    }
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_of_a_certificate),
        cmocka_unit_test(test_of_percent_encoded_pem),
        cmocka_unit_test(test_a_plus_stays_what_it_is),
        cmocka_unit_test(test_of_rfc_9440),
        cmocka_unit_test(test_of_base64),
        cmocka_unit_test(test_of_none),
        cmocka_unit_test(test_of_cut_pem),
        cmocka_unit_test(test_of_pem_with_another_label),
        cmocka_unit_test(test_of_pem_beside_something_else),
        cmocka_unit_test(test_of_sealed_pem),
        cmocka_unit_test(test_of_bad_percent_encoding),
        cmocka_unit_test(test_of_other_der),
        cmocka_unit_test(test_of_ber),
        cmocka_unit_test(test_of_changed_der),
        cmocka_unit_test(test_up_to_64_kib),
        cmocka_unit_test(test_a_digest_that_fails),
        cmocka_unit_test(test_an_encoding_that_fails),
        cmocka_unit_test(test_what_could_be_a_thumbprint),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
