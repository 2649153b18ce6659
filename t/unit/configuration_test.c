/* The configuration half of the C interface, used as the glue uses it: from C. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Needs what stands above. */
#include <cmocka.h>

#include "shim/oauth2_rs.h"

/* What was reported: every message, in order, one a line. */
typedef struct {
    char text[4096];
    int warnings;
    int errors;
} log_t;

static void report(void *host, oauth2_rs_severity_t severity, oauth2_rs_text_t message) {
    log_t *log = host;
    size_t used = strlen(log->text);
    assert_true(message.len > 0);
    assert_true(used + message.len + 2 < sizeof(log->text));
    memcpy(log->text + used, message.data, message.len);
    strcpy(log->text + used + message.len, "\n");
    if (severity == OAUTH2_RS_ERROR) {
        ++log->errors;
    } else {
        ++log->warnings;
    }
}

static log_t lines;

static const oauth2_rs_reporter_t *reporter(void) {
    static const oauth2_rs_reporter_t to_lines = {report, &lines};
    memset(&lines, 0, sizeof(lines));
    return &to_lines;
}

static void check_lines(const char *part, int warnings, int errors) {
    if (strstr(lines.text, part) == NULL) {
        print_error("\"%s\" does not hold \"%s\"\n", lines.text, part);
        fail();
    }
    assert_int_equal(lines.warnings, warnings);
    assert_int_equal(lines.errors, errors);
}

static oauth2_rs_text_t text(const char *string) {
    oauth2_rs_text_t result;
    result.data = string;
    result.len = strlen(string);
    return result;
}

/* 32 bytes in base64. */
#define SECRET "c3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3M="

/* Complete settings with a secret that stands in the configuration. */
typedef struct {
    oauth2_rs_settings_t settings;
    oauth2_rs_store_settings_t store;
    oauth2_rs_text_t parameter;
    oauth2_rs_text_t audience;
    oauth2_rs_text_t algorithm;
} bench_t;

static void set_up(bench_t *bench) {
    memset(bench, 0, sizeof(*bench));
    bench->parameter = text("id=" SECRET);
    bench->audience = text("api");
    bench->store.type = text("base64");
    bench->store.parameters = &bench->parameter;
    bench->store.parameter_count = 1;
    bench->settings.issuer = text("https://as");
    bench->settings.verification_secret = text("id");
    bench->settings.audiences = &bench->audience;
    bench->settings.audience_count = 1;
    bench->settings.stores = &bench->store;
    bench->settings.store_count = 1;
    bench->settings.base_directory = text("/etc/nginx/");
}

static void test_a_registry_comes_and_goes(void **state) {
    (void)state;
    oauth2_rs_registry_t *registry = oauth2_rs_registry_create();
    assert_non_null(registry);
    oauth2_rs_registry_destroy(registry);
    oauth2_rs_registry_destroy(NULL);
}

static void test_equal_settings_share_a_resolver(void **state) {
    bench_t bench, again;
    oauth2_rs_registry_t *registry = oauth2_rs_registry_create();
    const oauth2_rs_resolver_t *first;
    (void)state;
    set_up(&bench);
    set_up(&again);
    first = oauth2_rs_registry_resolver(registry, &bench.settings, reporter());
    assert_non_null(first);
    check_lines("", 0, 0);
    assert_ptr_equal(oauth2_rs_registry_resolver(registry, &again.settings, reporter()), first);

    again.settings.skew_ms = 1;
    assert_true(oauth2_rs_registry_resolver(registry, &again.settings, reporter()) != first);
    again.settings.skew_ms = 0;
    again.settings.profile = OAUTH2_RS_PROFILE_AM;
    assert_true(oauth2_rs_registry_resolver(registry, &again.settings, reporter()) != first);
    again.settings.profile = OAUTH2_RS_PROFILE_RFC9068;
    assert_true(oauth2_rs_registry_resolver(registry, &again.settings, reporter()) != first);
    again.settings.profile = OAUTH2_RS_PROFILE_ANY;
    assert_ptr_equal(oauth2_rs_registry_resolver(registry, &again.settings, reporter()), first);
    oauth2_rs_registry_destroy(registry);
}

/* One warning for a resolver, however many levels share it. */
static void test_warnings_come_once(void **state) {
    bench_t bench;
    oauth2_rs_registry_t *registry = oauth2_rs_registry_create();
    (void)state;
    set_up(&bench);
    bench.settings.audience_count = 0;
    assert_non_null(oauth2_rs_registry_resolver(registry, &bench.settings, reporter()));
    check_lines("oauth2_token_profile any without oauth2_audience", 1, 0);
    assert_non_null(oauth2_rs_registry_resolver(registry, &bench.settings, reporter()));
    check_lines("", 0, 0);
    oauth2_rs_registry_destroy(registry);
}

static void check_settings(bench_t *bench, const char *message) {
    oauth2_rs_registry_t *registry = oauth2_rs_registry_create();
    assert_null(oauth2_rs_registry_resolver(registry, &bench->settings, reporter()));
    check_lines(message, 0, 1);
    /* A failed one is not kept: it fails again, and mended it is built. */
    assert_null(oauth2_rs_registry_resolver(registry, &bench->settings, reporter()));
    check_lines(message, 0, 1);
    set_up(bench);
    assert_non_null(oauth2_rs_registry_resolver(registry, &bench->settings, reporter()));
    oauth2_rs_registry_destroy(registry);
}

