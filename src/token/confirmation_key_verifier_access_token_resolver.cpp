#include "token/confirmation_key_verifier_access_token_resolver.h"

#include <openssl/crypto.h>

#include "jose/json.h"
#include "jose/thumbprint.h"

namespace oauth2_rs {

namespace {

/*
 * RFC 8705 section 3.1, RFC 7800 section 3: the thumbprint, which must be the one method there is,
 * since of a method we don't know nobody can say whether it is satisfied.
 */
Result<std::string_view> bound_thumbprint(const json_t* confirmation) {
    if (!json_is_object(confirmation) || json_object_size(confirmation) != 1) {
        return Denial{Code::kConfirmationUnsupported, "\"cnf\" is not an object of one method"};
    }
    const auto thumbprint = json_text(confirmation, "x5t#S256");
    if (!thumbprint || !is_thumbprint(*thumbprint)) {
        return Denial{Code::kConfirmationUnsupported,
                      "\"cnf\" holds no \"x5t#S256\" of 43 base64url characters"};
    }
    return *thumbprint;
}

Verdict check_confirmation(const json_t* claims, ConfirmationMode mode, RequestContext& request) {
    if (mode == ConfirmationMode::kOff) {
        return Done{};
    }
    const json_t* confirmation = json_member(claims, "cnf");
    if (confirmation == nullptr) {
        if (mode == ConfirmationMode::kOn) {
            return Done{};
        }
        return Denial{Code::kConfirmationMissing, "it is bound to no certificate"};
    }
    const auto bound = bound_thumbprint(confirmation);
    if (!bound.ok()) {
        return bound.error();
    }
    const auto presented = request.client_thumbprint();
    if (!presented.ok()) {
        return presented.error();
    }
    if (CRYPTO_memcmp(bound.value().data(), presented.value().data(), presented.value().size()) !=
        0) {
        return Denial{Code::kConfirmationMismatch, "it is bound to another certificate"};
    }
    return Done{};
}

}  // namespace

Resolution ConfirmationKeyVerifierAccessTokenResolver::resolve(std::string_view token,
                                                               RequestContext& request) const {
    auto resolution = delegate_.resolve(token, request);
    if (!resolution.ok()) {
        return resolution;
    }
    const auto verdict = check_confirmation(resolution.value().claims(), mode_, request);
    if (!verdict.ok()) {
        return verdict.error();
    }
    return resolution;
}

}  // namespace oauth2_rs
