#include "jose/signature_verifier.h"

#include <openssl/asn1.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>
#include <new>
#include <utility>

#include "base/handles.h"

namespace oauth2_rs {

namespace {

const unsigned char* bytes(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

/*
 * The worker's TLS shares OpenSSL's error queue: nothing must be left in it, by a good outcome
 * neither. Short memory is no verdict on a signature.
 */
bool without_errors(bool good) {
    const unsigned long error = ERR_peek_last_error();
    if (error != 0) {
        ERR_clear_error();
    }
    if (!good && ERR_GET_REASON(error) == ERR_R_MALLOC_FAILURE) {
        throw std::bad_alloc();
    }
    return good;
}

/* RSA and ECDSA: digest, then the key operation on a context that is set up once. */
class DigestedVerifier : public SignatureVerifier {
  public:
    DigestedVerifier(DigestHandle digest, DigestContextHandle digest_context,
                     PublicKeyContextHandle key_context)
        : digest_(std::move(digest)),
          digest_context_(std::move(digest_context)),
          key_context_(std::move(key_context)) {}

  protected:
    bool verify_digested(std::string_view input, const unsigned char* signature,
                         std::size_t signature_size) {
        std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
        unsigned int size = 0;
        return EVP_DigestInit_ex2(digest_context_.get(), digest_.get(), nullptr) == 1 &&
               EVP_DigestUpdate(digest_context_.get(), input.data(), input.size()) == 1 &&
               EVP_DigestFinal_ex(digest_context_.get(), digest.data(), &size) == 1 &&
               EVP_PKEY_verify(key_context_.get(), signature, signature_size, digest.data(),
                               size) == 1;
    }

  private:
    DigestHandle digest_;
    DigestContextHandle digest_context_;
    PublicKeyContextHandle key_context_;
};

/* RFC 7518 sections 3.3 and 3.5; RFC 8017 section 8: a signature is as long as the modulus. */
class RsaVerifier final : public DigestedVerifier {
  public:
    RsaVerifier(DigestHandle digest, DigestContextHandle digest_context,
                PublicKeyContextHandle key_context, std::size_t modulus_size)
        : DigestedVerifier(std::move(digest), std::move(digest_context), std::move(key_context)),
          modulus_size_(modulus_size) {}

    bool verify(std::string_view input, std::string_view signature) override {
        return signature.size() == modulus_size_ &&
               without_errors(verify_digested(input, bytes(signature), signature.size()));
    }

  private:
    std::size_t modulus_size_;
};

/*
 * r and s in DER (RFC 3279 section 2.2.3), each as short as it can be. Written by hand: by way of
 * OpenSSL's numbers it takes several allocations.
 */
class DerSignature {
  public:
    DerSignature(std::string_view r, std::string_view s) {
        // Back to front, since each length stands before what it counts.
        put_integer(s);
        put_integer(r);
        const std::size_t content = size();
        put(static_cast<unsigned char>(content));
        if (content >= 0x80) {
            put(0x81);  // the length takes a byte of its own
        }
        put(V_ASN1_SEQUENCE | V_ASN1_CONSTRUCTED);
    }

    const unsigned char* data() const { return buffer_.data() + begin_; }
    std::size_t size() const { return buffer_.size() - begin_; }

  private:
    void put(unsigned char byte) { buffer_[--begin_] = byte; }

    void put_integer(std::string_view number) {
        const auto first = std::min(number.find_first_not_of('\0'), number.size() - 1);
        const std::string_view digits = number.substr(first);
        const bool padded = (bytes(digits)[0] & 0x80) != 0;  // else it would be negative
        begin_ -= digits.size();
        std::copy(digits.begin(), digits.end(), buffer_.begin() + begin_);
        if (padded) {
            put(0);
        }
        put(static_cast<unsigned char>(digits.size() + (padded ? 1 : 0)));
        put(V_ASN1_INTEGER);
    }

    static constexpr std::size_t kMostNumber = 66;  // of P-521
    std::array<unsigned char, 3 + 2 * (3 + kMostNumber)> buffer_;
    std::size_t begin_ = buffer_.size();
};

/* RFC 7518 section 3.4: exactly r and s, each of the curve's size; the engine wants them in DER. */
class EcdsaVerifier final : public DigestedVerifier {
  public:
    EcdsaVerifier(DigestHandle digest, DigestContextHandle digest_context,
                  PublicKeyContextHandle key_context, std::size_t number_size)
        : DigestedVerifier(std::move(digest), std::move(digest_context), std::move(key_context)),
          number_size_(number_size) {}

    bool verify(std::string_view input, std::string_view signature) override {
        return signature.size() == 2 * number_size_ &&
               without_errors(verify_numbers(input, signature));
    }

  private:
    bool verify_numbers(std::string_view input, std::string_view signature) {
        const DerSignature der(signature.substr(0, number_size_), signature.substr(number_size_));
        return verify_digested(input, der.data(), der.size());
    }

    std::size_t number_size_;
};

/* RFC 8037 section 3.1. */
class EddsaVerifier final : public SignatureVerifier {
  public:
    explicit EddsaVerifier(DigestContextHandle context) : context_(std::move(context)) {}

    bool verify(std::string_view input, std::string_view signature) override {
        // Without a key it starts anew with the one it has.
        return without_errors(
            EVP_DigestVerifyInit(context_.get(), nullptr, nullptr, nullptr, nullptr) == 1 &&
            EVP_DigestVerify(context_.get(), bytes(signature), signature.size(), bytes(input),
                             input.size()) == 1);
    }

  private:
    DigestContextHandle context_;
};

/* RFC 7518 section 3.2. */
class HmacVerifier final : public SignatureVerifier {
  public:
    HmacVerifier(MacContextHandle context, std::size_t size)
        : context_(std::move(context)), size_(size) {}

    bool verify(std::string_view input, std::string_view signature) override {
        std::array<unsigned char, EVP_MAX_MD_SIZE> mac;
        std::size_t size = 0;
        return without_errors(EVP_MAC_init(context_.get(), nullptr, 0, nullptr) == 1 &&
                              EVP_MAC_update(context_.get(), bytes(input), input.size()) == 1 &&
                              EVP_MAC_final(context_.get(), mac.data(), &size, mac.size()) == 1 &&
                              size == size_ && signature.size() == size &&
                              CRYPTO_memcmp(mac.data(), signature.data(), size) == 0);
    }

  private:
    MacContextHandle context_;
    std::size_t size_;
};

/*
 * RFC 7518 section 3.5: MGF1 with the same hash, a salt of the hash's length. Fails where the key's
 * own parameters (RFC 8017 appendix A.2.3) want something else.
 */
bool set_up_pss(EVP_PKEY_CTX* context, const EVP_MD* digest) {
    return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
           EVP_PKEY_CTX_set_signature_md(context, digest) == 1 &&
           EVP_PKEY_CTX_set_rsa_mgf1_md(context, digest) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
}

bool set_up(EVP_PKEY_CTX* context, const Algorithm& algorithm, const EVP_MD* digest) {
    if (EVP_PKEY_verify_init(context) != 1) {
        return false;
    }
    if (algorithm.scheme == Scheme::kRsaPkcs1 &&
        EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) != 1) {
        return false;
    }
    return algorithm.scheme == Scheme::kRsaPss
               ? set_up_pss(context, digest)
               : EVP_PKEY_CTX_set_signature_md(context, digest) == 1;
}

std::unique_ptr<SignatureVerifier> make_eddsa_verifier(EVP_PKEY* key) {
    DigestContextHandle context(EVP_MD_CTX_new());
    if (!without_errors(context &&
                        EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key) == 1)) {
        return nullptr;
    }
    return std::make_unique<EddsaVerifier>(std::move(context));
}

}  // namespace

