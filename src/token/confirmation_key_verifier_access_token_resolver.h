#ifndef OAUTH2_RS_TOKEN_CONFIRMATION_KEY_VERIFIER_ACCESS_TOKEN_RESOLVER_H
#define OAUTH2_RS_TOKEN_CONFIRMATION_KEY_VERIFIER_ACCESS_TOKEN_RESOLVER_H

#include "token/access_token_resolver.h"

namespace oauth2_rs {

/* What a location demands of the binding between token and client certificate. */
enum class ConfirmationMode : unsigned char {
    kRequired = 0,  // a token that is not bound is refused
    kOn,            // a token that is bound must be bound to this client
    kOff            // "cnf" is not looked at
};

/*
 * ConfirmationKeyVerifierAccessTokenResolver: whatever resolver it wraps, a certificate-bound token
 * (RFC 8705 section 3) counts only where its certificate is the client's. Borrows its delegate;
 * made for each request, since what is demanded belongs to the location and never to a cache.
 */
class ConfirmationKeyVerifierAccessTokenResolver final : public AccessTokenResolver {
  public:
    ConfirmationKeyVerifierAccessTokenResolver(const AccessTokenResolver& delegate,
                                               ConfirmationMode mode)
        : delegate_(delegate), mode_(mode) {}

    Resolution resolve(std::string_view token, RequestContext& request) const override;

  private:
    const AccessTokenResolver& delegate_;
    ConfirmationMode mode_;
};

}  // namespace oauth2_rs

#endif
