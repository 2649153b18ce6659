#ifndef OAUTH2_RS_BASE_REQUEST_CONTEXT_H
#define OAUTH2_RS_BASE_REQUEST_CONTEXT_H

#include <array>
#include <cstdint>

#include "base/result.h"

namespace oauth2_rs {

/* The base64url SHA-256 of a certificate's DER (RFC 8705 section 3.1), always 43 characters. */
using Thumbprint = std::array<char, 43>;

/*
 * The port: what the resource server may ask of the request it serves. Implemented by the shim over
 * the host's callbacks, and by fakes in tests. It lives for one call.
 */
class RequestContext {
  public:
    virtual ~RequestContext() = default;

    /* Milliseconds since the epoch, the same for the whole life of the request. */
    virtual std::int64_t now_ms() = 0;

    /*
     * Of the certificate that the client of this request presents. A denial where there is none, or
     * none that can be decoded.
     */
    virtual Result<Thumbprint> client_thumbprint() = 0;
};

}  // namespace oauth2_rs

#endif
