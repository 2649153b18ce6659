/*
 * The C interface between NGINX's glue and the resource server.
 *
 * Conventions
 *
 *  1. The header is valid C99. No C++ type and no exception crosses it.
 *  2. Whoever creates frees: every handle that an oauth2_rs_*_create() returns is given back to
 *     the matching oauth2_rs_*_destroy(), which takes NULL.
 *  3. Text is a pointer and a length, never NUL-terminated; a length of 0 is the empty text.
 *  4. Text that is passed in needs to live for the call only, but for the `authorization` values of
 *     a request, which must live as long as its resolution: the token is not copied.
 *  5. Text that is handed out lives as long as the handle it was asked of.
 *  6. Configuration handles (registry, resolver) are immutable once configuration has ended; any
 *     number of requests of one worker may use them. Nothing here is thread-safe: a worker is one
 *     thread.
 *  7. Whatever is unforeseen refuses: outcomes start as a denial with status 500, and an exception
 *     or a failed allocation leaves them there.
 *  8. No text of a token, a claim or a secret is ever passed to a report or log callback.
 */

#ifndef OAUTH2_RS_H
#define OAUTH2_RS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const char *data;
    size_t len;
} oauth2_rs_text_t;

/* ---- Configuration ------------------------------------------------------------------------- */

/* Owns the resolvers and secret stores of one configuration cycle; equal settings share one. */
typedef struct oauth2_rs_registry_s oauth2_rs_registry_t;

/* One resolver chain. Owned by the registry, never freed by the caller. */
typedef struct oauth2_rs_resolver_s oauth2_rs_resolver_t;

typedef enum { OAUTH2_RS_NOTICE = 0, OAUTH2_RS_WARN, OAUTH2_RS_ERROR } oauth2_rs_severity_t;

/* Where messages of the configuration go. `message` names the directive and what to do. */
typedef struct {
    void (*report)(void *host, oauth2_rs_severity_t severity, oauth2_rs_text_t message);
    void *host;
} oauth2_rs_reporter_t;

typedef enum {
    OAUTH2_RS_PROFILE_ANY = 0,
    OAUTH2_RS_PROFILE_AM,
    OAUTH2_RS_PROFILE_RFC9068
} oauth2_rs_profile_t;

/* `oauth2_resolver` */
typedef enum { OAUTH2_RS_STATELESS = 0, OAUTH2_RS_INTROSPECTION } oauth2_rs_kind_t;

/* `oauth2_secret_store TYPE name=value ...` */
typedef struct {
    oauth2_rs_text_t type;
    const oauth2_rs_text_t *parameters; /* each "name=value", in the order written */
    size_t parameter_count;
} oauth2_rs_store_settings_t;

/* What decides whether a token is accepted: levels whose settings are equal share a resolver. */
typedef struct {
    oauth2_rs_text_t issuer;              /* empty: not set */
    oauth2_rs_text_t verification_secret; /* a secret id, "null", or empty: not set */
    oauth2_rs_text_t decryption_secret;   /* a secret id, or empty: not set */
    int64_t skew_ms;                      /* milliseconds, 0 or more */
    oauth2_rs_profile_t profile;
    const oauth2_rs_text_t *audiences; /* none: `aud` is not checked */
    size_t audience_count;
    const oauth2_rs_text_t *algorithms; /* JWS `alg` names; none: whatever a key fits */
    size_t algorithm_count;
    const oauth2_rs_store_settings_t *stores; /* in the order they are queried */
    size_t store_count;
    oauth2_rs_kind_t kind;
    oauth2_rs_text_t introspection_endpoint; /* URI of an internal location; empty: not set */
    oauth2_rs_text_t server;         /* tells the server from all others; for settings with a URI */
    oauth2_rs_text_t cache_zone;     /* empty: nothing is cached */
    int64_t cache_default_ms;        /* more than 0 */
    int64_t cache_most_ms;           /* more than 0; 0: until the token's expiry */
    int confirmation_required;       /* checked against the rest, but no setting of the resolver */
    oauth2_rs_text_t base_directory; /* what a relative PATH is relative to, ends in "/" */
} oauth2_rs_settings_t;

