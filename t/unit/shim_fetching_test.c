/* What the C interface asks of its host while a token is judged by answers from elsewhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Needs what stands above. */
#include <cmocka.h>

#include "shim/oauth2_rs.h"

/* 32 bytes in base64url, the key of a set; and a token that it verifies. */
static const char kKeys[] =
    "{\"keys\":[{\"kty\":\"oct\",\"k\":\"c3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3M\"}]}";
static const char kOtherKeys[] =
    "{\"keys\":[{\"kty\":\"oct\",\"k\":\"dHR0dHR0dHR0dHR0dHR0dHR0dHR0dHR0dHR0dHR0dHQ\"}]}";
static const char kSigned[] =
    "Bearer eyJhbGciOiJIUzI1NiJ9"
    ".eyJpc3MiOiJodHRwczovL2FzIiwiZXhwIjoxNzAwMDAwMDYwfQ"
    ".vd7hhH0fDqGMWaF5fvHegdepvbyNi45r69DAz7VjZW4";

typedef struct {
    oauth2_rs_registry_t *registry;
    oauth2_rs_settings_t settings;
    oauth2_rs_store_settings_t store;
    oauth2_rs_text_t parameter;
    oauth2_rs_host_t host;
    oauth2_rs_text_t authorization;
    oauth2_rs_request_t request;
    oauth2_rs_resolution_t *resolution;
    oauth2_rs_fetch_state_t state; /* what the host answers */
    oauth2_rs_fetch_answer_t answer;
    int may_start;
    int starts;
    int waits;
    int misses;
    const void *owner; /* what the host was asked */
    const void *source;
    char uri[64];
    char form[128];
    char said[1024];
    int errors;
    char cached[1024];
    size_t cached_size;
    int64_t cached_until;
} bench_t;

static oauth2_rs_text_t text(const char *string) {
    oauth2_rs_text_t result;
    result.data = string;
    result.len = strlen(string);
    return result;
}

static void check_text(oauth2_rs_text_t actual, const char *expected) {
    if (actual.len != strlen(expected) ||
        (actual.len > 0 && memcmp(actual.data, expected, actual.len) != 0)) {
        print_error("\"%.*s\" is not \"%s\"\n", (int)actual.len, actual.data, expected);
        fail();
    }
}

static int64_t now_ms(void *host) {
    (void)host;
    return INT64_C(1700000000000);
}

static int no_certificate(void *host, oauth2_rs_certificate_t *certificate) {
    (void)host;
    (void)certificate;
    return 1;
}

static int cache_get(void *host, const unsigned char *key, oauth2_rs_text_t *value) {
    bench_t *bench = host;
    (void)key;
    value->data = bench->cached;
    value->len = bench->cached_size;
    return bench->cached_size > 0;
}

static void cache_put(void *host, const unsigned char *key, oauth2_rs_text_t value,
                      int64_t until_ms) {
    bench_t *bench = host;
    (void)key;
    assert_true(value.len < sizeof(bench->cached));
    memcpy(bench->cached, value.data, value.len);
    bench->cached_size = value.len;
    bench->cached_until = until_ms;
}

static oauth2_rs_fetch_state_t fetched(void *host, oauth2_rs_fetch_key_t key,
                                       oauth2_rs_fetch_answer_t *answer) {
    bench_t *bench = host;
    assert_non_null(key.owner);
    assert_true(bench->owner == NULL || bench->owner == key.owner);
    if (bench->state == OAUTH2_RS_FETCH_ENDED) {
        *answer = bench->answer;
    }
    return bench->state;
}

static int start_fetch(void *host, oauth2_rs_fetch_key_t key,
                       const oauth2_rs_fetch_request_t *request) {
    bench_t *bench = host;
    ++bench->starts;
    bench->owner = key.owner;
    sprintf(bench->uri, "%.*s", (int)request->uri.len, request->uri.data);
    sprintf(bench->form, "%.*s", (int)request->form.len, request->form.data);
    bench->state = bench->may_start ? OAUTH2_RS_FETCH_PENDING : OAUTH2_RS_FETCH_NONE;
    return bench->may_start;
}

