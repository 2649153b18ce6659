#include "jose/key.h"

#include <openssl/err.h>

#include <algorithm>
#include <new>
#include <utility>

#include "jose/evp_key.h"
#include "jose/jwe.h"
#include "jose/key_strength.h"

namespace oauth2_rs {

namespace {

bool signs(Curve curve) {
    const CurveTraits* traits = traits_of(curve);
    return traits == nullptr || traits->signs;
}

bool agrees(Curve curve) {
    const CurveTraits* traits = traits_of(curve);
    return traits == nullptr || traits->agrees;
}

/* The terms, less what a key of that make can't do. */
KeyTerms narrowed(KeyTerms terms, Curve curve, const EVP_PKEY* key) {
    terms.may_verify = terms.may_verify && signs(curve);
    terms.may_decrypt =
        terms.may_decrypt && agrees(curve) && !terms.restricted_to_pss && has_private_half(key);
    return terms;
}

std::string text_of(const KeyTerms& terms) {
    return std::to_string(terms.name.size()) + ':' + terms.name + terms.algorithm +
           (terms.may_verify ? ";verify;" : ";") + (terms.may_decrypt ? "decrypt;" : ";") +
           (terms.restricted_to_pss ? "pss;" : ";");
}

Digest digest_of(const EVP_PKEY* key, const KeyTerms& terms) {
    unsigned char* der = nullptr;
    const int size = i2d_PUBKEY(key, &der);
    const OpensslMemory owner(der);
    // Where memory is short it may succeed all the same, and complain.
    ERR_clear_error();
    if (size <= 0) {
        throw std::bad_alloc();
    }
    return Sha256().of(text_of(terms),
                       {reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)});
}

}  // namespace

Key::Key(KeyType type, Curve curve, PublicKeyHandle key, KeyTerms terms)
    : type_(type),
      curve_(curve),
      key_(std::move(key)),
      terms_(narrowed(std::move(terms), curve_, key_.get())),
      digest_(digest_of(key_.get(), terms_)) {}

Key::Key(SecretBytes secret, KeyTerms terms)
    : type_(KeyType::kOct),
      curve_(Curve::kNone),
      secret_(std::move(secret)),
      terms_(std::move(terms)),
      digest_(Sha256().of(text_of(terms_), as_text(secret_))) {}

bool Key::is_meant_for(const Algorithm& algorithm) const {
    return terms_.algorithm.empty() || terms_.algorithm == algorithm.name;
}

bool Key::fits(const Algorithm& algorithm) const {
    if (!may_verify() || algorithm.key_type != type_ || !is_meant_for(algorithm)) {
        return false;
    }
    switch (algorithm.scheme) {
        case Scheme::kHmac:
            return secret_.size() >= algorithm.size;  // RFC 7518 section 3.2
        case Scheme::kRsaPkcs1:
            return !terms_.restricted_to_pss;
        case Scheme::kRsaPss:
            return true;
        case Scheme::kEcdsa:
            return algorithm.curve == curve_;
        case Scheme::kEddsa:
            return curve_ == Curve::kEd25519 || curve_ == Curve::kEd448;
        default:
            return false;
    }
}

bool Key::fits(const Algorithm& algorithm, const Algorithm& encryption, Curve curve) const {
    // A key that encrypts directly may be meant for "dir", or for the "enc" that it is used with.
    const bool meant = is_meant_for(algorithm) ||
                       (algorithm.scheme == Scheme::kDirect && is_meant_for(encryption));
    if (!may_decrypt() || !meant) {
        return false;
    }
    switch (algorithm.scheme) {
        case Scheme::kDirect:
            return is_symmetric() && secret_.size() == encryption.size;
        case Scheme::kAesKeyWrap:
        case Scheme::kAesGcmKeyWrap:
            return is_symmetric() && secret_.size() == algorithm.size;
        case Scheme::kRsaOaep:
            return type_ == KeyType::kRsa;
        case Scheme::kEcdhEs:
        case Scheme::kEcdhEsKeyWrap:
            return curve_ == curve && curve != Curve::kNone;
        default:
            return false;
    }
}

bool Key::verify(const Algorithm& algorithm, std::string_view input,
                 std::string_view signature) const {
    if (!fits(algorithm)) {
        return false;
    }
    SignatureVerifier* const engine = verifier(algorithm);
    return engine != nullptr && engine->verify(input, signature);
}

std::optional<SecretBytes> Key::decrypt(const Jwe& jwe) const {
    if (!fits(*jwe.algorithm, *jwe.encryption, jwe.curve)) {
        return std::nullopt;
    }
    Decrypter* const engine = decrypter(jwe.algorithm->engine);
    return engine == nullptr ? std::nullopt : engine->decrypt(jwe);
}

const char* Key::weakness(KeyPurpose purpose) const {
    if (is_symmetric()) {
        return secret_weakness(purpose);
    }
    if (type_ == KeyType::kRsa) {
        return rsa_key_weakness(key_.get());
    }
    return type_ == KeyType::kOkp && signs(curve_) ? edwards_key_weakness(key_.get()) : nullptr;
}

const char* Key::weakness(KeyPurposes purposes) const {
    for (const KeyPurpose purpose : {KeyPurpose::kVerify, KeyPurpose::kDecrypt}) {
        const char* why = purposes.has(purpose) && may(purpose) ? weakness(purpose) : nullptr;
        if (why != nullptr) {
            return why;
        }
    }
    return nullptr;
}

bool Key::fits_an_encryption() const {
    const auto encryptions = algorithms_of(AlgorithmKind::kContentEncryption);
    const auto managements = algorithms_of(AlgorithmKind::kKeyManagement);
    return std::any_of(managements.begin(), managements.end(), [&](const Algorithm* algorithm) {
        return std::any_of(
            encryptions.begin(), encryptions.end(),
            [&](const Algorithm* encryption) { return fits(*algorithm, *encryption, curve_); });
    });
}

const char* Key::secret_weakness(KeyPurpose purpose) const {
    const Algorithm* bound = find_algorithm(terms_.algorithm);
    if (purpose == KeyPurpose::kVerify) {
        return bound != nullptr && bound->key_type == type_ && secret_.size() < bound->size
                   ? "it is shorter than the hash of its \"alg\""
                   : symmetric_key_weakness(secret_);
    }
    const char* weakness = secret_content_weakness(secret_);
    if (weakness != nullptr || fits_an_encryption()) {
        return weakness;
    }
    return bound == nullptr ? "its length is that of no encryption (16, 24, 32, 48 or 64 bytes)"
                            : "its length is not that of its \"alg\"";
}

SignatureVerifier* Key::verifier(const Algorithm& algorithm) const {
    auto& slot = verifiers_[algorithm.index];
    if (!slot) {
        slot = is_symmetric() ? make_hmac_verifier(algorithm, secret_)
                              : make_public_key_verifier(algorithm, key_.get());
    }
    return slot.get();
}

Decrypter* Key::decrypter(Engine engine) const {
    auto& slot = decrypters_[static_cast<std::size_t>(engine)];
    if (!slot) {
        slot = engine == Engine::kCjose ? make_cjose_decrypter(secret_)
                                        : make_openssl_decrypter(secret_, key_.get());
    }
    return slot.get();
}

}  // namespace oauth2_rs