static void test_bad_settings_are_reported(void **state) {
    bench_t bench;
    (void)state;
    set_up(&bench);
    bench.settings.issuer.len = 0;
    check_settings(&bench, "needs oauth2_issuer");
    bench.settings.verification_secret.len = 0;
    check_settings(&bench, "needs oauth2_verification_secret");
    bench.settings.store_count = 0;
    check_settings(&bench, "no oauth2_secret_store to look in");
    bench.settings.verification_secret = text("other");
    check_settings(&bench, "no oauth2_secret_store holds \"other\"");
    bench.store.type = text("unknown");
    check_settings(&bench, "oauth2_secret_store unknown: unknown type");
    bench.algorithm = text("HS1");
    bench.settings.algorithms = &bench.algorithm;
    bench.settings.algorithm_count = 1;
    check_settings(&bench, "unknown algorithm \"HS1\"");
    bench.settings.verification_secret = text("null");
    bench.settings.confirmation_required = 1;
    check_settings(&bench, "null goes with no oauth2_confirmation_key required");
}

/* A value that no directive has must not choose the laxest profile. */
static void test_an_unknown_profile_is_the_strictest(void **state) {
    bench_t bench;
    oauth2_rs_registry_t *registry = oauth2_rs_registry_create();
    const oauth2_rs_resolver_t *strict;
    (void)state;
    set_up(&bench);
    bench.settings.profile = OAUTH2_RS_PROFILE_RFC9068;
    strict = oauth2_rs_registry_resolver(registry, &bench.settings, reporter());
    bench.settings.profile = (oauth2_rs_profile_t)3;
    assert_ptr_equal(oauth2_rs_registry_resolver(registry, &bench.settings, reporter()), strict);
    oauth2_rs_registry_destroy(registry);
}

static void test_secret_ids_are_checked(void **state) {
    (void)state;
    assert_int_equal(oauth2_rs_check_secret_id(text("oauth2_x"), text("a.b-c_1"), reporter()), 1);
    check_lines("", 0, 0);
    assert_int_equal(oauth2_rs_check_secret_id(text("oauth2_x"), text("../a\n"), reporter()), 0);
    check_lines("oauth2_x: invalid secret id \"../a?\"", 0, 1);
    assert_int_equal(oauth2_rs_check_secret_id(text("oauth2_x"), text(""), reporter()), 0);
    check_lines("invalid secret id", 0, 1);
}

static void test_algorithms_are_checked(void **state) {
    (void)state;
    assert_int_equal(oauth2_rs_check_algorithm(text("ES256K"), reporter()), 1);
    check_lines("", 0, 0);
    assert_int_equal(oauth2_rs_check_algorithm(text("none"), reporter()), 0);
    check_lines("oauth2_algorithms: unknown algorithm \"none\"; the algorithms are RS256 ", 0, 1);
}

static void test_stores_are_checked(void **state) {
    bench_t bench;
    (void)state;
    set_up(&bench);
    assert_int_equal(oauth2_rs_check_store(&bench.store, reporter()), 1);
    check_lines("", 0, 0);
    bench.parameter = text("hush");
    assert_int_equal(oauth2_rs_check_store(&bench.store, reporter()), 0);
    check_lines("oauth2_secret_store base64: a parameter is not of the form name=value", 0, 1);
    assert_null(strstr(lines.text, "hush"));
}

static void test_durations_are_parsed(void **state) {
    int64_t milliseconds = -1;
    (void)state;
    assert_int_equal(
        oauth2_rs_parse_duration(text("oauth2_x"), text("1 minute"), &milliseconds, reporter()), 1);
    assert_int_equal(milliseconds, 60000);
    check_lines("", 0, 0);
    assert_int_equal(
        oauth2_rs_parse_duration(text("oauth2_x"), text("1 mi"), &milliseconds, reporter()), 0);
    check_lines("oauth2_x: invalid duration \"1 mi\"", 0, 1);
    assert_int_equal(
        oauth2_rs_parse_duration(text("oauth2_x"), text("unlimited"), &milliseconds, reporter()),
        0);
    check_lines("a bound is needed", 0, 1);
    assert_int_equal(milliseconds, 60000);
}

static void test_constant_scopes_are_looked_at(void **state) {
    (void)state;
    oauth2_rs_warn_of_scope(text("read write"), reporter());
    check_lines("", 0, 0);
    oauth2_rs_warn_of_scope(text("a\\b"), reporter());
    check_lines("oauth2_scope: \"a\\\\b\" can be no scope", 1, 0);
    oauth2_rs_warn_of_scope(text(" "), reporter());
    check_lines("oauth2_scope: \" \" can be no scope", 1, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_registry_comes_and_goes),
        cmocka_unit_test(test_equal_settings_share_a_resolver),
        cmocka_unit_test(test_warnings_come_once),
        cmocka_unit_test(test_bad_settings_are_reported),
        cmocka_unit_test(test_an_unknown_profile_is_the_strictest),
        cmocka_unit_test(test_secret_ids_are_checked),
        cmocka_unit_test(test_algorithms_are_checked),
        cmocka_unit_test(test_stores_are_checked),
        cmocka_unit_test(test_durations_are_parsed),
        cmocka_unit_test(test_constant_scopes_are_looked_at),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
