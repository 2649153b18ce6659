#ifndef OAUTH2_RS_BASE_REQUEST_CONTEXT_H
#define OAUTH2_RS_BASE_REQUEST_CONTEXT_H

#include <cstdint>

namespace oauth2_rs {

/*
 * The port: what the resource server may ask of the request it serves. Implemented by the shim over
 * the host's callbacks, and by fakes in tests. It lives for one call.
 */
class RequestContext {
  public:
    virtual ~RequestContext() = default;

    /* Milliseconds since the epoch, the same for the whole life of the request. */
    virtual std::int64_t now_ms() = 0;
};

}  // namespace oauth2_rs

#endif
