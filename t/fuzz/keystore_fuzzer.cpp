// PKCS#12 keystores. An input is taken as a whole keystore, and as the content of one to which the
// MAC is put here: otherwise nothing behind the MAC would ever be reached.

#include <openssl/err.h>
#include <openssl/pkcs12.h>

#include "fuzz.h"
#include "jose/pem.h"
#include "secret/pkcs12.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fuzz;

namespace {

constexpr char kPassword[] = "hush";
using KeystoreHandle = Handle<PKCS12, PKCS12_free>;

/*
 * An INTEGER of DER that may be a count of PBKDF iterations, which would take minutes. Who writes
 * the keystore of an NGINX may as well stop it.
 */
bool may_take_long(std::string_view der) {
    constexpr unsigned long kMost = 5000;
    for (std::size_t at = 0; at + 2 < der.size(); ++at) {
        const auto length = static_cast<unsigned char>(der[at + 1]);
        if (der[at] != 0x02 || length < 2 || length > 8) {
            continue;
        }
        unsigned long number = 0;
        for (const char byte : der.substr(at + 2, length)) {
            number = number << 8 | static_cast<unsigned char>(byte);
        }
        if (number > kMost) {
            return true;
        }
    }
    return false;
}

/* One value of DER (ITU-T X.690 section 8.1), of less than 64 KiB. */
std::string der(unsigned char tag, std::string_view content) {
    const std::size_t size = content.size();
    std::string value(1, static_cast<char>(tag));
    if (size >= 0x80) {
        value += '\x82';
        value += static_cast<char>(size >> 8);
    }
    value += static_cast<char>(size & 0xff);
    value += content;
    return value;
}

/* RFC 7292 section 4: a keystore whose authenticated safe is that content; null: it is too long. */
KeystoreHandle keystore_of(std::string_view content) {
    constexpr std::string_view kData = "\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01";
    constexpr std::string_view kVersion3 = "\x02\x01\x03";
    const std::string safe = der(0x06, kData) + der(0xa0, der(0x04, content));
    const std::string whole = der(0x30, std::string(kVersion3) + der(0x30, safe));
    const auto* at = reinterpret_cast<const unsigned char*>(whole.data());
    return KeystoreHandle(d2i_PKCS12(nullptr, &at, static_cast<long>(whole.size())));
}

SecretBytes with_mac(std::string_view content) {
    constexpr std::size_t kMostContent = 0xf000;
    const KeystoreHandle keystore = keystore_of(content.substr(0, kMostContent));
    unsigned char salt[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    require(keystore && PKCS12_set_mac(keystore.get(), kPassword, -1, salt, sizeof(salt), 1,
                                       EVP_sha256()) == 1,
            "a MAC can be put to anything");
    unsigned char* encoded = nullptr;
    const int size = i2d_PKCS12(keystore.get(), &encoded);
    require(size > 0, "a keystore can be written");
    const OpensslMemory owner(encoded);
    return {encoded, encoded + size};
}

KeyPointer key_of(KeystoreEntry entry) {
    if (!entry.key) {
        return std::make_unique<const Key>(std::move(entry.secret), KeyTerms());
    }
    auto key = import_key(std::move(entry.key), KeyTerms());
    return key.ok() ? std::move(key.value()) : nullptr;
}

void open(const SecretBytes& content) {
    auto entries = open_keystore(content, to_secret(kPassword));
    require(ERR_peek_error() == 0, "nothing is left in OpenSSL's error queue");
    if (!entries.ok()) {
        return;
    }
    std::vector<KeyPointer> keys;
    for (KeystoreEntry& entry : entries.value()) {
        require(!entry.key || entry.secret.empty(), "an entry is one of the two");
        auto key = key_of(std::move(entry));
        if (key && key->weakness({true, true}) == nullptr) {
            keys.push_back(std::move(key));
        }
    }
    require_sound(keys);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input = text_of(data, size);
    if (!may_take_long(input)) {
        open({data, data + size});
        open(with_mac(input));
    }
    return 0;
}
