#ifndef OAUTH2_RS_BASE_REQUEST_CONTEXT_H
#define OAUTH2_RS_BASE_REQUEST_CONTEXT_H

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "base/sha256.h"

namespace oauth2_rs {

/* The base64url SHA-256 of a certificate's DER (RFC 8705 section 3.1), always 43 characters. */
using Thumbprint = std::array<char, 43>;

enum class CacheStatus : unsigned char { kUnused = 0, kHit, kMiss };

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

/* What a secret store may ask of whoever wants keys: to wait for them. This one doesn't. */
class KeyWaiter {
  public:
    virtual ~KeyWaiter() = default;

    /*
     * Waits for a fetch of the keys of a store: kPending. kEnded once one has ended that this
     * request waited for, or newer keys were at hand; kNone where it is too soon for another.
     */
    virtual FetchState await_keys(const void* /*store*/, KeyDemand /*demand*/) {
        return FetchState::kNone;
    }
};

/*
 * The port: what the resource server may ask of the request it serves. Implemented by the shim over
 * the host's callbacks, and by fakes in tests. It lives for one call.
 */
class RequestContext : public KeyWaiter {
  public:
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

    /* Bytes of the cache that all workers share, valid until the next call; nothing: a miss. */
    virtual std::optional<std::string_view> cache_get(const Digest& key) = 0;

    /* Keeps bytes until that time at the latest; may forget them at any time. */
    virtual void cache_put(const Digest& key, std::string_view bytes, std::int64_t until_ms) = 0;

    virtual void note_cache(CacheStatus status) = 0;
};

}  // namespace oauth2_rs

#endif
