#include <string>

#include "shim/guarded.h"
#include "shim/registry.h"
#include "shim/text.h"

using namespace oauth2_rs;

namespace {

/* Nothing changes the map once configuration has ended: its order is every worker's. */
KeySource* source_at(const oauth2_rs_registry_t* registry, std::size_t index) {
    for (const auto& [settings, store] : registry->stores) {
        if (store && store->key_source() != nullptr && index-- == 0) {
            return store->key_source();
        }
    }
    return nullptr;
}

}  // namespace

int oauth2_rs_key_source(const oauth2_rs_registry_t* registry, size_t index,
                         oauth2_rs_key_source_t* source) {
    const KeySource* found = source_at(registry, index);
    if (found == nullptr) {
        return 0;
    }
    *source = {found,
               text(found->uri()),
               text(found->server()),
               found->cache_timeout_ms(),
               found->cache_miss_timeout_ms(),
               found->stale_timeout_ms()};
    return 1;
}

int oauth2_rs_key_source_accept(oauth2_rs_registry_t* registry, size_t index, oauth2_rs_text_t set,
                                const oauth2_rs_reporter_t* reporter) {
    return guarded(0, [&] {
        KeySource* source = source_at(registry, index);
        const auto accepted = source->accept(view(set));
        if (!accepted.ok()) {
            const std::string message = "oauth2_secret_store: what \"" + source->uri() +
                                        "\" answers is of no use: " + accepted.error().message;
            reporter->report(reporter->host, OAUTH2_RS_ERROR, text(message));
        }
        return accepted.ok() ? 1 : 0;
    });
}

void oauth2_rs_key_source_drop(oauth2_rs_registry_t* registry, size_t index) {
    source_at(registry, index)->drop();
}
