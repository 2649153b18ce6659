#include <malloc.h>

#include <cstdlib>
#include <cstring>
#include <new>
#include <string>
#include <vector>

#include "base/base64url.h"
#include "checks.h"
#include "fakes.h"
#include "jose/jwe.h"
#include "jose/jwk.h"
#include "jose/key_agreement.h"
#include "keystores.h"
#include "recipient.h"
#include "secret/secret_store.h"

/*
 * Every block of memory that C++ gives back is searched for the secrets of the test. What the
 * libraries allocate for themselves goes other ways, and is theirs to wipe.
 */

namespace {

constexpr std::size_t kMostNeedles = 8;

struct Needle {
    char bytes[64];
    std::size_t size;
};
Needle needles[kMostNeedles];
std::size_t needle_count = 0;
int found = 0;

/* Looks at all that a block may hold, beyond what was asked for, too. */
void search(void* memory) {
    if (memory == nullptr) {
        return;
    }
    const std::size_t size = malloc_usable_size(memory);
    for (std::size_t at = 0; at < needle_count; ++at) {
        if (memmem(memory, size, needles[at].bytes, needles[at].size) != nullptr) {
            ++found;
        }
    }
}

}  // namespace

void* operator new(std::size_t size) {
    void* memory = std::malloc(size);
    if (memory == nullptr) {
        throw std::bad_alloc();
    }
    return memory;
}

void operator delete(void* memory) noexcept {
    search(memory);
    std::free(memory);
}

void operator delete(void* memory, std::size_t /*size*/) noexcept {
    search(memory);
    std::free(memory);
}

