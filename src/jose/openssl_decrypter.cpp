#include <openssl/err.h>
#include <openssl/rand.h>

#include <memory>
#include <new>
#include <utility>

#include "base/handles.h"
#include "jose/content_decryption.h"
#include "jose/decrypter.h"
#include "jose/jwe.h"
#include "jose/key_agreement.h"
#include "jose/key_unwrapping.h"

namespace oauth2_rs {

namespace {

std::optional<SecretBytes> random_key(std::size_t size) {
    SecretBytes key(size);
    if (RAND_priv_bytes(key.data(), static_cast<int>(size)) != 1) {
        return std::nullopt;
    }
    return key;
}

/* Takes all out of OpenSSL's error queue; true where one of them was that memory is short. */
bool take_memory_error() {
    bool found = false;
    for (unsigned long error = ERR_get_error(); error != 0; error = ERR_get_error()) {
        found = found || ERR_GET_REASON(error) == ERR_R_MALLOC_FAILURE;
    }
    return found;
}

class OpensslDecrypter final : public Decrypter {
  public:
    OpensslDecrypter(const SecretBytes& secret, evp_pkey_st* key) : secret_(secret), key_(key) {}

    /*
     * RFC 7516 section 11.5: what can't be unwrapped, or has another length, gives way to a random
     * key, so that it fails where a wrong tag does and takes as long.
     */
    std::optional<SecretBytes> decrypt(const Jwe& jwe) override {
        auto key = random_key(jwe.encryption->size);
        auto unwrapped = content_key(jwe);
        if (key && unwrapped && unwrapped->size() == key->size()) {
            key = std::move(unwrapped);
        }
        auto content = key ? decrypt_content(jwe, *key) : std::nullopt;
        if (take_memory_error() && !content) {
            rsa_key_.reset();
            throw std::bad_alloc();  // which is no verdict on the token
        }
        return content;
    }

  private:
    /*
     * OpenSSL blinds what it does with a private RSA key by two numbers that belong together. Where
     * memory runs short as they change they no longer do, and good tokens would be refused for a
     * while: so it is a copy of the key that is used, and another one after that.
     */
    evp_pkey_st* rsa_key() {
        if (!rsa_key_) {
            rsa_key_.reset(EVP_PKEY_dup(key_));
        }
        return rsa_key_.get();
    }

    /* Of every algorithm: which engine is asked for it is the table's to say. */
    std::optional<SecretBytes> content_key(const Jwe& jwe) {
        switch (jwe.algorithm->scheme) {
            case Scheme::kDirect:
                return secret_;
            case Scheme::kAesKeyWrap:
                return unwrap_aes(jwe.algorithm->cipher, secret_, jwe.encrypted_key);
            case Scheme::kAesGcmKeyWrap:
                return unwrap_aes_gcm(jwe.algorithm->cipher, secret_, jwe.wrapping_iv,
                                      jwe.wrapping_tag, jwe.encrypted_key);
            case Scheme::kRsaOaep:
                return unwrap_rsa(jwe);
            case Scheme::kEcdhEs:
                return agreed_key(jwe, jwe.encryption->name, jwe.encryption->size);
            case Scheme::kEcdhEsKeyWrap:
                return unwrap_with_agreed_key(jwe);
            default:
                return std::nullopt;
        }
    }

    std::optional<SecretBytes> unwrap_rsa(const Jwe& jwe) {
        evp_pkey_st* const key = rsa_key();
        return key == nullptr ? std::nullopt
                              : unwrap_rsa_oaep(jwe.algorithm->digest, key, jwe.encrypted_key);
    }

    /* RFC 7518 section 4.6: the derived key is named after what it is for. */
    std::optional<SecretBytes> agreed_key(const Jwe& jwe, std::string_view algorithm_id,
                                          std::size_t size) const {
        const auto secret = agree_on_secret(key_, jwe.ephemeral_key.get());
        if (!secret) {
            return std::nullopt;
        }
        return derive_key(*secret, {algorithm_id, jwe.party_u_info, jwe.party_v_info}, size);
    }

    std::optional<SecretBytes> unwrap_with_agreed_key(const Jwe& jwe) const {
        const auto key = agreed_key(jwe, jwe.algorithm->name, jwe.algorithm->size);
        if (!key) {
            return std::nullopt;
        }
        return unwrap_aes(jwe.algorithm->cipher, *key, jwe.encrypted_key);
    }

    const SecretBytes& secret_;
    evp_pkey_st* key_;
    PublicKeyHandle rsa_key_;
};

}  // namespace

std::unique_ptr<Decrypter> make_openssl_decrypter(const SecretBytes& secret, evp_pkey_st* key) {
    return std::make_unique<OpensslDecrypter>(secret, key);
}

}  // namespace oauth2_rs
