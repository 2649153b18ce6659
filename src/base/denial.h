#ifndef OAUTH2_RS_BASE_DENIAL_H
#define OAUTH2_RS_BASE_DENIAL_H

#include <string_view>

namespace oauth2_rs {

/* Every reason for which a request is refused: one closed list. */
enum class Code : unsigned char {
    kInternalError = 0,  // first, so that a denial nobody filled in is the strictest answer
    kHttpsRequired,
    kNoToken,
    kMultipleTokens,
    kMalformedToken,
    kUnsupportedAlgorithm,
    kUnsupportedHeader,
    kUnknownKey,
    kBadSignature,
    kDecryptionFailed,
    kIssuerMismatch,
    kExpiryMissing,
    kExpired,
    kNotYetValid,
    kAudienceMismatch,
    kWrongTokenType,
    kMalformedClaims,
    kInactive,
    kCertificateMissing,
    kConfirmationMissing,
    kConfirmationMismatch,
    kConfirmationUnsupported,
    kInsufficientScope,
    kScopeUndefined,
    kKeysUnavailable,
    kIntrospectionUnavailable,
    kCount
};

/*
 * A refusal. `why` is a string literal, one sentence for the error log, and holds nothing that came
 * with the request.
 */
struct Denial {
    Code code = Code::kInternalError;
    const char* why = "an unforeseen failure";
};

/* The stable word of $oauth2_error_reason. */
std::string_view reason_word(Code code);

}  // namespace oauth2_rs

#endif
