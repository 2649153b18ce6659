#include "base/denial.h"

#include <array>

namespace oauth2_rs {

namespace {

struct Word {
    Code code;
    std::string_view word;
};

constexpr std::array<Word, static_cast<std::size_t>(Code::kCount)> kWords{{
    {Code::kInternalError, "internal_error"},
    {Code::kHttpsRequired, "https_required"},
    {Code::kNoToken, "no_token"},
    {Code::kMultipleTokens, "multiple_tokens"},
    {Code::kMalformedToken, "malformed_token"},
    {Code::kUnsupportedAlgorithm, "unsupported_algorithm"},
    {Code::kUnsupportedHeader, "unsupported_header"},
    {Code::kUnknownKey, "unknown_key"},
    {Code::kBadSignature, "bad_signature"},
    {Code::kDecryptionFailed, "decryption_failed"},
    {Code::kIssuerMismatch, "issuer_mismatch"},
    {Code::kExpiryMissing, "expiry_missing"},
    {Code::kExpired, "expired"},
    {Code::kNotYetValid, "not_yet_valid"},
    {Code::kAudienceMismatch, "audience_mismatch"},
    {Code::kWrongTokenType, "wrong_token_type"},
    {Code::kMalformedClaims, "malformed_claims"},
    {Code::kInactive, "inactive"},
    {Code::kCertificateMissing, "certificate_missing"},
    {Code::kConfirmationMissing, "confirmation_missing"},
    {Code::kConfirmationMismatch, "confirmation_mismatch"},
    {Code::kConfirmationUnsupported, "confirmation_unsupported"},
    {Code::kInsufficientScope, "insufficient_scope"},
    {Code::kScopeUndefined, "scope_undefined"},
    {Code::kKeysUnavailable, "keys_unavailable"},
    {Code::kIntrospectionUnavailable, "introspection_unavailable"},
}};

}  // namespace

std::string_view reason_word(Code code) {
    for (const Word& entry : kWords) {
        if (entry.code == code) {
            return entry.word;
        }
    }
    return kWords.front().word;
}

}  // namespace oauth2_rs
