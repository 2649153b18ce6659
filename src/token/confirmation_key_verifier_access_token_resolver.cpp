#include "token/confirmation_key_verifier_access_token_resolver.h"

#include <openssl/crypto.h>

namespace oauth2_rs {

namespace {

Verdict check_thumbprint(const Thumbprint& bound, RequestContext& request) {
    const auto presented = request.client_thumbprint();
    if (!presented.ok()) {
        return presented.error();
    }
    if (CRYPTO_memcmp(bound.data(), presented.value().data(), bound.size()) != 0) {
        return Denial{Code::kConfirmationMismatch, "it is bound to another certificate"};
    }
    return Done{};
}

Verdict check_confirmation(const Confirmation& confirmation, ConfirmationMode mode,
                           RequestContext& request) {
    if (mode == ConfirmationMode::kOff) {
        return Done{};
    }
    switch (confirmation.kind) {
        case Confirmation::Kind::kNone:
            if (mode == ConfirmationMode::kOn) {
                return Done{};
            }
            return Denial{Code::kConfirmationMissing, "it is bound to no certificate"};
        case Confirmation::Kind::kThumbprint:
            return check_thumbprint(confirmation.thumbprint, request);
        case Confirmation::Kind::kMalformed:
            return Denial{Code::kConfirmationUnsupported,
                          "\"cnf\" holds no \"x5t#S256\" of 43 base64url characters"};
        case Confirmation::Kind::kUnsupported:
            break;
    }
    return Denial{Code::kConfirmationUnsupported, "\"cnf\" is not an object of one method"};
}

}  // namespace

Resolution ConfirmationKeyVerifierAccessTokenResolver::resolve(std::string_view token,
                                                               RequestContext& request) const {
    auto resolution = delegate_.resolve(token, request);
    if (!resolution.ok()) {
        return resolution;
    }
    const auto verdict =
        check_confirmation(resolution.value().facts().confirmation, mode_, request);
    if (!verdict.ok()) {
        return verdict.error();
    }
    return resolution;
}

}  // namespace oauth2_rs