namespace {

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

/* No part of it stands anywhere by chance. */
const std::string kContent =
    R"({"iss":"https://as","secret":"what nobody but the recipient may ever read"})";
const std::string kContentKey = "the key of the content, 32 bytes";
const std::string kSharedSecret = "a shared secret, of 32 bytes too";
const std::string kPlainSecret = "a-text-of-32-bytes-without-space";

/* Begins to search for what stands in the middle of a text: its ends may be cut off. */
void watch_for(std::string_view secret) {
    assert_true(needle_count < kMostNeedles && secret.size() >= 24);
    Needle& needle = needles[needle_count++];
    needle.size = 16;
    secret.substr(4).copy(needle.bytes, needle.size);
}

int stop_watching() {
    needle_count = 0;
    const int count = found;
    found = 0;
    return count;
}

/* That the search finds anything: plain text is given back as it is. */
void test_plain_text_is_found(void** /*state*/) {
    watch_for(kContent);
    { const std::string text = kContent; }
    assert_true(stop_watching() > 0);
    watch_for(kContent);
    { const SecretBytes bytes = to_secret(kContent); }
    assert_int_equal(stop_watching(), 0);
}

/* Decrypts twice with a key of its own, once what is good and once what is not. */
void check_wiped(const Recipient& recipient, std::string_view alg, std::string_view enc,
                 const std::vector<std::string>& secrets, const Wishes& wishes,
                 Place place = Place::here()) {
    Envelope sealed = recipient.encrypt(alg, enc, kContent, wishes);
    const std::string good = sealed.token();
    sealed.tag[0] = static_cast<char>(sealed.tag[0] ^ 1);
    const std::string bad = sealed.token();
    const JsonHandle jwk = json(recipient.private_jwk());
    watch_for(kContent);
    for (const std::string& secret : secrets) {
        watch_for(secret);
    }
    {
        const auto key = parse_jwk(jwk.get());
        check_good(key, place);
        const auto opened = decrypt(parse_jwe(good).value(), *key.value());
        check_good(opened, place);
        check_denied(decrypt(parse_jwe(bad).value(), *key.value()), Code::kDecryptionFailed, place);
    }
    _assert_int_equal(stop_watching(), 0, place.file, place.line);
}

void test_keys_and_content_are_wiped(void** /*state*/) {
    const Recipient shared = Recipient::oct(kSharedSecret);
    const Wishes key{"", kContentKey};
    for (const char* enc : {"A256GCM", "A128CBC-HS256"}) {
        check_wiped(shared, "dir", enc, {kSharedSecret}, {});
        check_wiped(shared, "A256KW", enc, {kSharedSecret, kContentKey}, key);
        check_wiped(shared, "A256GCMKW", enc, {kSharedSecret, kContentKey}, key);
        check_wiped(rsa_recipient(), "RSA-OAEP", enc, {kContentKey}, key);
        check_wiped(ec_recipient(), "ECDH-ES+A128KW", enc, {kContentKey}, key);
        check_wiped(x25519_recipient(), "ECDH-ES+A256KW", enc, {kContentKey}, key);
    }
}

void test_what_was_compressed_is_wiped(void** /*state*/) {
    const Recipient shared = Recipient::oct(kSharedSecret);
    const std::string token =
        shared.encrypt("dir", "A256GCM", deflated(kContent), {R"(,"zip":"DEF")"}).token();
    const std::string packed = deflated(kContent);
    watch_for(kContent);
    watch_for(packed);
    {
        const auto opened = decrypt(parse_jwe(token).value(), *shared.key());
        check_good(opened);
    }
    assert_int_equal(stop_watching(), 0);
}

/* The numbers of a private JWK, as bytes. */
void test_private_numbers_are_wiped(void** /*state*/) {
    for (const Recipient* recipient : {&rsa_recipient(), &ec_recipient(), &x25519_recipient()}) {
        const JsonHandle jwk = json(recipient->private_jwk());
        std::vector<std::string> numbers;  // ours, and so given back unwiped, but later
        for (const char* name : {"d", "p", "q", "dp", "dq", "qi"}) {
            const json_t* member = json_object_get(jwk.get(), name);
            std::string bytes;
            if (member != nullptr && decode_base64url(json_string_value(member), &bytes)) {
                numbers.push_back(std::move(bytes));
            }
        }
        for (const std::string& number : numbers) {
            watch_for(number);
        }
        assert_true(needle_count > 0);
        { check_good(parse_jwk(jwk.get())); }
        assert_int_equal(stop_watching(), 0);
    }
}

void test_agreed_secrets_are_wiped(void** /*state*/) {
    const Recipient sender = Recipient::okp("X25519");
    std::string secret;
    std::string key;
    {
        const auto agreed = agree_on_secret(x25519_recipient().native(), sender.native());
        assert_true(agreed.has_value());
        secret = as_text(*agreed);
        key = as_text(*derive_key(*agreed, {"A256GCM", "", ""}, 32));
    }
    watch_for(secret);
    watch_for(key);
    {
        const auto agreed = agree_on_secret(x25519_recipient().native(), sender.native());
        const auto derived = derive_key(*agreed, {"A256GCM", "", ""}, 32);
        assert_true(derived.has_value());
        check_text(as_text(*derived), key);
    }
    assert_int_equal(stop_watching(), 0);
}

/* Makes a store, loads the secret "enc" to decrypt with, and gives both up. */
void load(const std::string& type, const std::vector<std::string_view>& parameters,
          const PasswordSource* passwords, Place place = Place::here()) {
    Warnings warnings;
    const auto store = make_secret_store({type, parameters, "/"});
    check_good(store, place);
    check_good(store.value()->load("enc", {&warnings, passwords, KeyPurpose::kDecrypt}), place);
    FakeRequestContext request;
    _assert_true(store.value()->keys(request, "enc").value() != nullptr, "the key is there",
                 place.file, place.line);
}

const std::string kPassword = "the password of a keystore, long enough";

class OnePassword final : public PasswordSource {
  public:
    Configured<SecretBytes> password(const std::string& /*secret_id*/) const override {
        return to_secret(kPassword);
    }
};

/* What stands in files, in the environment, and in the keystore that a password opens. */
void test_what_stores_read_is_wiped(void** /*state*/) {
    TemporaryDirectory directory;
    const std::string encoded = encode_base64(kSharedSecret);
    const std::string pem = ec_recipient().private_pem();
    const std::string keystore =
        directory.write("keys.p12", Keystore(kPassword).add_secret("enc", kSharedSecret).der());
    directory.write("enc", encoded);
    directory.write("enc.txt", kPlainSecret);
    directory.write("enc.pem", pem);
    const std::string jwk = R"({"kty":"oct","k":")" + encode_base64url(kSharedSecret) + "\"}";
    directory.write("enc.jwk", jwk);
    const std::string set = directory.write("set", R"({"keys":[)" + jwk + "]}");
    setenv("ENC", encoded.c_str(), 1);
    const std::string path = "path=" + directory.path("");
    const std::string file = "file=" + keystore;
    const std::string set_file = "file=" + set;
    const std::string inline_secret = "enc=" + encoded;
    const OnePassword passwords;

    for (const std::string_view secret :
         {std::string_view(kSharedSecret), std::string_view(kPlainSecret),
          std::string_view(encoded), std::string_view(jwk), std::string_view(pem).substr(40, 60),
          std::string_view(kPassword)}) {
        watch_for(secret);
    }
    load("directory", {path}, nullptr);
    load("directory", {path, "suffix=.txt", "format=plain"}, nullptr);
    load("directory", {path, "suffix=.pem", "format=pem"}, nullptr);
    load("directory", {path, "suffix=.jwk", "format=jwk"}, nullptr);
    load("jwks", {set_file}, nullptr);
    load("environment", {}, nullptr);
    load("base64", {inline_secret}, nullptr);
    load("keystore", {file, "password_secret=pin"}, &passwords);
    assert_int_equal(stop_watching(), 0);
    unsetenv("ENC");
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_plain_text_is_found),
        cmocka_unit_test(test_keys_and_content_are_wiped),
        cmocka_unit_test(test_what_was_compressed_is_wiped),
        cmocka_unit_test(test_private_numbers_are_wiped),
        cmocka_unit_test(test_agreed_secrets_are_wiped),
        cmocka_unit_test(test_what_stores_read_is_wiped),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
