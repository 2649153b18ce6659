#include <cstdint>
#include <string>

#include "shim/guarded.h"
#include "shim/registry.h"
#include "shim/text.h"

using namespace oauth2_rs;

namespace {

/* Nothing changes the map once configuration has ended: its order is every worker's. */
SecretStore* refresher_at(const oauth2_rs_registry_t* registry, std::size_t index) {
    for (const auto& [settings, store] : registry->stores) {
        if (store && store->refresh_interval_ms() > 0 && index-- == 0) {
            return store.get();
        }
    }
    return nullptr;
}

void report(const oauth2_rs_reporter_t* reporter, oauth2_rs_severity_t severity,
            const std::string& message) {
    reporter->report(reporter->host, severity, text("oauth2_secret_store: " + message));
}

}  // namespace

size_t oauth2_rs_refresher_count(const oauth2_rs_registry_t* registry) {
    std::size_t count = 0;
    while (refresher_at(registry, count) != nullptr) {
        ++count;
    }
    return count;
}

int64_t oauth2_rs_refresher_interval_ms(const oauth2_rs_registry_t* registry, size_t index) {
    return refresher_at(registry, index)->refresh_interval_ms();
}

void oauth2_rs_refresher_check(const oauth2_rs_registry_t* registry, size_t index,
                               const oauth2_rs_reporter_t* reporter) {
    guarded(false, [&] {
        const std::string path = refresher_at(registry, index)->unreadable_file();
        if (!path.empty()) {
            report(reporter, OAUTH2_RS_WARN,
                   "the workers can't read \"" + path +
                       "\", so cache_timeout has no effect and its keys stay until a reload; let "
                       "the workers' user read it");
        }
        return true;
    });
}

void oauth2_rs_refresher_run(oauth2_rs_registry_t* registry, size_t index,
                             const oauth2_rs_reporter_t* reporter) {
    guarded(false, [&] {
        std::string failure;
        switch (refresher_at(registry, index)->refresh(&failure)) {
            case Refresh::kUnchanged:
                break;
            case Refresh::kRenewed:
                report(reporter, OAUTH2_RS_NOTICE, "the keys of a changed file are in use");
                break;
            case Refresh::kFailed:
                report(reporter, OAUTH2_RS_ERROR, failure + "; the keys stay as they were");
                break;
        }
        return true;
    });
}
