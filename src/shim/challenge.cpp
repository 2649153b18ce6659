#include "shim/challenge.h"

#include "base/strings.h"

namespace oauth2_rs {

namespace {

/* The sentences of RFC 6750 section 3.1, as the gateway answers them. */
std::string_view description_of(std::string_view error) {
    if (error == "invalid_request") {
        return "The request is missing a required parameter, includes an unsupported parameter or "
               "parameter value, repeats the same parameter, uses more than one method for "
               "including an access token, or is otherwise malformed.";
    }
    if (error == "insufficient_scope") {
        return "The request requires higher privileges than provided by the access token.";
    }
    return "The access token provided is expired, revoked, malformed, or invalid for other "
           "reasons.";
}

void append_attribute(std::string* challenge, std::string_view name, std::string_view value) {
    *challenge += *challenge == "Bearer" ? " " : ", ";
    *challenge += name;
    *challenge += '=';
    *challenge += quoted(value);
}

}  // namespace

Answer answer_to(Code code) {
    switch (code) {
        case Code::kHttpsRequired:
            return {403, "", false};
        case Code::kNoToken:
            return {401, "", true};
        case Code::kMultipleTokens:
            return {400, "invalid_request", true};
        case Code::kInsufficientScope:
            return {403, "insufficient_scope", true};
        case Code::kMalformedToken:
        case Code::kUnsupportedAlgorithm:
        case Code::kUnsupportedHeader:
        case Code::kUnknownKey:
        case Code::kBadSignature:
        case Code::kDecryptionFailed:
        case Code::kIssuerMismatch:
        case Code::kExpiryMissing:
        case Code::kExpired:
        case Code::kNotYetValid:
        case Code::kAudienceMismatch:
        case Code::kWrongTokenType:
        case Code::kMalformedClaims:
        case Code::kInactive:
        case Code::kCertificateMissing:
        case Code::kConfirmationMissing:
        case Code::kConfirmationMismatch:
        case Code::kConfirmationUnsupported:
            return {401, "invalid_token", true};
        case Code::kKeysUnavailable:
        case Code::kIntrospectionUnavailable:
            return {503, "", false};
        case Code::kScopeUndefined:
        case Code::kInternalError:
        case Code::kCount:
            break;
    }
    return {500, "", false};
}

std::string challenge_for(Code code, std::string_view realm, std::string_view scope) {
    const Answer answer = answer_to(code);
    if (!answer.challenges) {
        return {};
    }
    std::string challenge = "Bearer";
    if (!realm.empty()) {
        append_attribute(&challenge, "realm", printable(realm));
    }
    if (code == Code::kInsufficientScope) {
        append_attribute(&challenge, "scope", scope);
    }
    if (!answer.error.empty()) {
        append_attribute(&challenge, "error", answer.error);
        append_attribute(&challenge, "error_description", description_of(answer.error));
    }
    return challenge;
}

}  // namespace oauth2_rs
