#include "jose/evp_key.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include <array>
#include <utility>
#include <vector>

namespace oauth2_rs {

namespace {

/* The worker's TLS shares OpenSSL's error queue: whatever fails here must leave nothing in it. */
PublicKeyHandle without_errors(PublicKeyHandle key) {
    ERR_clear_error();
    return key;
}

/* Builds a key of named parameters, and holds its numbers for as long as that takes. */
class KeyBuilder {
  public:
    KeyBuilder() : builder_(OSSL_PARAM_BLD_new()), complete_(builder_ != nullptr) {}

    void push_number(const char* name, const SecretBytes& bytes) {
        // OpenSSL wipes its copies of secure numbers alone.
        BignumHandle number(BN_secure_new());
        complete_ = complete_ && number &&
                    BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), number.get()) &&
                    OSSL_PARAM_BLD_push_BN(builder_.get(), name, number.get()) == 1;
        numbers_.push_back(std::move(number));
    }

    void push_bytes(const char* name, const SecretBytes& bytes) {
        complete_ = complete_ && OSSL_PARAM_BLD_push_octet_string(builder_.get(), name,
                                                                  bytes.data(), bytes.size()) == 1;
    }

    void push_text(const char* name, const char* text) {
        complete_ =
            complete_ && OSSL_PARAM_BLD_push_utf8_string(builder_.get(), name, text, 0) == 1;
    }

    /* `selection` is one of OpenSSL's EVP_PKEY_ constants. */
    PublicKeyHandle build(const char* type, int selection) const {
        const ParametersHandle parameters(complete_ ? OSSL_PARAM_BLD_to_param(builder_.get())
                                                    : nullptr);
        const PublicKeyContextHandle context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
        EVP_PKEY* key = nullptr;
        ERR_clear_error();
        if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
            EVP_PKEY_fromdata(context.get(), &key, selection, parameters.get()) != 1) {
            return nullptr;
        }
        PublicKeyHandle built(key);
        // Short of memory, OpenSSL makes keys that are good for nothing, and says so here alone.
        return ERR_peek_error() == 0 ? std::move(built) : nullptr;
    }

  private:
    std::vector<BignumHandle> numbers_;  // the builder borrows them
    ParameterBuilderHandle builder_;
    bool complete_;
};

bool set_up_oaep(EVP_PKEY_CTX* context) {
    return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) == 1;
}

/* What the public half encrypts the private one must decrypt, also without "p" and "q". */
bool rsa_halves_match(EVP_PKEY* key) {
    constexpr std::array<unsigned char, 16> kMessage{1, 2, 3};
    const PublicKeyContextHandle context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
    std::vector<unsigned char> encrypted(static_cast<std::size_t>(EVP_PKEY_get_size(key)));
    std::vector<unsigned char> decrypted(encrypted.size());
    std::size_t encrypted_size = encrypted.size();
    std::size_t decrypted_size = decrypted.size();
    return context && EVP_PKEY_encrypt_init(context.get()) == 1 && set_up_oaep(context.get()) &&
           EVP_PKEY_encrypt(context.get(), encrypted.data(), &encrypted_size, kMessage.data(),
                            kMessage.size()) == 1 &&
           EVP_PKEY_decrypt_init(context.get()) == 1 && set_up_oaep(context.get()) &&
           EVP_PKEY_decrypt(context.get(), decrypted.data(), &decrypted_size, encrypted.data(),
                            encrypted_size) == 1 &&
           decrypted_size == kMessage.size() &&
           CRYPTO_memcmp(decrypted.data(), kMessage.data(), decrypted_size) == 0;
}

bool ec_halves_match(EVP_PKEY* key) {
    const PublicKeyContextHandle context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
    return context && EVP_PKEY_private_check(context.get()) == 1 &&
           EVP_PKEY_pairwise_check(context.get()) == 1;
}

bool has_public_bytes(const EVP_PKEY* key, const SecretBytes& expected) {
    std::array<unsigned char, 64> bytes;
    std::size_t size = bytes.size();
    return EVP_PKEY_get_raw_public_key(key, bytes.data(), &size) == 1 && size == expected.size() &&
           CRYPTO_memcmp(bytes.data(), expected.data(), size) == 0;
}

