#include "secret/secret_format.h"

#include <openssl/pem.h>

#include <string>

#include "base/handles.h"
#include "checks.h"
#include "fakes.h"
#include "recipient.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

constexpr std::string_view kInput = "header.payload";

Configured<FormattedSecret> parse(const std::string& content, SecretFormat format,
                                  KeyPurposes purposes = {true, false}) {
    return parse_secret(to_secret(content), format, "the.id", purposes);
}

std::string pem_of(const Signer& signer) {
    const BioHandle memory(BIO_new(BIO_s_mem()));
    PEM_write_bio_PUBKEY(memory.get(), signer.native());
    char* text = nullptr;
    const long size = BIO_get_mem_data(memory.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

void check_secret(const std::string& content, SecretFormat format, const Signer& signer,
                  const char* alg, bool is_private, Place place = Place::here()) {
    const auto secret = parse(content, format);
    check_good(secret, place);
    check_text(secret.value().key->name(), "the.id", place);
    _assert_int_equal(secret.value().is_private, is_private, place.file, place.line);
    _assert_true(secret.value().key->verify(*find_algorithm(alg), kInput, signer.sign(alg, kInput)),
                 alg, place.file, place.line);
}

void test_names(void** /*state*/) {
    assert_true(find_secret_format("base64") == SecretFormat::kBase64);
    assert_true(find_secret_format("plain") == SecretFormat::kPlain);
    assert_true(find_secret_format("pem") == SecretFormat::kPem);
    assert_true(find_secret_format("jwk") == SecretFormat::kJwk);
    for (const char* name : {"", "PEM", "der", "base64url", "jwks"}) {
        assert_false(find_secret_format(name).has_value());
    }
}

const std::string kBytes = "\x01\xff\n thirty-two bytes and some more";

void test_base64(void** /*state*/) {
    check_secret(encode_base64(kBytes), SecretFormat::kBase64, Signer::oct(kBytes), "HS256", true);
    for (const std::string& bad : {encode_base64url(kBytes), encode_base64(kBytes) + "\n", kBytes,
                                   "A" + encode_base64(kBytes)}) {
        check_refused(parse(bad, SecretFormat::kBase64), "isn't base64");
    }
}

void test_plain(void** /*state*/) {
    check_secret(kBytes, SecretFormat::kPlain, Signer::oct(kBytes), "HS256", true);
    check_secret(kBytes + "\n", SecretFormat::kPlain, Signer::oct(kBytes + "\n"), "HS256", true);
}

void test_pem(void** /*state*/) {
    check_secret(pem_of(ec_signer()), SecretFormat::kPem, ec_signer(), "ES256", false);
    check_refused(parse("no PEM", SecretFormat::kPem), "no PEM block");
}

void test_jwk(void** /*state*/) {
    check_secret(ec_signer().jwk(), SecretFormat::kJwk, ec_signer(), "ES256", false);
    check_secret(oct_signer().jwk(), SecretFormat::kJwk, oct_signer(), "HS512", true);
    check_secret(ec_signer().jwk(R"(,"use":"sig","d":"AQ")"), SecretFormat::kJwk, ec_signer(),
                 "ES256", true);
    for (const char* bad : {"", "[]", "text", R"({"kty":"oct","kty":"oct"})"}) {
        check_refused(parse(bad, SecretFormat::kJwk), "no JSON Web Key");
    }
    check_refused(parse("{}", SecretFormat::kJwk), "\"kty\"");
    check_refused(parse(R"({"kty":"oct"})", SecretFormat::kJwk), "\"k\"");
}

/* The store names its secrets; what a JWK calls itself, or whether it can be read, is nothing. */
void test_the_stores_name_stands_for_the_jwks(void** /*state*/) {
    check_secret(ec_signer().jwk(R"(,"kid":"another")"), SecretFormat::kJwk, ec_signer(), "ES256",
                 false);
    check_secret(ec_signer().jwk(R"(,"kid":7)"), SecretFormat::kJwk, ec_signer(), "ES256", false);
}

void test_keys_for_other_uses_are_refused(void** /*state*/) {
    check_refused(parse(ec_signer().jwk(R"(,"use":"enc")"), SecretFormat::kJwk), "\"use\"");
    check_refused(parse(ec_signer().jwk(R"(,"key_ops":["sign"])"), SecretFormat::kJwk), "\"use\"");
    check_good(parse(ec_signer().jwk(R"(,"use":"sig")"), SecretFormat::kJwk));
    const std::string both = Recipient::oct(std::string(32, 'k')).private_jwk();
    const std::string signing = Recipient::oct(std::string(32, 'k')).private_jwk(R"(,"use":"sig")");
    check_good(parse(both, SecretFormat::kJwk, {true, true}));
    check_refused(parse(signing, SecretFormat::kJwk, {false, true}), "it can't decrypt");
    check_refused(parse(signing, SecretFormat::kJwk, {true, true}), "it can't decrypt");
    check_refused(parse(ec_signer().jwk(), SecretFormat::kJwk, {false, true}), "it can't decrypt");
    check_good(parse(ec_recipient().private_jwk(), SecretFormat::kJwk, {false, true}));
}

void test_weakness_depends_on_the_purposes(void** /*state*/) {
    for (const std::size_t size : {5, 16, 32, 40}) {
        const std::string secret(size, 'k');
        assert_int_equal(parse(secret, SecretFormat::kPlain, {true, false}).ok(), size >= 32);
        assert_int_equal(parse(secret, SecretFormat::kPlain, {false, true}).ok(),
                         size == 16 || size == 32);
        assert_int_equal(parse(secret, SecretFormat::kPlain, {true, true}).ok(), size == 32);
    }
}

void test_weak_keys_are_refused(void** /*state*/) {
    const std::string weak(31, 's');
    const std::string sound(32, 's');
    check_refused(parse(weak, SecretFormat::kPlain), "32 bytes");
    check_good(parse(sound, SecretFormat::kPlain));
    check_refused(parse("", SecretFormat::kPlain), "32 bytes");
    check_refused(parse("", SecretFormat::kBase64), "32 bytes");
    check_refused(parse(encode_base64(weak), SecretFormat::kBase64), "32 bytes");
    check_good(parse(encode_base64(sound), SecretFormat::kBase64));
    check_refused(parse(Signer::oct(weak).jwk(), SecretFormat::kJwk), "32 bytes");
    const Signer small = Signer::rsa(1024);
    check_refused(parse(small.jwk(), SecretFormat::kJwk), "2048 bits");
    check_refused(parse(pem_of(small), SecretFormat::kPem), "2048 bits");
    // A public key that was written into a store of symmetric secrets.
    check_refused(parse(pem_of(ec_signer()), SecretFormat::kPlain), "no secret");
    check_refused(parse(encode_base64(pem_of(ec_signer())), SecretFormat::kBase64), "no secret");
}

/* Which no configuration can name. */
void test_a_format_that_is_none(void** /*state*/) {
    check_refused(parse(encode_base64(std::string(32, 's')), static_cast<SecretFormat>(9)),
                  "unknown format");
}

/* Messages are for the error log. */
void test_messages_hold_nothing_of_the_secret(void** /*state*/) {
    const std::string text = "hush-hush";
    for (const SecretFormat format :
         {SecretFormat::kBase64, SecretFormat::kPlain, SecretFormat::kPem, SecretFormat::kJwk}) {
        const auto secret = parse(text, format);
        check_refused(secret, "");
        check_lacks(secret.error().message, "hush");
    }
}

/* A file that holds a key in a format of its own has no bytes to be a password. */
void test_the_bytes_of_a_secret(void** /*state*/) {
    const auto bytes = [](const std::string& content, SecretFormat format) {
        return parse_bytes(to_secret(content), format);
    };
    const auto plain = bytes("hush", SecretFormat::kPlain);
    check_good(plain);
    check_text(as_text(plain.value().value()), "hush");
    const auto decoded = bytes(encode_base64("hush"), SecretFormat::kBase64);
    check_good(decoded);
    check_text(as_text(decoded.value().value()), "hush");
    check_refused(bytes("hush-hush", SecretFormat::kBase64), "isn't base64");
    for (const SecretFormat format : {SecretFormat::kPem, SecretFormat::kJwk}) {
        const auto none = bytes("hush", format);
        check_good(none);
        assert_false(none.value().has_value());
    }
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_base64),
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_pem),
        cmocka_unit_test(test_jwk),
        cmocka_unit_test(test_the_stores_name_stands_for_the_jwks),
        cmocka_unit_test(test_keys_for_other_uses_are_refused),
        cmocka_unit_test(test_weakness_depends_on_the_purposes),
        cmocka_unit_test(test_weak_keys_are_refused),
        cmocka_unit_test(test_a_format_that_is_none),
        cmocka_unit_test(test_messages_hold_nothing_of_the_secret),
        cmocka_unit_test(test_the_bytes_of_a_secret),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
