/* Certificate-bound tokens through the C interface: what the host tells, and what comes of it. */
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Needs what stands above. */
#include <cmocka.h>

#include "shim/oauth2_rs.h"

/* The example of RFC 8705 appendix A. */
static const char kPem[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBBjCBrAIBAjAKBggqhkjOPQQDAjAPMQ0wCwYDVQQDDARtdGxzMB4XDTE4MTAx\n"
    "ODEyMzcwOVoXDTIyMDUwMjEyMzcwOVowDzENMAsGA1UEAwwEbXRsczBZMBMGByqG\n"
    "SM49AgEGCCqGSM49AwEHA0IABNcnyxwqV6hY8QnhxxzFQ03C7HKW9OylMbnQZjjJ\n"
    "/Au08/coZwxS7LfA4vOLS9WuneIXhbGGWvsDSb0tH6IxLm8wCgYIKoZIzj0EAwID\n"
    "SQAwRgIhAP0RC1E+vwJD/D1AGHGzuri+hlV/PpQEKTWUVeORWz83AiEA5x2eXZOV\n"
    "bUlJSGQgjwD5vaUaKlLR50Q2DmFfQj1L+SY=\n"
    "-----END CERTIFICATE-----\n";
static const char kThumbprint[] = "A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0";
static const char kOther[] = "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2";

/* A request whose token is bound to the certificate above. */
typedef struct {
    oauth2_rs_registry_t *registry;
    const oauth2_rs_resolver_t *resolver;
    oauth2_rs_resolution_t *resolution;
    oauth2_rs_host_t host;
    oauth2_rs_text_t authorization;
    oauth2_rs_request_t request;
    char header[1024];
    oauth2_rs_certificate_t certificate; /* what the host tells */
    int host_fails;
    int times_asked;
    int certificates_asked;
} bench_t;

static oauth2_rs_text_t text(const char *string) {
    oauth2_rs_text_t result;
    result.data = string;
    result.len = strlen(string);
    return result;
}

static int64_t now_ms(void *host) {
    bench_t *bench = host;
    ++bench->times_asked;
    return INT64_C(1700000000000);
}

static int client_certificate(void *host, oauth2_rs_certificate_t *certificate) {
    bench_t *bench = host;
    ++bench->certificates_asked;
    *certificate = bench->certificate;
    return !bench->host_fails;
}

static void ignore(void *host, oauth2_rs_severity_t severity, oauth2_rs_text_t message) {
    (void)host;
    (void)message;
    assert_int_equal(severity, OAUTH2_RS_WARN);
}

/* Appends base64url of a text. */
static void append_encoded(char *out, const char *string) {
    char *end = out + strlen(out);
    EVP_EncodeBlock((unsigned char *)end, (const unsigned char *)string, (int)strlen(string));
    for (; *end != '\0' && *end != '='; ++end) {
        *end = (char)(*end == '+' ? '-' : *end == '/' ? '_' : *end);
    }
    *end = '\0';
}

/* A token with that member of its claims, for a resolver that looks at no signature. */
static void set_token(bench_t *bench, const char *member) {
    char claims[512];
    sprintf(claims, "{\"iss\":\"https://as\",\"exp\":1700000060%s}", member);
    strcpy(bench->header, "Bearer ");
    append_encoded(bench->header, "{\"alg\":\"none\"}");
    strcat(bench->header, ".");
    append_encoded(bench->header, claims);
    strcat(bench->header, ".");
    bench->authorization = text(bench->header);
    oauth2_rs_resolution_destroy(bench->resolution);
    bench->resolution = oauth2_rs_resolution_create(bench->resolver);
}

static void bind_token(bench_t *bench, const char *thumbprint) {
    char member[128];
    sprintf(member, ",\"cnf\":{\"x5t#S256\":\"%s\"}", thumbprint);
    set_token(bench, member);
}

static int set_up(void **state) {
    static bench_t bench;
    const oauth2_rs_reporter_t reporter = {ignore, NULL};
    oauth2_rs_settings_t settings;
    memset(&settings, 0, sizeof(settings));
    settings.issuer = text("https://as");
    settings.verification_secret = text("null");
    memset(&bench, 0, sizeof(bench));
    bench.registry = oauth2_rs_registry_create();
    bench.resolver = oauth2_rs_registry_resolver(bench.registry, &settings, &reporter);
    assert_non_null(bench.resolver);
    bench.host.now_ms = now_ms;
    bench.host.client_certificate = client_certificate;
    bench.host.host = &bench;
    bench.request.confirmation = OAUTH2_RS_CONFIRMATION_ON;
    bench.request.authorization = &bench.authorization;
    bench.request.authorization_count = 1;
    bench.request.host = &bench.host;
    bind_token(&bench, kThumbprint);
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

static void resolve_granted(bench_t *bench) {
    assert_int_equal(oauth2_rs_resolve(bench->resolution, &bench->request), OAUTH2_RS_GRANTED);
}

static void resolve_denied(bench_t *bench, int status, const char *error, const char *reason) {
    oauth2_rs_denial_t denial;
    assert_int_equal(oauth2_rs_resolve(bench->resolution, &bench->request), OAUTH2_RS_DENIED);
    denial = oauth2_rs_denial(bench->resolution);
    assert_int_equal(denial.status, status);
    check_text(denial.error, error);
    check_text(denial.reason, reason);
    check_text(oauth2_rs_value(bench->resolution, OAUTH2_RS_VALUE_CONFIRMATION), "");
    check_text(oauth2_rs_value(bench->resolution, OAUTH2_RS_VALUE_CLAIMS), "");
}

static void resolve_refused(bench_t *bench, const char *reason) {
    resolve_denied(bench, 401, "invalid_token", reason);
}

static oauth2_rs_text_t presented(bench_t *bench) {
    return oauth2_rs_client_thumbprint(bench->resolution, &bench->host);
}

static void test_the_thumbprint_of_the_connection(void **state) {
    bench_t *bench = *state;
    bench->certificate.thumbprint = text(kThumbprint);
    resolve_granted(bench);
    check_text(oauth2_rs_value(bench->resolution, OAUTH2_RS_VALUE_CONFIRMATION), "x5t#S256");
    check_text(presented(bench), kThumbprint);
    bench->certificate.thumbprint = text(kOther);
    resolve_refused(bench, "confirmation_mismatch");
    check_text(presented(bench), kOther);
}

static void test_the_text_of_a_proxy(void **state) {
    bench_t *bench = *state;
    bench->certificate.text = text(kPem);
    resolve_granted(bench);
    check_text(presented(bench), kThumbprint);
    bind_token(bench, kOther);
    resolve_refused(bench, "confirmation_mismatch");
    bench->certificate.text = text("alice");
    resolve_refused(bench, "certificate_missing");
    check_text(presented(bench), "");
}

static void test_no_certificate(void **state) {
    bench_t *bench = *state;
    resolve_refused(bench, "certificate_missing");
    check_text(presented(bench), "");
}

/* A thumbprint is 43 base64url characters, or it is none. */
static void test_a_thumbprint_that_is_none(void **state) {
    bench_t *bench = *state;
    bench->certificate.thumbprint = text(kThumbprint);
    bench->certificate.thumbprint.len--;
    resolve_refused(bench, "certificate_missing");
    check_text(presented(bench), "");
}

static void test_a_host_that_fails(void **state) {
    bench_t *bench = *state;
    bench->certificate.thumbprint = text(kThumbprint);
    bench->host_fails = 1;
    resolve_denied(bench, 500, "", "internal_error");
    check_text(oauth2_rs_challenge(bench->resolution, text("R")), "");
    check_text(presented(bench), "");
}

/* Zeroes are the strictest demand. */
static void test_what_is_left_out_is_required(void **state) {
    bench_t *bench = *state;
    memset(&bench->request.confirmation, 0, sizeof(bench->request.confirmation));
    set_token(bench, "");
    resolve_refused(bench, "confirmation_missing");
    bind_token(bench, kThumbprint);
    bench->certificate.thumbprint = text(kThumbprint);
    resolve_granted(bench);
}

static void test_off_asks_for_no_certificate(void **state) {
    bench_t *bench = *state;
    bench->request.confirmation = OAUTH2_RS_CONFIRMATION_OFF;
    bench->host_fails = 1;
    resolve_granted(bench);
    assert_int_equal(bench->certificates_asked, 0);
    check_text(oauth2_rs_value(bench->resolution, OAUTH2_RS_VALUE_CONFIRMATION), "x5t#S256");
}

/* Another location's demands, another place of the certificate; the token was verified once. */
static void test_a_request_is_judged_again(void **state) {
    bench_t *bench = *state;
    bench->request.confirmation = OAUTH2_RS_CONFIRMATION_OFF;
    resolve_granted(bench);
    bench->request.confirmation = OAUTH2_RS_CONFIRMATION_ON;
    resolve_refused(bench, "certificate_missing");
    bench->certificate.text = text(kPem);
    resolve_granted(bench);
    bench->certificate.thumbprint = text(kOther);
    resolve_refused(bench, "confirmation_mismatch");
    bench->request.confirmation = OAUTH2_RS_CONFIRMATION_OFF;
    resolve_granted(bench);
    assert_int_equal(bench->times_asked, 1);
    assert_int_equal(bench->certificates_asked, 3);
}

static void test_the_names_of_methods(void **state) {
    bench_t *bench = *state;
    static const char *const members[][2] = {
        {"", ""},
        {",\"cnf\":{\"jkt\":\"x\"}", "jkt"},
        {",\"cnf\":{\"x5t#S256\":\"x\",\"jkt\":\"x\"}", "x5t#S256 jkt"},
        {",\"cnf\":{}", ""},
        {",\"cnf\":\"x\"", ""},
        {",\"cnf\":{\"a\\r\\nb\":1}", "a\\r\\nb"},
    };
    size_t index;
    bench->request.confirmation = OAUTH2_RS_CONFIRMATION_OFF;
    for (index = 0; index < sizeof(members) / sizeof(members[0]); ++index) {
        set_token(bench, members[index][0]);
        resolve_granted(bench);
        check_text(oauth2_rs_value(bench->resolution, OAUTH2_RS_VALUE_CONFIRMATION),
                   members[index][1]);
    }
}

static void test_the_thumbprint_of_a_certificate(void **state) {
    char thumbprint[OAUTH2_RS_THUMBPRINT_LENGTH];
    BIO *source = BIO_new_mem_buf(kPem, -1);
    X509 *certificate = PEM_read_bio_X509(source, NULL, NULL, NULL);
    (void)state;
    assert_non_null(certificate);
    assert_int_equal(oauth2_rs_thumbprint(certificate, thumbprint), 1);
    assert_memory_equal(thumbprint, kThumbprint, sizeof(thumbprint));
    X509_free(certificate);
    BIO_free(source);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_the_thumbprint_of_the_connection, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_text_of_a_proxy, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_certificate, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_thumbprint_that_is_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_host_that_fails, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_left_out_is_required, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_off_asks_for_no_certificate, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_request_is_judged_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_names_of_methods, set_up, tear_down),
        cmocka_unit_test(test_the_thumbprint_of_a_certificate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