static oauth2_rs_fetch_state_t await_keys(void *host, const void *source, int miss) {
    bench_t *bench = host;
    ++bench->waits;
    bench->misses += miss;
    bench->source = source;
    return bench->state;
}

static void report(void *host, oauth2_rs_severity_t severity, oauth2_rs_text_t message) {
    bench_t *bench = host;
    bench->errors += severity == OAUTH2_RS_ERROR;
    sprintf(bench->said, "%.*s", (int)message.len, message.data);
}

static void set_host(bench_t *bench) {
    bench->host.now_ms = now_ms;
    bench->host.client_certificate = no_certificate;
    bench->host.cache_get = cache_get;
    bench->host.cache_put = cache_put;
    bench->host.fetched = fetched;
    bench->host.start_fetch = start_fetch;
    bench->host.await_keys = await_keys;
    bench->host.host = bench;
    bench->request.confirmation = OAUTH2_RS_CONFIRMATION_ON;
    bench->request.authorization = &bench->authorization;
    bench->request.authorization_count = 1;
    bench->request.host = &bench->host;
}

static int set_up(void **state) {
    static bench_t bench;
    memset(&bench, 0, sizeof(bench));
    set_host(&bench);
    bench.registry = oauth2_rs_registry_create();
    bench.may_start = 1;
    bench.authorization = text(kSigned);
    bench.parameter = text("uri=/keys");
    bench.store.type = text("jwks");
    bench.store.parameters = &bench.parameter;
    bench.store.parameter_count = 1;
    bench.settings.server = text("a server");
    *state = &bench;
    return 0;
}

static int tear_down(void **state) {
    bench_t *bench = *state;
    oauth2_rs_resolution_destroy(bench->resolution);
    oauth2_rs_registry_destroy(bench->registry);
    return 0;
}

static const oauth2_rs_resolver_t *make_resolver(bench_t *bench) {
    const oauth2_rs_reporter_t reporter = {report, bench};
    return oauth2_rs_registry_resolver(bench->registry, &bench->settings, &reporter);
}

/* A resolution of its own for each request. */
static oauth2_rs_outcome_t resolve_anew(bench_t *bench) {
    oauth2_rs_resolution_destroy(bench->resolution);
    bench->resolution = oauth2_rs_resolution_create(make_resolver(bench));
    return oauth2_rs_resolve(bench->resolution, &bench->request);
}

static oauth2_rs_outcome_t resolve_again(bench_t *bench) {
    return oauth2_rs_resolve(bench->resolution, &bench->request);
}

static void check_denied(bench_t *bench, int status, const char *reason) {
    const oauth2_rs_denial_t denial = oauth2_rs_denial(bench->resolution);
    assert_int_equal(denial.status, status);
    check_text(denial.reason, reason);
}

static void ask(bench_t *bench) {
    bench->settings.kind = OAUTH2_RS_INTROSPECTION;
    bench->settings.introspection_endpoint = text("/introspect");
}

static void use_keys(bench_t *bench) {
    bench->settings.issuer = text("https://as");
    bench->settings.verification_secret = text("any");
    bench->settings.profile = OAUTH2_RS_PROFILE_ANY;
    bench->settings.stores = &bench->store;
    bench->settings.store_count = 1;
}

static void answer_with(bench_t *bench, const char *body) {
    bench->state = OAUTH2_RS_FETCH_ENDED;
    bench->answer.status = 200;
    bench->answer.media_type = text("application/json");
    bench->answer.body = text(body);
}

