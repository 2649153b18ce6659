#include <openssl/err.h>
#include <openssl/rand.h>

#include <memory>
#include <utility>

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
        ERR_clear_error();
        return content;
    }

  private:
    /* Of every algorithm: which engine is asked for it is the table's to say. */
    std::optional<SecretBytes> content_key(const Jwe& jwe) const {
        switch (jwe.algorithm->scheme) {
            case Scheme::kDirect:
                return secret_;
            case Scheme::kAesKeyWrap:
                return unwrap_aes(jwe.algorithm->cipher, secret_, jwe.encrypted_key);
            case Scheme::kAesGcmKeyWrap:
                return unwrap_aes_gcm(jwe.algorithm->cipher, secret_, jwe.wrapping_iv,
                                      jwe.wrapping_tag, jwe.encrypted_key);
            case Scheme::kRsaOaep:
                return unwrap_rsa_oaep(jwe.algorithm->digest, key_, jwe.encrypted_key);
            case Scheme::kEcdhEs:
                return agreed_key(jwe, jwe.encryption->name, jwe.encryption->size);
            case Scheme::kEcdhEsKeyWrap:
                return unwrap_with_agreed_key(jwe);
            default:
                return std::nullopt;
        }
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
};

}  // namespace

std::unique_ptr<Decrypter> make_openssl_decrypter(const SecretBytes& secret, evp_pkey_st* key) {
    return std::make_unique<OpensslDecrypter>(secret, key);
}

}  // namespace oauth2_rs
