#ifndef OAUTH2_RS_JOSE_KEY_H
#define OAUTH2_RS_JOSE_KEY_H

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/handles.h"
#include "base/result.h"
#include "base/secret_bytes.h"
#include "base/sha256.h"
#include "jose/algorithm.h"
#include "jose/decrypter.h"
#include "jose/signature_verifier.h"

namespace oauth2_rs {

/* What a key is wanted for. */
enum class KeyPurpose : unsigned char { kVerify, kDecrypt };

/* Any of them. */
struct KeyPurposes {
    bool verify = false;
    bool decrypt = false;

    bool has(KeyPurpose purpose) const { return purpose == KeyPurpose::kVerify ? verify : decrypt; }
    bool overlaps(KeyPurposes other) const {
        return (verify && other.verify) || (decrypt && other.decrypt);
    }
    void add(KeyPurpose purpose) { (purpose == KeyPurpose::kVerify ? verify : decrypt) = true; }
};

/* What whoever publishes a key says it is for (RFC 7517 sections 4.2 to 4.5). */
struct KeyTerms {
    std::string name;                // "kid", or the store's stable id; may be empty
    std::string algorithm;           // "alg"; empty: any that the key fits
    bool may_verify = true;          // "use", "key_ops" and "alg" allow verifying
    bool may_decrypt = true;         // they allow decrypting, unwrapping keys or agreeing on them
    bool restricted_to_pss = false;  // an RSASSA-PSS key (RFC 8017 appendix A.2.3)
};

/*
 * A key that verifies signatures, decrypts, or does both. The key decides which algorithms it fits,
 * never a token.
 *
 * Immutable but for the engines' contexts, which are prepared at the first use; one thread.
 */
class Key {
  public:
    /* `curve` as in the key itself; kNone for RSA. Without its private half it only verifies. */
    Key(KeyType type, Curve curve, PublicKeyHandle key, KeyTerms terms);
    Key(SecretBytes secret, KeyTerms terms);

    const std::string& name() const { return terms_.name; }
    /* Tells the key, by its material and its terms, from every other. */
    const Digest& digest() const { return digest_; }
    KeyType type() const { return type_; }
    Curve curve() const { return curve_; }
    bool is_symmetric() const { return type_ == KeyType::kOct; }
    /* Bytes of a symmetric key, 0 for others. */
    std::size_t secret_size() const { return secret_.size(); }

    /* By its terms and its kind; that it fits an algorithm is not yet said. */
    bool may_verify() const { return terms_.may_verify; }
    bool may_decrypt() const { return terms_.may_decrypt; }
    bool may(KeyPurpose purpose) const {
        return purpose == KeyPurpose::kVerify ? may_verify() : may_decrypt();
    }

    /* Whether it verifies signatures of that algorithm. */
    bool fits(const Algorithm& algorithm) const;

    /* Whether it decrypts what is so encrypted; `curve` as in "epk", kNone where there is none. */
    bool fits(const Algorithm& algorithm, const Algorithm& encryption, Curve curve) const;

    /* False where it doesn't fit, too. */
    bool verify(const Algorithm& algorithm, std::string_view input,
                std::string_view signature) const;

    /* The content, still compressed if it was. All failures look alike, not fitting too. */
    std::optional<SecretBytes> decrypt(const Jwe& jwe) const;

    /*
     * Why the key must not be trusted with a purpose that it may serve: too short, or of a broken
     * make. nullptr: it is sound.
     */
    const char* weakness(KeyPurpose purpose) const;

    /* The same of the first of those purposes that it may serve. */
    const char* weakness(KeyPurposes purposes) const;

  private:
    bool is_meant_for(const Algorithm& algorithm) const;
    bool fits_an_encryption() const;
    const char* secret_weakness(KeyPurpose purpose) const;
    SignatureVerifier* verifier(const Algorithm& algorithm) const;
    Decrypter* decrypter(Engine engine) const;

    KeyType type_;
    Curve curve_;
    PublicKeyHandle key_;
    SecretBytes secret_;
    KeyTerms terms_;
    Digest digest_;
    // Declared last: they borrow the key above.
    mutable std::array<std::unique_ptr<SignatureVerifier>, kSignatureAlgorithmCount> verifiers_;
    mutable std::array<std::unique_ptr<Decrypter>, kEngineCount> decrypters_;
};

using KeyPointer = std::unique_ptr<const Key>;

}  // namespace oauth2_rs

#endif
