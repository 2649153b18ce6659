#ifndef MINT_SIGNER_H
#define MINT_SIGNER_H

#include <string>

#include "keys.h"

namespace oauth2_rs::mint {

/*
 * Signs with one key and one algorithm, as often as asked. Borrows the key.
 */
class Signer {
  public:
    /* Throws Failure where the key is public or does not fit the algorithm. */
    Signer(const Key &key, const Algorithm &algorithm);

    /*
     * A JWS in compact form (RFC 7515 section 3.1). cjose writes it where it has the algorithm and
     * would keep the header to the letter: a verifier is then held against a second library.
     */
    std::string compact(const std::string &header, const std::string &payload) const;

    /* The signature over any octets, in the form that JWS wants. */
    std::string sign(const std::string &input) const;

    const Key &key() const { return key_; }
    const Algorithm &algorithm() const { return algorithm_; }

  private:
    bool cjose_keeps(const std::string &header, json_t *parsed) const;

    const Key &key_;
    const Algorithm &algorithm_;
    Jwk cjose_key_;
};

/* An ECDSA signature (SEQUENCE of r and s) as the two numbers of that length, and back. */
std::string ecdsa_from_der(const std::string &der, size_t octets);
std::string ecdsa_to_der(const std::string &signature);

}  // namespace oauth2_rs::mint

#endif
