#include "jose/key.h"

#include <openssl/err.h>

#include <new>
#include <utility>

#include "jose/key_strength.h"

namespace oauth2_rs {

namespace {

std::string text_of(const KeyTerms& terms) {
    return std::to_string(terms.name.size()) + ':' + terms.name + terms.algorithm +
           (terms.may_verify ? ";verify;" : ";") + (terms.restricted_to_pss ? "pss;" : ";");
}

Digest digest_of(const EVP_PKEY* key, const KeyTerms& terms) {
    unsigned char* der = nullptr;
    const int size = i2d_PUBKEY(key, &der);
    const OpensslMemory owner(der);
    if (size <= 0) {
        ERR_clear_error();
        throw std::bad_alloc();
    }
    return Sha256().of(text_of(terms),
                       {reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)});
}

}  // namespace

Key::Key(KeyType type, Curve curve, PublicKeyHandle public_key, KeyTerms terms)
    : type_(type),
      curve_(curve),
      public_key_(std::move(public_key)),
      terms_(std::move(terms)),
      digest_(digest_of(public_key_.get(), terms_)) {}

Key::Key(SecretBytes secret, KeyTerms terms)
    : type_(KeyType::kOct),
      curve_(Curve::kNone),
      secret_(std::move(secret)),
      terms_(std::move(terms)),
      digest_(Sha256().of(text_of(terms_), as_text(secret_))) {}

bool Key::fits(const Algorithm& algorithm) const {
    if (!terms_.may_verify || algorithm.key_type != type_ ||
        (!terms_.algorithm.empty() && terms_.algorithm != algorithm.name)) {
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
    }
    return false;
}

bool Key::verify(const Algorithm& algorithm, std::string_view input,
                 std::string_view signature) const {
    if (!fits(algorithm)) {
        return false;
    }
    SignatureVerifier* const engine = verifier(algorithm);
    return engine != nullptr && engine->verify(input, signature);
}

const char* Key::weakness() const {
    if (is_symmetric()) {
        const Algorithm* bound = find_algorithm(terms_.algorithm);
        if (bound != nullptr && bound->key_type == type_ && secret_.size() < bound->size) {
            return "it is shorter than the hash of its \"alg\"";
        }
        return symmetric_key_weakness(secret_);
    }
    return type_ == KeyType::kRsa ? rsa_key_weakness(public_key_.get()) : nullptr;
}

SignatureVerifier* Key::verifier(const Algorithm& algorithm) const {
    auto& slot = verifiers_[algorithm.index];
    if (!slot) {
        slot = is_symmetric() ? make_hmac_verifier(algorithm, secret_)
                              : make_public_key_verifier(algorithm, public_key_.get());
    }
    return slot.get();
}

}  // namespace oauth2_rs
