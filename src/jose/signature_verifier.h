#ifndef OAUTH2_RS_JOSE_SIGNATURE_VERIFIER_H
#define OAUTH2_RS_JOSE_SIGNATURE_VERIFIER_H

#include <memory>
#include <string_view>

#include "base/secret_bytes.h"
#include "jose/algorithm.h"

struct evp_pkey_st;

namespace oauth2_rs {

/*
 * Verifies signatures of one algorithm with one key (RFC 7518 section 3). Everything that depends
 * on the two alone is prepared once, so that a verification costs what the mathematics costs.
 *
 * One thread; it borrows the key, which must live longer.
 */
class SignatureVerifier {
  public:
    virtual ~SignatureVerifier() = default;

    /* True only for a good signature; any failure of the engine is false. */
    virtual bool verify(std::string_view input, std::string_view signature) = 0;
};

/* nullptr where the engine refuses; `key` must be of the algorithm's key type. */
std::unique_ptr<SignatureVerifier> make_public_key_verifier(const Algorithm& algorithm,
                                                            evp_pkey_st* key);
std::unique_ptr<SignatureVerifier> make_hmac_verifier(const Algorithm& algorithm,
                                                      const SecretBytes& secret);

}  // namespace oauth2_rs

#endif