/* NULL when memory is short. */
oauth2_rs_registry_t *oauth2_rs_registry_create(void);
void oauth2_rs_registry_destroy(oauth2_rs_registry_t *registry);

/*
 * The resolver for complete settings, built on first use: reads files, warns, and returns NULL
 * after reporting an error where the settings are incomplete, contradict each other, or name keys
 * that can't be used.
 */
const oauth2_rs_resolver_t *oauth2_rs_registry_resolver(oauth2_rs_registry_t *registry,
                                                        const oauth2_rs_settings_t *settings,
                                                        const oauth2_rs_reporter_t *reporter);

/*
 * Checks of single directive values, for a message at the directive's own line. Each returns 1 when
 * the value is good, else 0 after reporting an error that begins with the directive's name.
 */
int oauth2_rs_check_secret_id(oauth2_rs_text_t directive, oauth2_rs_text_t id,
                              const oauth2_rs_reporter_t *reporter);
int oauth2_rs_check_algorithm(oauth2_rs_text_t name, const oauth2_rs_reporter_t *reporter);
int oauth2_rs_check_store(const oauth2_rs_store_settings_t *store,
                          const oauth2_rs_reporter_t *reporter);

/* Warns of a constant value of oauth2_scope that no request can be judged by. */
void oauth2_rs_warn_of_scope(oauth2_rs_text_t value, const oauth2_rs_reporter_t *reporter);

/* A bounded duration ("2 minutes", "10 min, 30 sec", "zero", "30") in milliseconds. */
int oauth2_rs_parse_duration(oauth2_rs_text_t directive, oauth2_rs_text_t text,
                             int64_t *milliseconds, const oauth2_rs_reporter_t *reporter);

/* ---- Key files that are read anew while requests run ---------------------------------------- */

/* A secret store with `cache_timeout`, numbered from 0; the number is the same in every worker. */
size_t oauth2_rs_refresher_count(const oauth2_rs_registry_t *registry);

/* Milliseconds between two looks at its files, 1 or more. */
int64_t oauth2_rs_refresher_interval_ms(const oauth2_rs_registry_t *registry, size_t index);

/* Warns where this process may not read a file that it will have to. */
void oauth2_rs_refresher_check(const oauth2_rs_registry_t *registry, size_t index,
                               const oauth2_rs_reporter_t *reporter);

/*
 * Looks at the files, and takes over the keys of changed ones: whole, or not at all, with an error
 * once a change. To be called between requests.
 */
void oauth2_rs_refresher_run(oauth2_rs_registry_t *registry, size_t index,
                             const oauth2_rs_reporter_t *reporter);

/* ---- Key sets that are fetched ------------------------------------------------------------- */

/* A store with `uri`; its texts live as long as the registry. */
typedef struct {
    const void *source; /* names it in oauth2_rs_host_t.await_keys */
    oauth2_rs_text_t uri;
    oauth2_rs_text_t server;
    int64_t cache_timeout_ms;
    int64_t cache_miss_timeout_ms;
    int64_t stale_timeout_ms;
} oauth2_rs_key_source_t;

/* The source of that number, counted from 0 and the same in every worker. 0: there are no more. */
int oauth2_rs_key_source(const oauth2_rs_registry_t *registry, size_t index,
                         oauth2_rs_key_source_t *source);

/* Takes over a key set, between requests. 1, or 0 after reporting why it is none. */
int oauth2_rs_key_source_accept(oauth2_rs_registry_t *registry, size_t index, oauth2_rs_text_t text,
                                const oauth2_rs_reporter_t *reporter);

/* Forgets its keys, between requests: they are too old to be used. */
void oauth2_rs_key_source_drop(oauth2_rs_registry_t *registry, size_t index);

/* ---- Requests ------------------------------------------------------------------------------ */

/* What became of one request's token under one resolver. Freed with the request. */
typedef struct oauth2_rs_resolution_s oauth2_rs_resolution_t;