std::unique_ptr<SignatureVerifier> make_public_key_verifier(const Algorithm& algorithm,
                                                            evp_pkey_st* key) {
    if (algorithm.scheme == Scheme::kEddsa) {
        return make_eddsa_verifier(key);
    }
    DigestHandle digest(EVP_MD_fetch(nullptr, algorithm.digest, nullptr));
    DigestContextHandle digest_context(EVP_MD_CTX_new());
    PublicKeyContextHandle key_context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
    if (!without_errors(digest && digest_context && key_context &&
                        set_up(key_context.get(), algorithm, digest.get()))) {
        return nullptr;
    }
    if (algorithm.scheme == Scheme::kEcdsa) {
        return std::make_unique<EcdsaVerifier>(std::move(digest), std::move(digest_context),
                                               std::move(key_context), algorithm.size);
    }
    const auto modulus_size = static_cast<std::size_t>(EVP_PKEY_get_size(key));
    return std::make_unique<RsaVerifier>(std::move(digest), std::move(digest_context),
                                         std::move(key_context), modulus_size);
}

std::unique_ptr<SignatureVerifier> make_hmac_verifier(const Algorithm& algorithm,
                                                      const SecretBytes& secret) {
    const MacHandle mac(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
    if (!without_errors(mac != nullptr)) {
        return nullptr;
    }
    MacContextHandle context(EVP_MAC_CTX_new(mac.get()));
    const std::array<OSSL_PARAM, 2> parameters{
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, const_cast<char*>(algorithm.digest),
                                         0),
        OSSL_PARAM_construct_end()};
    if (!without_errors(context && EVP_MAC_init(context.get(), secret.data(), secret.size(),
                                                parameters.data()) == 1)) {
        return nullptr;
    }
    return std::make_unique<HmacVerifier>(std::move(context), algorithm.size);
}

}  // namespace oauth2_rs
