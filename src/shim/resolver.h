#ifndef OAUTH2_RS_SHIM_RESOLVER_H
#define OAUTH2_RS_SHIM_RESOLVER_H

#include <memory>

#include "shim/oauth2_rs.h"
#include "token/access_token_resolver.h"

/* The handle that the C interface declares. Owned by the registry. */
struct oauth2_rs_resolver_s {
    std::unique_ptr<oauth2_rs::AccessTokenResolver> chain;
};

#endif
