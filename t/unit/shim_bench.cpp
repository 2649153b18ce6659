#include "shim_bench.h"

#include "checks.h"
#include "fakes.h"
#include "shim/guarded.h"
#include "shim/text.h"

namespace oauth2_rs::fakes {

namespace {

void ignore(void* /*host*/, oauth2_rs_severity_t /*severity*/, oauth2_rs_text_t message) {
    assert_true(message.len > 0);
}

std::int64_t now(void* /*host*/) { return kNow * 1000; }

int no_certificate(void* /*host*/, oauth2_rs_certificate_t* /*certificate*/) { return 1; }

std::string key_text(const unsigned char* key) {
    return {reinterpret_cast<const char*>(key), OAUTH2_RS_CACHE_KEY_LENGTH};
}

int find(void* host, const unsigned char* key, oauth2_rs_text_t* value) {
    return guarded(0, [&] {
        const auto& cache = static_cast<const ShimHost*>(host)->cache;
        const auto found = cache.find(key_text(key));
        *value = found == cache.end() ? oauth2_rs_text_t{} : text(found->second);
        return found == cache.end() ? 0 : 1;
    });
}

/* Nothing is thrown through C; short of memory it forgets. */
void keep(void* host, const unsigned char* key, oauth2_rs_text_t value, std::int64_t /*until_ms*/) {
    guarded(false, [&] {
        static_cast<ShimHost*>(host)->cache.insert_or_assign(key_text(key), view(value));
        return true;
    });
}

}  // namespace

ShimSettings::ShimSettings() {
    settings_.issuer = text("https://as");
    settings_.cache_default_ms = 60'000;
    settings_.base_directory = text("/");
}

void ShimSettings::add_store(std::string_view type, const std::vector<std::string>& parameters) {
    std::vector<oauth2_rs_text_t>& texts = parameters_.emplace_back();
    for (const std::string& parameter : parameters) {
        texts.push_back(keep(parameter));
    }
    stores_.push_back({keep(type), texts.data(), texts.size()});
    settings_.stores = stores_.data();
    settings_.store_count = stores_.size();
}

oauth2_rs_text_t ShimSettings::keep(std::string_view text) {
    return oauth2_rs::text(texts_.emplace_back(text));
}

const oauth2_rs_reporter_t* ignoring_reporter() {
    static const oauth2_rs_reporter_t kReporter{ignore, nullptr};
    return &kReporter;
}

const oauth2_rs_resolver_t* ShimRegistry::resolver(const ShimSettings& settings) const {
    return oauth2_rs_registry_resolver(registry_, settings.get(), ignoring_reporter());
}

ShimHost::ShimHost() {
    callbacks_.now_ms = now;
    callbacks_.client_certificate = no_certificate;
    callbacks_.cache_get = find;
    callbacks_.cache_put = keep;
    callbacks_.host = this;
}

ShimRequest::ShimRequest(const oauth2_rs_resolver_t* resolver, const std::string& token,
                         ShimHost& host)
    : header_("Bearer " + token), host_(host), resolution_(oauth2_rs_resolution_create(resolver)) {}

bool ShimRequest::is_granted() {
    const oauth2_rs_text_t authorization = text(header_);
    oauth2_rs_request_t request{};
    request.confirmation = OAUTH2_RS_CONFIRMATION_ON;
    request.authorization = &authorization;
    request.authorization_count = 1;
    request.host = host_.callbacks();
    return oauth2_rs_resolve(resolution_, &request) == OAUTH2_RS_GRANTED;
}

}  // namespace oauth2_rs::fakes
