#include "jose/key_unwrapping.h"

#include <openssl/rsa.h>

#include "base/handles.h"
#include "jose/content_decryption.h"

namespace oauth2_rs {

namespace {

const unsigned char* bytes(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

/* OpenSSL takes the hash for MGF1 too. */
bool set_up_oaep(EVP_PKEY_CTX* context, const char* digest) {
    return EVP_PKEY_decrypt_init(context) == 1 &&
           EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_oaep_md_name(context, digest, nullptr) == 1;
}

}  // namespace

std::optional<SecretBytes> unwrap_rsa_oaep(const char* digest, evp_pkey_st* key,
                                           std::string_view encrypted_key) {
    const auto modulus_size = static_cast<std::size_t>(EVP_PKEY_get_size(key));
    const PublicKeyContextHandle context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
    SecretBytes content_key(modulus_size);
    std::size_t size = modulus_size;
    if (encrypted_key.size() != modulus_size || !context || !set_up_oaep(context.get(), digest) ||
        EVP_PKEY_decrypt(context.get(), content_key.data(), &size, bytes(encrypted_key),
                         encrypted_key.size()) != 1) {
        return std::nullopt;
    }
    content_key.resize(size);
    return content_key;
}

std::optional<SecretBytes> unwrap_aes(const char* cipher_name, const SecretBytes& key,
                                      std::string_view encrypted_key) {
    const CipherHandle cipher(EVP_CIPHER_fetch(nullptr, cipher_name, nullptr));
    const CipherContextHandle context(EVP_CIPHER_CTX_new());
    if (!cipher || !context) {
        return std::nullopt;
    }
    EVP_CIPHER_CTX_set_flags(context.get(), EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
    SecretBytes content_key(encrypted_key.size());
    int size = 0;
    if (EVP_DecryptInit_ex2(context.get(), cipher.get(), key.data(), nullptr, nullptr) != 1 ||
        EVP_DecryptUpdate(context.get(), content_key.data(), &size, bytes(encrypted_key),
                          static_cast<int>(encrypted_key.size())) != 1) {
        return std::nullopt;
    }
    content_key.resize(static_cast<std::size_t>(size));
    return content_key;
}

std::optional<SecretBytes> unwrap_aes_gcm(const char* cipher, const SecretBytes& key,
                                          std::string_view iv, std::string_view tag,
                                          std::string_view encrypted_key) {
    return decrypt_aes_gcm(cipher, key, iv, {}, encrypted_key, tag);
}

}  // namespace oauth2_rs
