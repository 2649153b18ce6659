#ifndef OAUTH2_RS_JOSE_KEY_AGREEMENT_H
#define OAUTH2_RS_JOSE_KEY_AGREEMENT_H

#include <optional>
#include <string_view>

#include "base/secret_bytes.h"

struct evp_pkey_st;

namespace oauth2_rs {

/* What both sides of a key agreement put into the derivation, beside the secret. */
struct AgreementInfo {
    std::string_view algorithm_id;
    std::string_view party_u_info;
    std::string_view party_v_info;
};

/*
 * RFC 7518 section 4.6 step 1 (NIST SP 800-56A section 5.7.1.2; RFC 8037 section 3.2, RFC 7748):
 * the shared secret Z. Both keys are of one curve. Nothing where the engine fails, or Z is zero.
 */
std::optional<SecretBytes> agree_on_secret(evp_pkey_st* own, evp_pkey_st* ephemeral);

/* RFC 7518 section 4.6.2: the Concat KDF, whose hash is always SHA-256. */
std::optional<SecretBytes> derive_key(const SecretBytes& secret, const AgreementInfo& info,
                                      std::size_t size);

}  // namespace oauth2_rs

#endif
