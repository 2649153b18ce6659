/* The requests' half of the C interface, used as the glue uses it: from C. */
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Needs what stands above. */
#include <cmocka.h>

#include "shim/oauth2_rs.h"

static const char kSecret[] = "ssssssssssssssssssssssssssssssss";
static const char kClaims[] =
    "{\"iss\":\"https://as\",\"exp\":1700000060,\"sub\":\"alice\",\"scope\":\"read write\","
    "\"n\":7,\"yes\":true,\"list\":[1,\"a "
    "b\"],\"deep\":{\"er\":{\"est\":\"found\"}},\"empty\":\"\","
    "\"null\":null,\"line\":\"a\\r\\nb\\\\c\\u007f\",\"lines\":[\"a\\nb\"],\"back\":\"a\\\\b\"}";

/* Everything a request needs, over one resolver of one registry. */
typedef struct {
    oauth2_rs_registry_t *registry;
    const oauth2_rs_resolver_t *resolver;
    oauth2_rs_resolution_t *resolution;
    oauth2_rs_host_t host;
    oauth2_rs_text_t authorization[2];
    oauth2_rs_request_t request;
    char header[4096];
    int64_t now;
    int questions;
} bench_t;

static oauth2_rs_text_t text(const char *string) {
    oauth2_rs_text_t result;
    result.data = string;
    result.len = strlen(string);
    return result;
}

static int64_t now_ms(void *host) {
    bench_t *bench = host;
    ++bench->questions;
    return bench->now;
}

static int no_certificate(void *host, oauth2_rs_certificate_t *certificate) {
    (void)host;
    (void)certificate;
    return 1;
}

static void ignore(void *host, oauth2_rs_severity_t severity, oauth2_rs_text_t message) {
    (void)host;
    (void)message;
    assert_int_equal(severity, OAUTH2_RS_WARN);
}

/* Appends base64url of some bytes. */
static void append_encoded(char *out, const void *bytes, size_t size) {
    char *end = out + strlen(out);
    EVP_EncodeBlock((unsigned char *)end, bytes, (int)size);
    for (; *end != '\0' && *end != '='; ++end) {
        *end = (char)(*end == '+' ? '-' : *end == '/' ? '_' : *end);
    }
    *end = '\0';
}

static void set_token(bench_t *bench, const char *claims) {
    const char *header = "{\"alg\":\"HS256\",\"typ\":\"at+jwt\"}";
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned int mac_size = 0;
    char *token = bench->header + strlen("Bearer ");
    strcpy(bench->header, "Bearer ");
    append_encoded(token, header, strlen(header));
    strcat(token, ".");
    append_encoded(token, claims, strlen(claims));
    HMAC(EVP_sha256(), kSecret, 32, (const unsigned char *)token, strlen(token), mac, &mac_size);
    strcat(token, ".");
    append_encoded(token, mac, mac_size);
    bench->authorization[0] = text(bench->header);
    bench->request.authorization_count = 1;
}

static void make_resolver(bench_t *bench) {
    const oauth2_rs_text_t parameter = text("id=c3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3M=");
    const oauth2_rs_reporter_t reporter = {ignore, NULL};
    oauth2_rs_store_settings_t store;
    oauth2_rs_settings_t settings;
    memset(&store, 0, sizeof(store));
    store.type = text("base64");
    store.parameters = &parameter;
    store.parameter_count = 1;
    memset(&settings, 0, sizeof(settings));
    settings.issuer = text("https://as");
    settings.verification_secret = text("id");
    settings.stores = &store;
    settings.store_count = 1;
    bench->registry = oauth2_rs_registry_create();
    bench->resolver = oauth2_rs_registry_resolver(bench->registry, &settings, &reporter);
    assert_non_null(bench->resolver);
}

static int set_up(void **state) {
    static bench_t bench;
    memset(&bench, 0, sizeof(bench));
    make_resolver(&bench);
    bench.resolution = oauth2_rs_resolution_create(bench.resolver);
    bench.now = INT64_C(1700000000000);
    bench.host.now_ms = now_ms;
    bench.host.client_certificate = no_certificate;
    bench.host.host = &bench;
    bench.request.require_https = 1;
    bench.request.tls = 1;
    bench.request.confirmation = OAUTH2_RS_CONFIRMATION_ON;
    bench.request.authorization = bench.authorization;
    bench.request.host = &bench.host;
    set_token(&bench, kClaims);
    *state = &bench;
    return 0;
}

static int tear_down(void **state) {
    bench_t *bench = *state;
    oauth2_rs_resolution_destroy(bench->resolution);
    oauth2_rs_registry_destroy(bench->registry);
    assert_int_equal(ERR_peek_error(), 0);
    return 0;
}

static void check_text(oauth2_rs_text_t actual, const char *expected) {
    if (actual.len != strlen(expected) ||
        (actual.len > 0 && memcmp(actual.data, expected, actual.len) != 0)) {
        print_error("\"%.*s\" is not \"%s\"\n", (int)actual.len, actual.data, expected);
        fail();
    }
}

