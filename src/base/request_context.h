#ifndef OAUTH2_RS_BASE_REQUEST_CONTEXT_H
#define OAUTH2_RS_BASE_REQUEST_CONTEXT_H

#include <array>
#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace oauth2_rs {

/* The base64url SHA-256 of a certificate's DER (RFC 8705 section 3.1), always 43 characters. */
using Thumbprint = std::array<char, 43>;

/* One of the things that are fetched for a request: whose it is, and its number there. */
struct FetchKey {
    const void* owner;
    unsigned number;
};

/* A form to post to an internal location of the request's server. */
struct FetchRequest {
    std::string_view uri;
    std::string_view form;
};

/* What the location answered; the views live as long as the request. */
struct FetchAnswer {
    int status = 0;  // 0: no answer came, or not all of it
    std::string_view media_type;
    std::string_view body;
};

/* Why keys are to be fetched: there are none, or none of them verifies a token. */
enum class KeyDemand : unsigned char { kCold, kMiss };

enum class FetchState : unsigned char { kNone, kPending, kEnded };

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

    /* What became of a fetch; kEnded fills in `answer`. */
    virtual FetchState fetched(const FetchKey& /*key*/, FetchAnswer* /*answer*/) {
        return FetchState::kNone;
    }

    /*
     * Starts a fetch, once for a key; the request is judged again when it has ended. False where
     * that can't be.
     */
    virtual bool start_fetch(const FetchKey& /*key*/, const FetchRequest& /*request*/) {
        return false;
    }

    /*
     * Waits for a fetch of the keys of a store: kPending. kEnded once one has ended that this
     * request waited for, or newer keys were at hand; kNone where it is too soon for another.
     */
    virtual FetchState await_keys(const void* /*store*/, KeyDemand /*demand*/) {
        return FetchState::kNone;
    }
};

}  // namespace oauth2_rs

#endif
