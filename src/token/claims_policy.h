#ifndef OAUTH2_RS_TOKEN_CLAIMS_POLICY_H
#define OAUTH2_RS_TOKEN_CLAIMS_POLICY_H

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/handles.h"
#include "base/result.h"

namespace oauth2_rs {

/* Which tokens of an issuer are access tokens. */
enum class TokenProfile : unsigned char { kAny, kAm, kRfc9068 };

/*
 * What the claims of a verified token must say. A value; its check is a pure function of the token
 * and the time.
 */
struct ClaimsPolicy {
    std::string issuer;  // empty for introspected tokens alone: "iss" is not checked
    std::int64_t skew_ms = 0;
    std::vector<std::string> audiences;  // none: "aud" is not checked
    TokenProfile profile = TokenProfile::kAny;

    /* In order: iss, exp, iat, nbf, aud, profile. `typ` is the header's, nullptr where missing. */
    Verdict check(const json_t* typ, const json_t* claims, std::int64_t now_ms) const;

    /*
     * What an introspection endpoint (RFC 7662 section 2.2) says of an active token: the same where
     * it is there, but "aud" must be. Profiles are for tokens that speak for themselves.
     */
    Verdict check_introspected(const json_t* claims, std::int64_t now_ms) const;

    /* The last moment at which "exp" and the skew let the claims count; nothing without "exp". */
    std::optional<std::int64_t> valid_until_ms(const json_t* claims) const;

  private:
    Verdict check_beginning(const json_t* claims, std::int64_t now_ms) const;
};

}  // namespace oauth2_rs

#endif