static void check_denied(bench_t *bench, int status, const char *error, const char *reason) {
    const oauth2_rs_denial_t denial = oauth2_rs_denial(bench->resolution);
    assert_int_equal(denial.status, status);
    check_text(denial.error, error);
    check_text(denial.reason, reason);
    assert_true(denial.detail.len > 0);
    check_text(oauth2_rs_value(bench->resolution, OAUTH2_RS_VALUE_CLAIMS), "");
    check_text(oauth2_rs_value(bench->resolution, OAUTH2_RS_VALUE_TOKEN), "");
}

static void resolve_denied(bench_t *bench, int status, const char *error, const char *reason) {
    assert_int_equal(oauth2_rs_resolve(bench->resolution, &bench->request), OAUTH2_RS_DENIED);
    check_denied(bench, status, error, reason);
}

static void resolve_granted(bench_t *bench) {
    assert_int_equal(oauth2_rs_resolve(bench->resolution, &bench->request), OAUTH2_RS_GRANTED);
}

static oauth2_rs_outcome_t require(bench_t *bench, const char *scope) {
    const oauth2_rs_text_t value = text(scope);
    return oauth2_rs_require_scopes(bench->resolution, &value, 1);
}

static oauth2_rs_text_t claim(bench_t *bench, const char *first, const char *second,
                              const char *third) {
    oauth2_rs_text_t path[3];
    size_t length = 0;
    path[length++] = text(first);
    if (second != NULL) {
        path[length++] = text(second);
    }
    if (third != NULL) {
        path[length++] = text(third);
    }
    return oauth2_rs_claim(bench->resolution, path, length);
}

static void test_a_good_request_is_granted(void **state) {
    bench_t *bench = *state;
    resolve_granted(bench);
    assert_int_equal(require(bench, "read"), OAUTH2_RS_GRANTED);
    assert_int_equal(require(bench, "write read"), OAUTH2_RS_GRANTED);
    assert_int_equal(oauth2_rs_require_scopes(bench->resolution, NULL, 0), OAUTH2_RS_GRANTED);
    oauth2_rs_resolution_destroy(NULL);
}

/* https, then the credentials, then the token. */
static void test_the_order_of_checks(void **state) {
    bench_t *bench = *state;
    bench->request.tls = 0;
    bench->request.authorization_count = 0;
    resolve_denied(bench, 403, "", "https_required");
    check_text(oauth2_rs_challenge(bench->resolution, text("R")), "");
    bench->request.require_https = 0;
    resolve_denied(bench, 401, "", "no_token");
    check_text(oauth2_rs_challenge(bench->resolution, text("R")), "Bearer realm=\"R\"");
    bench->authorization[1] = bench->authorization[0];
    bench->request.authorization_count = 2;
    resolve_denied(bench, 400, "invalid_request", "multiple_tokens");
    assert_int_equal(bench->questions, 0);
    bench->request.authorization_count = 1;
    resolve_granted(bench);
}

static void test_a_bad_token_is_denied(void **state) {
    bench_t *bench = *state;
    oauth2_rs_text_t challenge;
    bench->now += 60001;
    resolve_denied(bench, 401, "invalid_token", "expired");
    challenge = oauth2_rs_challenge(bench->resolution, text("R"));
    assert_memory_equal(challenge.data, "Bearer realm=\"R\", error=\"invalid_token\"", 39);
    check_text(oauth2_rs_value(bench->resolution, OAUTH2_RS_VALUE_SCOPE), "");
    check_text(oauth2_rs_value(bench->resolution, OAUTH2_RS_VALUE_EXPIRES_AT), "");
    check_text(claim(bench, "sub", NULL, NULL), "");
    assert_int_equal(require(bench, "read"), OAUTH2_RS_DENIED);
    check_denied(bench, 401, "invalid_token", "expired");
}

/* The same token under another location's demands is not verified again; its time stands still. */
static void test_a_request_is_judged_again(void **state) {
    bench_t *bench = *state;
    resolve_granted(bench);
    assert_int_equal(require(bench, "admin"), OAUTH2_RS_DENIED);
    check_denied(bench, 403, "insufficient_scope", "insufficient_scope");
    bench->now += 3600000;
    resolve_granted(bench);
    assert_int_equal(bench->questions, 1);
    bench->request.tls = 0;
    resolve_denied(bench, 403, "", "https_required");
    bench->request.tls = 1;
    resolve_granted(bench);
    check_text(claim(bench, "sub", NULL, NULL), "alice");
}

