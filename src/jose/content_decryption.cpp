#include "jose/content_decryption.h"

#include <openssl/core_names.h>
#include <openssl/params.h>

#include <array>
#include <cstdint>
#include <string>

#include "base/handles.h"
#include "jose/jwe.h"

namespace oauth2_rs {

namespace {

const unsigned char* bytes(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

/* Deciphers all of a text at once: its room is that of the text and one block. */
std::optional<SecretBytes> decipher(EVP_CIPHER_CTX* context, std::string_view ciphertext) {
    SecretBytes content(ciphertext.size() + EVP_MAX_BLOCK_LENGTH);
    int size = 0;
    int last_size = 0;
    if (EVP_DecryptUpdate(context, content.data(), &size, bytes(ciphertext),
                          static_cast<int>(ciphertext.size())) != 1 ||
        EVP_DecryptFinal_ex(context, content.data() + size, &last_size) != 1) {
        return std::nullopt;
    }
    content.resize(static_cast<std::size_t>(size) + static_cast<std::size_t>(last_size));
    return content;
}

/* Starts a cipher whose key may be the end of a longer one. */
CipherContextHandle start(const char* name, const unsigned char* key, std::string_view iv) {
    const CipherHandle cipher(EVP_CIPHER_fetch(nullptr, name, nullptr));
    CipherContextHandle context(EVP_CIPHER_CTX_new());
    if (!cipher || !context ||
        EVP_DecryptInit_ex2(context.get(), cipher.get(), key, bytes(iv), nullptr) != 1) {
        return nullptr;
    }
    return context;
}

/* RFC 7518 section 5.2.2.1, step 4: the length of the header in bits, in 64 of them. */
std::array<unsigned char, 8> additional_data_length(std::string_view header) {
    std::uint64_t bits = std::uint64_t{header.size()} * 8;
    std::array<unsigned char, 8> big_endian{};
    for (auto byte = big_endian.rbegin(); byte != big_endian.rend(); ++byte, bits >>= 8) {
        *byte = static_cast<unsigned char>(bits & 0xff);
    }
    return big_endian;
}

/* RFC 7518 section 5.2.2.1, step 5: HMAC with the first half of the key, of which half counts. */
bool has_good_mac(const Jwe& jwe, const SecretBytes& key) {
    const MacHandle mac(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
    const MacContextHandle context(mac ? EVP_MAC_CTX_new(mac.get()) : nullptr);
    const std::array<OSSL_PARAM, 2> parameters{
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST,
                                         const_cast<char*>(jwe.encryption->digest), 0),
        OSSL_PARAM_construct_end()};
    const auto length = additional_data_length(jwe.encoded_header);
    std::array<unsigned char, EVP_MAX_MD_SIZE> computed;
    std::size_t size = 0;
    return context &&
           EVP_MAC_init(context.get(), key.data(), key.size() / 2, parameters.data()) == 1 &&
           EVP_MAC_update(context.get(), bytes(jwe.encoded_header), jwe.encoded_header.size()) ==
               1 &&
           EVP_MAC_update(context.get(), bytes(jwe.iv), jwe.iv.size()) == 1 &&
           EVP_MAC_update(context.get(), bytes(jwe.ciphertext), jwe.ciphertext.size()) == 1 &&
           EVP_MAC_update(context.get(), length.data(), length.size()) == 1 &&
           EVP_MAC_final(context.get(), computed.data(), &size, computed.size()) == 1 &&
           jwe.tag.size() == size / 2 &&
           CRYPTO_memcmp(computed.data(), jwe.tag.data(), jwe.tag.size()) == 0;
}

/* RFC 7518 section 5.2.2.2: not a byte is deciphered before the MAC is good. */
std::optional<SecretBytes> decrypt_aes_cbc_hmac(const Jwe& jwe, const SecretBytes& key) {
    if (!has_good_mac(jwe, key)) {
        return std::nullopt;
    }
    const CipherContextHandle context =
        start(jwe.encryption->cipher, key.data() + key.size() / 2, jwe.iv);
    return context ? decipher(context.get(), jwe.ciphertext) : std::nullopt;
}

}  // namespace

std::optional<SecretBytes> decrypt_content(const Jwe& jwe, const SecretBytes& key) {
    return jwe.encryption->scheme == Scheme::kAesGcm
               ? decrypt_aes_gcm(jwe.encryption->cipher, key, jwe.iv, jwe.encoded_header,
                                 jwe.ciphertext, jwe.tag)
               : decrypt_aes_cbc_hmac(jwe, key);
}

std::optional<SecretBytes> decrypt_aes_gcm(const char* cipher, const SecretBytes& key,
                                           std::string_view iv, std::string_view additional_data,
                                           std::string_view ciphertext, std::string_view tag) {
    const CipherContextHandle context = start(cipher, key.data(), iv);
    int size = 0;
    if (!context ||
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, static_cast<int>(tag.size()),
                            const_cast<char*>(tag.data())) != 1 ||
        EVP_DecryptUpdate(context.get(), nullptr, &size, bytes(additional_data),
                          static_cast<int>(additional_data.size())) != 1) {
        return std::nullopt;
    }
    return decipher(context.get(), ciphertext);
}

}  // namespace oauth2_rs
