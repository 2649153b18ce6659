/* What a known token costs, counted through the C interface: no JSON, and two small allocations. */
#include <jansson.h>

#include <cstdlib>
#include <cstring>
#include <map>
#include <new>
#include <string>

#include "checks.h"
#include "fakes.h"
#include "shim/oauth2_rs.h"

namespace {

struct Counts {
    int allocations = 0;
    std::size_t bytes = 0;
    int of_jansson = 0;
};
Counts counts;

void* counted(std::size_t size) {
    ++counts.allocations;
    counts.bytes += size;
    return std::malloc(size);
}

void* counted_for_jansson(std::size_t size) {
    ++counts.of_jansson;
    return std::malloc(size);
}

}  // namespace

// Not inlined: GCC would see one of a pair and miss the other.
[[gnu::noinline]] void* operator new(std::size_t size) {
    void* const memory = counted(size);
    if (memory == nullptr) {
        throw std::bad_alloc();
    }
    return memory;
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t /*size*/) noexcept {
    std::free(memory);
}

using namespace oauth2_rs::fakes;

namespace {

std::map<std::string, std::string>& kept() {
    static std::map<std::string, std::string> values;
    return values;
}

std::string name_of(const unsigned char* key) {
    return {reinterpret_cast<const char*>(key), OAUTH2_RS_CACHE_KEY_LENGTH};
}

int cache_get(void* /*host*/, const unsigned char* key, oauth2_rs_text_t* value) {
    const Counts before = counts;
    const auto found = kept().find(name_of(key));
    if (found != kept().end()) {
        *value = {found->second.data(), found->second.size()};
    }
    counts = before;
    return found == kept().end() ? 0 : 1;
}

void cache_put(void* /*host*/, const unsigned char* key, oauth2_rs_text_t value,
               int64_t /*until_ms*/) {
    kept()[name_of(key)] = std::string(value.data, value.len);
}

int64_t now_ms(void* /*host*/) { return kNow * 1000; }

void report(void* /*host*/, oauth2_rs_severity_t /*severity*/, oauth2_rs_text_t message) {
    fail_msg("%.*s", static_cast<int>(message.len), message.data);
}

oauth2_rs_text_t text(std::string_view view) { return {view.data(), view.size()}; }

struct Chain {
    Chain() : registry(oauth2_rs_registry_create()) {
        const std::string parameter = "id=" + encode_base64(std::string(32, 's'));
        const oauth2_rs_text_t parameters = text(parameter);
        const oauth2_rs_store_settings_t store{text("base64"), &parameters, 1};
        const oauth2_rs_text_t audience = text("api");
        oauth2_rs_settings_t settings{};
        settings.issuer = text("https://as");
        settings.verification_secret = text("id");
        settings.audiences = &audience;
        settings.audience_count = 1;
        settings.stores = &store;
        settings.store_count = 1;
        settings.cache_zone = text("tokens");
        settings.cache_default_ms = 60000;
        const oauth2_rs_reporter_t reporter{report, nullptr};
        resolver = oauth2_rs_registry_resolver(registry, &settings, &reporter);
        assert_non_null(resolver);
    }
    ~Chain() { oauth2_rs_registry_destroy(registry); }
    Chain(const Chain&) = delete;
    Chain& operator=(const Chain&) = delete;

    oauth2_rs_registry_t* registry;
    const oauth2_rs_resolver_t* resolver = nullptr;
};

/* One request with that header, in a location that demands `scope`; what it cost, to its end. */
Counts cost_of(const Chain& chain, const std::string& header, std::string_view status) {
    oauth2_rs_host_t host{};
    host.now_ms = now_ms;
    host.cache_get = cache_get;
    host.cache_put = cache_put;
    const oauth2_rs_text_t authorization = text(header);
    oauth2_rs_request_t request{};
    request.confirmation = OAUTH2_RS_CONFIRMATION_ON;
    request.authorization = &authorization;
    request.authorization_count = 1;
    request.host = &host;
    counts = {};
    oauth2_rs_resolution_t* const resolution = oauth2_rs_resolution_create(chain.resolver);
    assert_int_equal(oauth2_rs_resolve(resolution, &request), OAUTH2_RS_GRANTED);
    const Counts cost = counts;
    const oauth2_rs_text_t cache_status = oauth2_rs_cache_status(resolution);
    check_text({cache_status.data, cache_status.len}, status);
    oauth2_rs_resolution_destroy(resolution);
    return cost;
}

void test_a_known_token_costs_next_to_nothing(void** /*state*/) {
    const Chain chain;
    const std::string claims = R"({"iss":"https://as","aud":"api","exp":)" +
                               std::to_string(kNow + 60) + R"(,"scope":"read"})";
    const std::string header =
        "Bearer " + Signer::oct(std::string(32, 's')).token("HS256", R"({"alg":"HS256"})", claims);
    const Counts miss = cost_of(chain, header, "MISS");
    assert_true(miss.of_jansson > 0);
    assert_true(miss.allocations > 2);
    const Counts hit = cost_of(chain, header, "HIT");
    assert_int_equal(hit.of_jansson, 0);
    assert_int_equal(hit.allocations, 2);
    assert_true(hit.bytes < 1024);
}

}  // namespace

int main() {
    json_set_alloc_funcs(counted_for_jansson, std::free);
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_a_known_token_costs_next_to_nothing),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
