#include "signer.h"

#include <openssl/rsa.h>

#include "ciphers.h"
#include "encode.h"
#include "failure.h"

namespace oauth2_rs::mint {

namespace {

const unsigned char *unsigned_data(const std::string &octets) {
    return reinterpret_cast<const unsigned char *>(octets.data());
}

void check_fit(const Key &key, const Algorithm &algorithm) {
    if (!fits(algorithm, key)) {
        throw Failure("the key does not fit " + std::string(algorithm.name));
    }
    if (!key.has_private()) {
        throw Failure("the key has no private half to sign with");
    }
}

Jwk cjose_import(const Key &key) {
    const std::string text = json_line(key.jwk.get());
    cjose_err error = {};
    Jwk imported(cjose_jwk_import(text.data(), text.size(), &error));
    if (!imported) {
        throw Failure("cjose cannot read the key: " + std::string(error.message));
    }
    return imported;
}

bool set_pss(EVP_PKEY_CTX *context) {
    // RFC 7518 section 3.5: the salt is as long as the hash.
    return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
}

std::string evp_sign(const Key &key, const Algorithm &algorithm, const std::string &input) {
    const Digest digest(EVP_MD_CTX_new());
    EVP_PKEY_CTX *context = nullptr;
    size_t length = 0;
    if (!digest ||
        EVP_DigestSignInit_ex(digest.get(), &context, algorithm.digest, nullptr, nullptr,
                              key.pkey.get(), nullptr) != 1 ||
        (algorithm.scheme == Scheme::kRsaPss && !set_pss(context)) ||
        EVP_DigestSign(digest.get(), nullptr, &length, unsigned_data(input), input.size()) != 1) {
        throw crypto_failure("cannot sign");
    }
    std::string signature(length, '\0');
    if (EVP_DigestSign(digest.get(), reinterpret_cast<unsigned char *>(signature.data()), &length,
                       unsigned_data(input), input.size()) != 1) {
        throw crypto_failure("cannot sign");
    }
    signature.resize(length);
    return signature;
}

std::string cjose_sign(const cjose_jwk_t *key, json_t *header, const std::string &payload) {
    cjose_err error = {};
    const Jws jws(cjose_jws_sign(key, header, unsigned_data(payload), payload.size(), &error));
    const char *token = nullptr;
    if (!jws || !cjose_jws_export(jws.get(), &token, &error)) {
        throw Failure("cjose cannot sign: " + std::string(error.message));
    }
    return token;
}

}  // namespace

Signer::Signer(const Key &key, const Algorithm &algorithm) : key_(key), algorithm_(algorithm) {
    check_fit(key, algorithm);
    if (algorithm.cjose_signs) {
        cjose_key_ = cjose_import(key);
    }
}

bool Signer::cjose_keeps(const std::string &header, json_t *parsed) const {
    const char *const alg = json_string_value(json_object_get(parsed, "alg"));
    // From version 0.6.2.8 on it signs no "crit" that it doesn't know.
    return alg != nullptr && alg == std::string(algorithm_.name) &&
           json_object_get(parsed, "crit") == nullptr && json_line(parsed) == header;
}

std::string Signer::compact(const std::string &header, const std::string &payload) const {
    if (cjose_key_ && !payload.empty()) {
        const Json parsed(json_loadb(header.data(), header.size(), 0, nullptr));
        if (parsed && cjose_keeps(header, parsed.get())) {
            return cjose_sign(cjose_key_.get(), parsed.get(), payload);
        }
    }
    const std::string input = base64url(header) + '.' + base64url(payload);
    return input + '.' + base64url(sign(input));
}

std::string Signer::sign(const std::string &input) const {
    if (algorithm_.scheme == Scheme::kHmac) {
        return hmac(algorithm_.digest, key_.octets, input);
    }
    const std::string signature = evp_sign(key_, algorithm_, input);
    return algorithm_.scheme == Scheme::kEcdsa ? ecdsa_from_der(signature, key_.curve->octets)
                                               : signature;
}

std::string ecdsa_from_der(const std::string &der, size_t octets) {
    const unsigned char *at = unsigned_data(der);
    const EcdsaSignature numbers(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
    std::string signature(octets * 2, '\0');
    auto *const out = reinterpret_cast<unsigned char *>(signature.data());
    const int length = static_cast<int>(octets);
    if (!numbers || BN_bn2binpad(ECDSA_SIG_get0_r(numbers.get()), out, length) < 0 ||
        BN_bn2binpad(ECDSA_SIG_get0_s(numbers.get()), out + octets, length) < 0) {
        throw crypto_failure("cannot sign");
    }
    return signature;
}

std::string ecdsa_to_der(const std::string &signature) {
    const int half = static_cast<int>(signature.size() / 2);
    const EcdsaSignature numbers(ECDSA_SIG_new());
    Bignum r(BN_bin2bn(unsigned_data(signature), half, nullptr));
    Bignum s(BN_bin2bn(unsigned_data(signature) + half, half, nullptr));
    if (!numbers || !r || !s || ECDSA_SIG_set0(numbers.get(), r.get(), s.get()) != 1) {
        throw crypto_failure("cannot sign");
    }
    // The signature owns its numbers from here on.
    static_cast<void>(r.release());
    static_cast<void>(s.release());
    std::string der(static_cast<size_t>(i2d_ECDSA_SIG(numbers.get(), nullptr)), '\0');
    auto *out = reinterpret_cast<unsigned char *>(der.data());
    i2d_ECDSA_SIG(numbers.get(), &out);
    return der;
}

}  // namespace oauth2_rs::mint