bool is_on_curve(EVP_PKEY* key) {
    const PublicKeyContextHandle context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
    return context && EVP_PKEY_public_check(context.get()) == 1;
}

bool has_private_number(const EVP_PKEY* key, const char* name) {
    BIGNUM* number = nullptr;
    const bool found = EVP_PKEY_get_bn_param(key, name, &number) == 1;
    const BignumHandle owner(number);
    return found;
}

}  // namespace

PublicKeyHandle make_rsa_key(const RsaNumbers& numbers) {
    KeyBuilder builder;
    builder.push_number(OSSL_PKEY_PARAM_RSA_N, numbers.n);
    builder.push_number(OSSL_PKEY_PARAM_RSA_E, numbers.e);
    if (numbers.d.empty()) {
        return without_errors(builder.build("RSA", EVP_PKEY_PUBLIC_KEY));
    }
    builder.push_number(OSSL_PKEY_PARAM_RSA_D, numbers.d);
    if (!numbers.p.empty()) {
        builder.push_number(OSSL_PKEY_PARAM_RSA_FACTOR1, numbers.p);
        builder.push_number(OSSL_PKEY_PARAM_RSA_FACTOR2, numbers.q);
        builder.push_number(OSSL_PKEY_PARAM_RSA_EXPONENT1, numbers.dp);
        builder.push_number(OSSL_PKEY_PARAM_RSA_EXPONENT2, numbers.dq);
        builder.push_number(OSSL_PKEY_PARAM_RSA_COEFFICIENT1, numbers.qi);
    }
    PublicKeyHandle key = builder.build("RSA", EVP_PKEY_KEYPAIR);
    return without_errors(key && rsa_halves_match(key.get()) ? std::move(key) : nullptr);
}

PublicKeyHandle make_ec_key(const CurveTraits& traits, const SecretBytes& x, const SecretBytes& y,
                            const SecretBytes& d) {
    SecretBytes point{0x04};  // SEC 1 section 2.3.3: uncompressed
    point.insert(point.end(), x.begin(), x.end());
    point.insert(point.end(), y.begin(), y.end());
    KeyBuilder builder;
    builder.push_text(OSSL_PKEY_PARAM_GROUP_NAME, traits.openssl_name);
    builder.push_bytes(OSSL_PKEY_PARAM_PUB_KEY, point);
    if (!d.empty()) {
        builder.push_number(OSSL_PKEY_PARAM_PRIV_KEY, d);
    }
    PublicKeyHandle key = builder.build("EC", d.empty() ? EVP_PKEY_PUBLIC_KEY : EVP_PKEY_KEYPAIR);
    const bool good = key && is_on_curve(key.get()) && (d.empty() || ec_halves_match(key.get()));
    return without_errors(good ? std::move(key) : nullptr);
}

PublicKeyHandle make_okp_key(const CurveTraits& traits, const SecretBytes& x,
                             const SecretBytes& d) {
    if (d.empty()) {
        return without_errors(PublicKeyHandle(EVP_PKEY_new_raw_public_key_ex(
            nullptr, traits.openssl_name, nullptr, x.data(), x.size())));
    }
    PublicKeyHandle key(
        EVP_PKEY_new_raw_private_key_ex(nullptr, traits.openssl_name, nullptr, d.data(), d.size()));
    return without_errors(key && has_public_bytes(key.get(), x) ? std::move(key) : nullptr);
}

bool has_private_half(const evp_pkey_st* key) {
    std::size_t size = 0;
    const bool found = EVP_PKEY_is_a(key, "EC") == 1
                           ? has_private_number(key, OSSL_PKEY_PARAM_PRIV_KEY)
                       : EVP_PKEY_is_a(key, "RSA") == 1 || EVP_PKEY_is_a(key, "RSA-PSS") == 1
                           ? has_private_number(key, OSSL_PKEY_PARAM_RSA_D)
                           : EVP_PKEY_get_raw_private_key(key, nullptr, &size) == 1;
    ERR_clear_error();
    return found;
}

}  // namespace oauth2_rs
