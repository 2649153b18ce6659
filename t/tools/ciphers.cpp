#include "ciphers.h"

#include <openssl/core_names.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/rsa.h>
#include <zlib.h>

#include "failure.h"

namespace oauth2_rs::mint {

namespace {

constexpr size_t kGcmTagOctets = 16;
constexpr size_t kBlockOctets = 16;

const unsigned char *in(const std::string &octets) {
    return reinterpret_cast<const unsigned char *>(octets.data());
}

unsigned char *out(std::string &octets) { return reinterpret_cast<unsigned char *>(octets.data()); }

int length_of(const std::string &octets) { return static_cast<int>(octets.size()); }

void check(bool done, const char *what) {
    if (!done) {
        throw crypto_failure(what);
    }
}

constexpr const char *kCannotEncrypt = "cannot encrypt";

/* One AES operation with the mode's name as OpenSSL says it: "CBC", "GCM", "WRAP". */
class Aes {
  public:
    Aes(const std::string &key, const std::string &iv, const std::string &mode)
        : context_(EVP_CIPHER_CTX_new()) {
        const std::string name = "AES-" + std::to_string(key.size() * 8) + '-' + mode;
        const Cipher cipher(EVP_CIPHER_fetch(nullptr, name.c_str(), nullptr));
        check(cipher && context_, kCannotEncrypt);
        EVP_CIPHER_CTX_set_flags(context_.get(), EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
        size_t iv_octets = iv.size();
        const OSSL_PARAM params[] = {
            OSSL_PARAM_construct_size_t(OSSL_CIPHER_PARAM_IVLEN, &iv_octets),
            OSSL_PARAM_construct_end()};
        const bool sets_length = mode == "GCM";
        check(EVP_EncryptInit_ex2(context_.get(), cipher.get(), nullptr, nullptr,
                                  sets_length ? params : nullptr) == 1 &&
                  EVP_EncryptInit_ex2(context_.get(), nullptr, in(key),
                                      iv.empty() ? nullptr : in(iv), nullptr) == 1,
              kCannotEncrypt);
    }

    void authenticate(const std::string &aad) {
        int ignored = 0;
        check(EVP_EncryptUpdate(context_.get(), nullptr, &ignored, in(aad), length_of(aad)) == 1,
              kCannotEncrypt);
    }

    std::string encrypt(const std::string &plaintext) {
        std::string ciphertext(plaintext.size() + kBlockOctets, '\0');
        int first = 0;
        int last = 0;
        check(EVP_EncryptUpdate(context_.get(), out(ciphertext), &first, in(plaintext),
                                length_of(plaintext)) == 1 &&
                  EVP_EncryptFinal_ex(context_.get(), out(ciphertext) + first, &last) == 1,
              kCannotEncrypt);
        ciphertext.resize(static_cast<size_t>(first) + static_cast<size_t>(last));
        return ciphertext;
    }

    std::string tag() {
        std::string octets(kGcmTagOctets, '\0');
        check(EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_GET_TAG, length_of(octets),
                                  out(octets)) == 1,
              kCannotEncrypt);
        return octets;
    }

  private:
    CipherContext context_;
};

}  // namespace

Sealed aes_gcm(const std::string &key, const std::string &iv, const std::string &aad,
               const std::string &plaintext) {
    Aes aes(key, iv, "GCM");
    aes.authenticate(aad);
    const std::string ciphertext = aes.encrypt(plaintext);
    return {ciphertext, aes.tag()};
}

std::string aes_cbc(const std::string &key, const std::string &iv, const std::string &plaintext) {
    return Aes(key, iv, "CBC").encrypt(plaintext);
}

std::string aes_key_wrap(const std::string &wrapping_key, const std::string &key) {
    return Aes(wrapping_key, "", "WRAP").encrypt(key);
}

std::string hmac(const char *digest, const std::string &key, const std::string &input) {
    std::string mac(EVP_MAX_MD_SIZE, '\0');
    unsigned length = 0;
    check(HMAC(EVP_get_digestbyname(digest), key.data(), length_of(key), in(input), input.size(),
               out(mac), &length) != nullptr,
          "cannot compute an HMAC");
    mac.resize(length);
    return mac;
}

std::string rsa_encrypt(EVP_PKEY *key, const char *oaep_digest, const std::string &plaintext) {
    const PkeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
    check(context && EVP_PKEY_encrypt_init(context.get()) == 1, kCannotEncrypt);
    if (oaep_digest == nullptr) {
        check(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) == 1, kCannotEncrypt);
    } else {
        check(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_OAEP_PADDING) == 1 &&
                  EVP_PKEY_CTX_set_rsa_oaep_md_name(context.get(), oaep_digest, nullptr) == 1 &&
                  EVP_PKEY_CTX_set_rsa_mgf1_md_name(context.get(), oaep_digest, nullptr) == 1,
              kCannotEncrypt);
    }
    std::string ciphertext(static_cast<size_t>(EVP_PKEY_get_size(key)), '\0');
    size_t length = ciphertext.size();
    check(EVP_PKEY_encrypt(context.get(), out(ciphertext), &length, in(plaintext),
                           plaintext.size()) == 1,
          kCannotEncrypt);
    ciphertext.resize(length);
    return ciphertext;
}

std::string agree(EVP_PKEY *own, EVP_PKEY *peer) {
    const PkeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, own, nullptr));
    size_t length = 0;
    check(context && EVP_PKEY_derive_init(context.get()) == 1 &&
              EVP_PKEY_derive_set_peer(context.get(), peer) == 1 &&
              EVP_PKEY_derive(context.get(), nullptr, &length) == 1,
          "cannot agree on a key");
    std::string secret(length, '\0');
    check(EVP_PKEY_derive(context.get(), out(secret), &length) == 1, "cannot agree on a key");
    secret.resize(length);
    return secret;
}

std::string concat_kdf(const std::string &secret, const std::string &other_info, size_t octets) {
    const Kdf kdf(EVP_KDF_fetch(nullptr, OSSL_KDF_NAME_SSKDF, nullptr));
    const KdfContext context(kdf ? EVP_KDF_CTX_new(kdf.get()) : nullptr);
    std::string digest = "SHA256";
    std::string key = secret;
    std::string info = other_info;
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, key.data(), key.size()),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info.data(), info.size()),
        OSSL_PARAM_construct_end()};
    std::string derived(octets, '\0');
    check(context && EVP_KDF_derive(context.get(), out(derived), octets, params) == 1,
          "cannot derive a key");
    return derived;
}

std::string deflate_raw(const std::string &text) {
    z_stream stream = {};
    // A negative window size leaves zlib's own header and checksum out.
    if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 9, Z_DEFAULT_STRATEGY) !=
        Z_OK) {
        throw Failure("cannot compress");
    }
    std::string compressed(deflateBound(&stream, text.size()), '\0');
    stream.next_in = const_cast<unsigned char *>(in(text));
    stream.avail_in = static_cast<unsigned>(text.size());
    stream.next_out = out(compressed);
    stream.avail_out = static_cast<unsigned>(compressed.size());
    const int status = deflate(&stream, Z_FINISH);
    compressed.resize(stream.total_out);
    deflateEnd(&stream);
    if (status != Z_STREAM_END) {
        throw Failure("cannot compress");
    }
    return compressed;
}

}  // namespace oauth2_rs::mint
