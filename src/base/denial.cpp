#include "base/denial.h"

namespace oauth2_rs {

std::string_view reason_word(Code code) {
    switch (code) {
        case Code::kHttpsRequired:
            return "https_required";
        case Code::kNoToken:
            return "no_token";
        case Code::kMultipleTokens:
            return "multiple_tokens";
        case Code::kMalformedToken:
            return "malformed_token";
        case Code::kUnsupportedAlgorithm:
            return "unsupported_algorithm";
        case Code::kUnsupportedHeader:
            return "unsupported_header";
        case Code::kUnknownKey:
            return "unknown_key";
        case Code::kBadSignature:
            return "bad_signature";
        case Code::kIssuerMismatch:
            return "issuer_mismatch";
        case Code::kExpiryMissing:
            return "expiry_missing";
        case Code::kExpired:
            return "expired";
        case Code::kNotYetValid:
            return "not_yet_valid";
        case Code::kAudienceMismatch:
            return "audience_mismatch";
        case Code::kWrongTokenType:
            return "wrong_token_type";
        case Code::kMalformedClaims:
            return "malformed_claims";
        case Code::kCertificateMissing:
            return "certificate_missing";
        case Code::kConfirmationMissing:
            return "confirmation_missing";
        case Code::kConfirmationMismatch:
            return "confirmation_mismatch";
        case Code::kConfirmationUnsupported:
            return "confirmation_unsupported";
        case Code::kInsufficientScope:
            return "insufficient_scope";
        case Code::kScopeUndefined:
            return "scope_undefined";
        case Code::kInternalError:
        case Code::kCount:
            break;
    }
    return "internal_error";
}

}  // namespace oauth2_rs
