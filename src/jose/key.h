#ifndef OAUTH2_RS_JOSE_KEY_H
#define OAUTH2_RS_JOSE_KEY_H

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "base/handles.h"
#include "base/result.h"
#include "base/secret_bytes.h"
#include "base/sha256.h"
#include "jose/algorithm.h"
#include "jose/signature_verifier.h"

namespace oauth2_rs {

/* What whoever publishes a key says it is for (RFC 7517 sections 4.2 to 4.5). */
struct KeyTerms {
    std::string name;                // "kid", or the store's stable id; may be empty
    std::string algorithm;           // "alg"; empty: any that the key fits
    bool may_verify = true;          // "use" and "key_ops" allow verifying
    bool restricted_to_pss = false;  // an RSASSA-PSS key (RFC 8017 appendix A.2.3)
};

/*
 * A key that verifies signatures. The key decides which algorithms it fits, never a token.
 *
 * Immutable but for the engine's contexts, which are prepared at the first use of an algorithm; one
 * thread.
 */
class Key {
  public:
    /* `curve` as in the key itself; kNone for RSA. */
    Key(KeyType type, Curve curve, PublicKeyHandle public_key, KeyTerms terms);
    Key(SecretBytes secret, KeyTerms terms);

    const std::string& name() const { return terms_.name; }
    /* Tells the key, by its material and its terms, from every other. */
    const Digest& digest() const { return digest_; }
    KeyType type() const { return type_; }
    bool may_verify() const { return terms_.may_verify; }
    bool is_symmetric() const { return type_ == KeyType::kOct; }
    /* Bytes of a symmetric key, 0 for others. */
    std::size_t secret_size() const { return secret_.size(); }

    bool fits(const Algorithm& algorithm) const;

    /* False where it doesn't fit, too. */
    bool verify(const Algorithm& algorithm, std::string_view input,
                std::string_view signature) const;

    /* Why no algorithm may trust this key: too short, or of a broken make. nullptr: it is sound. */
    const char* weakness() const;

  private:
    SignatureVerifier* verifier(const Algorithm& algorithm) const;

    KeyType type_;
    Curve curve_;
    PublicKeyHandle public_key_;
    SecretBytes secret_;
    KeyTerms terms_;
    Digest digest_;
    // Declared last: a verifier borrows the key above.
    mutable std::array<std::unique_ptr<SignatureVerifier>, kAlgorithmCount> verifiers_;
};

using KeyPointer = std::unique_ptr<const Key>;

}  // namespace oauth2_rs

#endif