static void test_scopes(void **state) {
    bench_t *bench = *state;
    assert_int_equal(require(bench, "read"), OAUTH2_RS_DENIED);
    resolve_granted(bench);
    assert_int_equal(require(bench, "read  admin x"), OAUTH2_RS_DENIED);
    check_denied(bench, 403, "insufficient_scope", "insufficient_scope");
    check_text(oauth2_rs_challenge(bench->resolution, text("")),
               "Bearer scope=\"read admin x\", error=\"insufficient_scope\", "
               "error_description=\"The request requires higher privileges than provided by the "
               "access token.\"");
    resolve_granted(bench);
    assert_int_equal(require(bench, ""), OAUTH2_RS_DENIED);
    check_denied(bench, 500, "", "scope_undefined");
    check_text(oauth2_rs_challenge(bench->resolution, text("R")), "");
    /* Denied stays denied until it is judged anew. */
    assert_int_equal(require(bench, "read"), OAUTH2_RS_DENIED);
    check_denied(bench, 500, "", "scope_undefined");
}

static void test_values(void **state) {
    bench_t *bench = *state;
    resolve_granted(bench);
    check_text(oauth2_rs_value(bench->resolution, OAUTH2_RS_VALUE_TOKEN),
               bench->header + strlen("Bearer "));
    check_text(oauth2_rs_value(bench->resolution, OAUTH2_RS_VALUE_SCOPE), "read write");
    check_text(oauth2_rs_value(bench->resolution, OAUTH2_RS_VALUE_EXPIRES_AT), "1700000060");
    check_text(oauth2_rs_value(bench->resolution, OAUTH2_RS_VALUE_COUNT), "");
    set_token(bench, "{\"iss\":\"https://as\",\"exp\":1700000060.75}");
    oauth2_rs_resolution_destroy(bench->resolution);
    bench->resolution = oauth2_rs_resolution_create(bench->resolver);
    resolve_granted(bench);
    check_text(oauth2_rs_value(bench->resolution, OAUTH2_RS_VALUE_CLAIMS),
               "{\"iss\":\"https://as\",\"exp\":1700000060.75}");
    check_text(oauth2_rs_value(bench->resolution, OAUTH2_RS_VALUE_SCOPE), "");
    check_text(oauth2_rs_value(bench->resolution, OAUTH2_RS_VALUE_EXPIRES_AT), "1700000060");
}

static void test_claims(void **state) {
    bench_t *bench = *state;
    resolve_granted(bench);
    check_text(claim(bench, "sub", NULL, NULL), "alice");
    check_text(claim(bench, "n", NULL, NULL), "7");
    check_text(claim(bench, "yes", NULL, NULL), "true");
    check_text(claim(bench, "null", NULL, NULL), "null");
    check_text(claim(bench, "list", NULL, NULL), "[1,\"a b\"]");
    check_text(claim(bench, "deep", NULL, NULL), "{\"er\":{\"est\":\"found\"}}");
    check_text(claim(bench, "deep", "er", "est"), "found");
    check_text(claim(bench, "empty", NULL, NULL), "");
    check_text(claim(bench, "missing", NULL, NULL), "");
    check_text(claim(bench, "SUB", NULL, NULL), "");
    check_text(claim(bench, "deep", "missing", "est"), "");
    check_text(claim(bench, "sub", "er", NULL), "");
    check_text(claim(bench, "list", "0", NULL), "");
    assert_true(oauth2_rs_claim(bench->resolution, NULL, 0).len > 0);
}

/* A claim must not end the line of a header field. */
static void test_control_characters_are_escaped(void **state) {
    bench_t *bench = *state;
    resolve_granted(bench);
    check_text(claim(bench, "line", NULL, NULL), "a\\r\\nb\\\\c\\u007f");
    check_text(claim(bench, "lines", NULL, NULL), "[\"a\\nb\"]");
    check_text(claim(bench, "back", NULL, NULL), "a\\b");
    set_token(bench, "{\"iss\":\"https://as\",\"exp\":1700000060,\"scope\":[\"a\\r\\nb\",\"c\"]}");
    oauth2_rs_resolution_destroy(bench->resolution);
    bench->resolution = oauth2_rs_resolution_create(bench->resolver);
    resolve_granted(bench);
    check_text(oauth2_rs_value(bench->resolution, OAUTH2_RS_VALUE_SCOPE), "a\\r\\nb c");
}

/* What was handed out lives as long as the handle. */
static void test_texts_stay_valid(void **state) {
    bench_t *bench = *state;
    oauth2_rs_text_t number, list;
    int round;
    resolve_granted(bench);
    number = claim(bench, "n", NULL, NULL);
    list = claim(bench, "list", NULL, NULL);
    for (round = 0; round < 1000; ++round) {
        check_text(claim(bench, "deep", NULL, NULL), "{\"er\":{\"est\":\"found\"}}");
    }
    check_text(number, "7");
    check_text(list, "[1,\"a b\"]");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_good_request_is_granted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_order_of_checks, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_bad_token_is_denied, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_request_is_judged_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_scopes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_values, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_claims, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_control_characters_are_escaped, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_texts_stay_valid, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