/* Nothing is granted, and nothing shows, until the answer is there. */
static void test_introspection(void **state) {
    bench_t *bench = *state;
    const oauth2_rs_text_t sub = text("sub");
    ask(bench);
    assert_int_equal(resolve_anew(bench), OAUTH2_RS_PENDING);
    assert_string_equal(bench->uri, "/introspect");
    assert_memory_equal(bench->form, "token=eyJhbGciOiJIUzI1NiJ9.", 27);
    assert_non_null(strstr(bench->form, "&token_type_hint=access_token"));
    check_text(oauth2_rs_value(bench->resolution, OAUTH2_RS_VALUE_CLAIMS), "");
    assert_int_equal(oauth2_rs_require_scopes(bench->resolution, NULL, 0), OAUTH2_RS_DENIED);
    assert_int_equal(resolve_again(bench), OAUTH2_RS_PENDING);
    answer_with(bench, "{\"active\":true,\"sub\":\"alice\"}");
    assert_int_equal(resolve_again(bench), OAUTH2_RS_GRANTED);
    check_text(oauth2_rs_claim(bench->resolution, &sub, 1), "alice");
    /* Its word stands: an answer that changes changes nothing. */
    answer_with(bench, "{\"active\":false}");
    assert_int_equal(resolve_again(bench), OAUTH2_RS_GRANTED);
    assert_int_equal(bench->starts, 1);
}

static void test_introspection_that_fails(void **state) {
    bench_t *bench = *state;
    ask(bench);
    bench->may_start = 0;
    assert_int_equal(resolve_anew(bench), OAUTH2_RS_DENIED);
    check_denied(bench, 503, "introspection_unavailable");
    check_text(oauth2_rs_challenge(bench->resolution, text("R")), "");
    bench->may_start = 1;
    assert_int_equal(resolve_anew(bench), OAUTH2_RS_PENDING);
    answer_with(bench, "{\"active\":true}");
    bench->answer.status = 0;
    assert_int_equal(resolve_again(bench), OAUTH2_RS_DENIED);
    check_denied(bench, 503, "introspection_unavailable");
    bench->state = OAUTH2_RS_FETCH_NONE;
    assert_int_equal(resolve_anew(bench), OAUTH2_RS_PENDING);
    answer_with(bench, "{\"active\":false}");
    assert_int_equal(resolve_again(bench), OAUTH2_RS_DENIED);
    check_denied(bench, 401, "inactive");
}

static void test_introspection_needs_an_endpoint(void **state) {
    bench_t *bench = *state;
    bench->settings.kind = OAUTH2_RS_INTROSPECTION;
    assert_null(make_resolver(bench));
    assert_int_equal(bench->errors, 1);
    assert_memory_equal(bench->said, "oauth2_resolver introspection needs oauth2_introspection",
                        56);
}

/* Not longer than default_timeout, unless max_timeout is written; not longer than it is valid. */
static void test_how_long_an_answer_is_remembered(void **state) {
    const struct {
        int64_t most;
        const char *body;
        int64_t kept;
    } cases[] = {{0, "{\"active\":true}", 30000},
                 {0, "{\"active\":true,\"exp\":1700009000}", 30000},
                 {0, "{\"active\":true,\"exp\":1700000010}", 10000},
                 {90000, "{\"active\":true,\"exp\":1700009000}", 90000},
                 {90000, "{\"active\":true}", 30000},
                 {20000, "{\"active\":true}", 20000}};
    bench_t *bench = *state;
    size_t i;
    ask(bench);
    bench->settings.cache_zone = text("zone");
    bench->settings.cache_default_ms = 30000;
    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
        bench->settings.cache_most_ms = cases[i].most;
        bench->cached_size = 0;
        bench->owner = NULL;
        bench->state = OAUTH2_RS_FETCH_NONE;
        assert_int_equal(resolve_anew(bench), OAUTH2_RS_PENDING);
        assert_int_equal(bench->cached_size, 0);
        answer_with(bench, cases[i].body);
        assert_int_equal(resolve_again(bench), OAUTH2_RS_GRANTED);
        assert_true(bench->cached_until == INT64_C(1700000000000) + cases[i].kept);
        check_text(oauth2_rs_cache_status(bench->resolution), "MISS");
        bench->starts = 0;
        assert_int_equal(resolve_anew(bench), OAUTH2_RS_GRANTED);
        check_text(oauth2_rs_cache_status(bench->resolution), "HIT");
        assert_int_equal(bench->starts, 0);
    }
}

