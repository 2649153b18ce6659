#ifndef OAUTH2_RS_SHIM_REGISTRY_H
#define OAUTH2_RS_SHIM_REGISTRY_H

#include <memory>
#include <string>
#include <unordered_map>

#include "shim/chain.h"
#include "shim/oauth2_rs.h"
#include "shim/resolver.h"

/* The handle that the C interface declares. Owned by the configuration cycle. */
struct oauth2_rs_registry_s {
    oauth2_rs::StoreCache stores;
    std::unordered_map<std::string, std::unique_ptr<oauth2_rs_resolver_t>> resolvers;
};

#endif