typedef enum {
    OAUTH2_RS_DENIED = 0, /* see oauth2_rs_denial() */
    OAUTH2_RS_GRANTED,
    OAUTH2_RS_PENDING /* a fetch is under way: judge again once it has ended */
} oauth2_rs_outcome_t;

enum { OAUTH2_RS_THUMBPRINT_LENGTH = 43, OAUTH2_RS_CACHE_KEY_LENGTH = 32 };

/*
 * The certificate that the client presents: the thumbprint, where the connection's TLS has it, else
 * the text in which a trusted proxy hands it on. Both empty: there is none.
 */
typedef struct {
    oauth2_rs_text_t thumbprint; /* OAUTH2_RS_THUMBPRINT_LENGTH characters, or empty */
    oauth2_rs_text_t text;
} oauth2_rs_certificate_t;

/* One of the things that are fetched for a request: whose it is, and its number there. */
typedef struct {
    const void *owner;
    unsigned number;
} oauth2_rs_fetch_key_t;

/* A form to post to an internal location of the request's server. */
typedef struct {
    oauth2_rs_text_t uri;
    oauth2_rs_text_t form;
} oauth2_rs_fetch_request_t;

/* What the location answered; its texts live as long as the request. */
typedef struct {
    int status; /* 0: no answer came, or not all of it */
    oauth2_rs_text_t media_type;
    oauth2_rs_text_t body;
} oauth2_rs_fetch_answer_t;

typedef enum {
    OAUTH2_RS_FETCH_NONE = 0,
    OAUTH2_RS_FETCH_PENDING,
    OAUTH2_RS_FETCH_ENDED
} oauth2_rs_fetch_state_t;

/* What the resource server may ask of the request it serves. */
typedef struct {
    int64_t (*now_ms)(void *host); /* milliseconds since the epoch */
    /* 1 after filling in `certificate`, whose texts live as long as the request; 0: failed. */
    int (*client_certificate)(void *host, oauth2_rs_certificate_t *certificate);
    /* 1 after finding `value`, which is valid until the next call; 0: there is none. */
    int (*cache_get)(void *host, const unsigned char key[OAUTH2_RS_CACHE_KEY_LENGTH],
                     oauth2_rs_text_t *value);
    /* Keeps a value until that time at the latest; may forget it at any time. */
    void (*cache_put)(void *host, const unsigned char key[OAUTH2_RS_CACHE_KEY_LENGTH],
                      oauth2_rs_text_t value, int64_t until_ms);
    /* What became of a fetch; OAUTH2_RS_FETCH_ENDED fills in `answer`. */
    oauth2_rs_fetch_state_t (*fetched)(void *host, oauth2_rs_fetch_key_t key,
                                       oauth2_rs_fetch_answer_t *answer);
    /* 1 after starting a fetch, whose texts are copied; 0: that can't be. */
    int (*start_fetch)(void *host, oauth2_rs_fetch_key_t key,
                       const oauth2_rs_fetch_request_t *request);
    /*
     * Waits for the keys of a source, which it `miss`es one of or has none at all.
     * OAUTH2_RS_FETCH_ENDED once a fetch has ended that this request waited for, or newer keys were
     * at hand; OAUTH2_RS_FETCH_NONE where it is too soon for another.
     */
    oauth2_rs_fetch_state_t (*await_keys)(void *host, const void *source, int miss);
    void *host;
} oauth2_rs_host_t;

/* `oauth2_confirmation_key`; what is left out is the strictest. */
typedef enum {
    OAUTH2_RS_CONFIRMATION_REQUIRED = 0,
    OAUTH2_RS_CONFIRMATION_ON,
    OAUTH2_RS_CONFIRMATION_OFF
} oauth2_rs_confirmation_t;

typedef struct {
    int require_https;                     /* oauth2_require_https of the location */
    int tls;                               /* the request's connection is TLS */
    oauth2_rs_confirmation_t confirmation; /* oauth2_confirmation_key of the location */
    const oauth2_rs_text_t *authorization; /* the values of all Authorization header lines */
    size_t authorization_count;
    const oauth2_rs_host_t *host;
} oauth2_rs_request_t;