static void test_what_a_source_of_keys_tells(void **state) {
    bench_t *bench = *state;
    oauth2_rs_key_source_t source;
    assert_int_equal(oauth2_rs_key_source(bench->registry, 0, &source), 0);
    use_keys(bench);
    assert_non_null(make_resolver(bench));
    assert_int_equal(oauth2_rs_key_source(bench->registry, 0, &source), 1);
    check_text(source.uri, "/keys");
    check_text(source.server, "a server");
    assert_true(source.cache_timeout_ms == 120000 && source.cache_miss_timeout_ms == 120000);
    assert_true(source.stale_timeout_ms == 3600000);
    assert_int_equal(oauth2_rs_key_source(bench->registry, 1, &source), 0);
    /* Equal settings share it; another server has one of its own. */
    bench->settings.issuer = text("https://at");
    assert_non_null(make_resolver(bench));
    assert_int_equal(oauth2_rs_key_source(bench->registry, 1, &source), 0);
    bench->settings.server = text("another server");
    assert_non_null(make_resolver(bench));
    assert_int_equal(oauth2_rs_key_source(bench->registry, 1, &source), 1);
}

/* A file means the same in every server. */
static void test_a_file_belongs_to_no_server(void **state) {
    bench_t *bench = *state;
    const oauth2_rs_text_t secret = text("id=c3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3M=");
    const oauth2_rs_resolver_t *resolver;
    oauth2_rs_key_source_t source;
    use_keys(bench);
    bench->store.type = text("base64");
    bench->store.parameters = &secret;
    bench->settings.verification_secret = text("id");
    resolver = make_resolver(bench);
    assert_non_null(resolver);
    bench->settings.server = text("another server");
    assert_ptr_equal(make_resolver(bench), resolver);
    assert_int_equal(oauth2_rs_key_source(bench->registry, 0, &source), 0);
}

static void test_requests_that_wait_for_keys(void **state) {
    bench_t *bench = *state;
    const oauth2_rs_reporter_t reporter = {report, bench};
    oauth2_rs_key_source_t source;
    use_keys(bench);
    bench->state = OAUTH2_RS_FETCH_PENDING;
    assert_int_equal(resolve_anew(bench), OAUTH2_RS_PENDING);
    assert_int_equal(oauth2_rs_key_source(bench->registry, 0, &source), 1);
    assert_ptr_equal(bench->source, source.source);
    assert_int_equal(bench->misses, 0);
    assert_int_equal(oauth2_rs_key_source_accept(bench->registry, 0, text(kKeys), &reporter), 1);
    assert_int_equal(resolve_again(bench), OAUTH2_RS_GRANTED);
    /* Another set: a key is missed. */
    assert_int_equal(oauth2_rs_key_source_accept(bench->registry, 0, text(kOtherKeys), &reporter),
                     1);
    assert_int_equal(resolve_anew(bench), OAUTH2_RS_PENDING);
    assert_int_equal(bench->misses, 1);
    bench->state = OAUTH2_RS_FETCH_NONE;
    assert_int_equal(resolve_again(bench), OAUTH2_RS_DENIED);
    check_denied(bench, 401, "bad_signature");
    oauth2_rs_key_source_drop(bench->registry, 0);
    assert_int_equal(resolve_anew(bench), OAUTH2_RS_DENIED);
    check_denied(bench, 503, "keys_unavailable");
}

static void test_a_set_that_is_none_is_reported(void **state) {
    bench_t *bench = *state;
    const oauth2_rs_reporter_t reporter = {report, bench};
    use_keys(bench);
    assert_non_null(make_resolver(bench));
    bench->errors = 0;
    assert_int_equal(oauth2_rs_key_source_accept(bench->registry, 0, text("<html>"), &reporter), 0);
    assert_int_equal(bench->errors, 1);
    assert_memory_equal(bench->said,
                        "oauth2_secret_store: what \"/keys\" answers is of no use: ", 56);
    bench->state = OAUTH2_RS_FETCH_NONE;
    assert_int_equal(resolve_anew(bench), OAUTH2_RS_DENIED);
    check_denied(bench, 503, "keys_unavailable");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_introspection, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_introspection_that_fails, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_introspection_needs_an_endpoint, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_how_long_an_answer_is_remembered, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_a_source_of_keys_tells, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_file_belongs_to_no_server, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_requests_that_wait_for_keys, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_set_that_is_none_is_reported, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
