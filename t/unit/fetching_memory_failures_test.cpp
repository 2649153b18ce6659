// Memory runs short while answers from elsewhere are judged and taken over.

// link: -Wl,--wrap=malloc,--wrap=cjose_jwe_import,--wrap=EVP_KDF_CTX_new

#include <string>

#include "checks.h"
#include "fakes.h"
#include "shim/oauth2_rs.h"
#include "shim/text.h"
#include "shim_bench.h"
#include "shortage.h"

namespace {

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

oauth2_rs_outcome_t judged(const oauth2_rs_resolver_t* resolver, const oauth2_rs_host_t& host,
                           const std::string& token) {
    std::string header;
    {
        const Relief relief;
        header = "Bearer " + token;
    }
    const oauth2_rs_text_t authorization = text(header);
    const oauth2_rs_request_t request{0, 0, OAUTH2_RS_CONFIRMATION_ON, &authorization, 1, &host};
    oauth2_rs_resolution_t* const resolution = oauth2_rs_resolution_create(resolver);
    const oauth2_rs_outcome_t outcome =
        resolution == nullptr ? OAUTH2_RS_DENIED : oauth2_rs_resolve(resolution, &request);
    oauth2_rs_resolution_destroy(resolution);
    return outcome;
}

oauth2_rs_fetch_state_t inactive(void* /*host*/, oauth2_rs_fetch_key_t /*key*/,
                                 oauth2_rs_fetch_answer_t* answer) {
    *answer = {200, text("application/json"), text(R"({"active":false,"scope":"read"})")};
    return OAUTH2_RS_FETCH_ENDED;
}

void test_introspection(void** /*state*/) {
    oauth2_rs_settings_t settings{};
    settings.kind = OAUTH2_RS_INTROSPECTION;
    settings.introspection_endpoint = text("/introspect");
    const ShimHost plain;
    oauth2_rs_host_t host = *plain.callbacks();
    host.fetched = inactive;
    oauth2_rs_registry_t* const registry = oauth2_rs_registry_create();
    const auto* const resolver =
        oauth2_rs_registry_resolver(registry, &settings, ignoring_reporter());
    const int failures = with_every_failure(
        [&] { assert_int_equal(judged(resolver, host, "abc"), OAUTH2_RS_DENIED); });
    oauth2_rs_registry_destroy(registry);
    assert_true(failures > 5);
}

/* A set that could not be taken over leaves the keys as they were. */
void test_taking_over_keys(void** /*state*/) {
    const oauth2_rs_text_t uri = text("uri=/keys");
    const oauth2_rs_store_settings_t store{text("jwks"), &uri, 1};
    oauth2_rs_settings_t settings{};
    settings.issuer = text("https://as");
    settings.verification_secret = text("any");
    settings.stores = &store;
    settings.store_count = 1;
    oauth2_rs_registry_t* const registry = oauth2_rs_registry_create();
    const auto* const resolver =
        oauth2_rs_registry_resolver(registry, &settings, ignoring_reporter());
    const std::string set = R"({"keys":[)" + rsa_signer().jwk() + "]}";
    assert_int_equal(oauth2_rs_key_source_accept(registry, 0, text(set), ignoring_reporter()), 1);
    const std::string token =
        rsa_signer().token("RS256", R"({"alg":"RS256"})",
                           R"({"iss":"https://as","exp":)" + std::to_string(kNow + 60) + "}");
    const ShimHost host;
    const int failures = with_every_failure([&] {
        oauth2_rs_key_source_accept(registry, 0, text(set), ignoring_reporter());
        const Relief relief;
        assert_int_equal(judged(resolver, *host.callbacks(), token), OAUTH2_RS_GRANTED);
    });
    assert_true(failures > 50);
    oauth2_rs_registry_destroy(registry);
}

}  // namespace

int main() {
    if (!run_short_of_memory()) {
        return 1;
    }
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_introspection),
        cmocka_unit_test(test_taking_over_keys),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