/* Why a request is refused, and what to answer. All texts but the challenge are literals. */
typedef struct {
    int status;              /* HTTP status: 400, 401, 403, 500 or 503 */
    oauth2_rs_text_t error;  /* RFC 6750 section 3.1 code, or empty */
    oauth2_rs_text_t reason; /* the stable word for access logs */
    oauth2_rs_text_t detail; /* a sentence for the error log; holds nothing of the token */
} oauth2_rs_denial_t;

/* NULL when memory is short: answer 500. */
oauth2_rs_resolution_t *oauth2_rs_resolution_create(const oauth2_rs_resolver_t *resolver);
void oauth2_rs_resolution_destroy(oauth2_rs_resolution_t *resolution);

/*
 * Judges the request: transport, credentials, token, confirmation, in this order; scopes come
 * after. May be called again for the same request (after an internal redirect, when its
 * location's demands differ): a token that was resolved is not verified twice. OAUTH2_RS_PENDING is
 * neither: a fetch was started, and the same call is due when it has ended.
 */
oauth2_rs_outcome_t oauth2_rs_resolve(oauth2_rs_resolution_t *resolution,
                                      const oauth2_rs_request_t *request);

/*
 * The last check, after oauth2_rs_resolve() granted: every scope in `values` (each may hold
 * several, separated by spaces) must have been granted.
 */
oauth2_rs_outcome_t oauth2_rs_require_scopes(oauth2_rs_resolution_t *resolution,
                                             const oauth2_rs_text_t *values, size_t count);

/* The denial that the last call left. Meaningful after OAUTH2_RS_DENIED only. */
oauth2_rs_denial_t oauth2_rs_denial(const oauth2_rs_resolution_t *resolution);

/*
 * The value of WWW-Authenticate for that denial, or empty where it has none. `realm` may be empty
 * and may hold any bytes. Memory short: empty, and the denial becomes status 500.
 */
oauth2_rs_text_t oauth2_rs_challenge(oauth2_rs_resolution_t *resolution, oauth2_rs_text_t realm);

/* ---- What a granted request knows of its token; empty after a denial ------------------------ */

typedef enum {
    OAUTH2_RS_VALUE_TOKEN = 0,    /* the access token as it came */
    OAUTH2_RS_VALUE_CLAIMS,       /* all claims, compact JSON */
    OAUTH2_RS_VALUE_SCOPE,        /* granted scopes, space-separated */
    OAUTH2_RS_VALUE_EXPIRES_AT,   /* seconds since the epoch */
    OAUTH2_RS_VALUE_CONFIRMATION, /* the methods by which the token is bound, space-separated */
    OAUTH2_RS_VALUE_COUNT
} oauth2_rs_value_t;

oauth2_rs_text_t oauth2_rs_value(oauth2_rs_resolution_t *resolution, oauth2_rs_value_t value);

/* The claim at a path of member names; text as it is, everything else as compact JSON. */
oauth2_rs_text_t oauth2_rs_claim(oauth2_rs_resolution_t *resolution, const oauth2_rs_text_t *path,
                                 size_t path_length);

/* "HIT" or "MISS", whatever became of the token; empty where no cache was asked. */
oauth2_rs_text_t oauth2_rs_cache_status(const oauth2_rs_resolution_t *resolution);

/* ---- Certificates --------------------------------------------------------------------------- */

/*
 * Writes the thumbprint of an X509 certificate of OpenSSL (RFC 8705 section 3.1). 1, or 0 where
 * that failed.
 */
struct x509_st;
int oauth2_rs_thumbprint(const struct x509_st *certificate,
                         char thumbprint[OAUTH2_RS_THUMBPRINT_LENGTH]);

/*
 * The thumbprint of the certificate that the client presents, whatever became of its token; empty
 * where there is none.
 */
oauth2_rs_text_t oauth2_rs_client_thumbprint(oauth2_rs_resolution_t *resolution,
                                             const oauth2_rs_host_t *host);

#ifdef __cplusplus
}
#endif

#endif
