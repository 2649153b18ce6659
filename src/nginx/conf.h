/* What the directives of one configuration level say, and the resolver they lead to. */

#ifndef OAUTH2_RS_NGINX_CONF_H
#define OAUTH2_RS_NGINX_CONF_H

extern "C" {
#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

extern ngx_module_t ngx_http_oauth2_rs_module;
}

#include "shim/oauth2_rs.h"

/* The values of `oauth2_resolver`. */
enum { NGX_HTTP_OAUTH2_RS_OFF = 0, NGX_HTTP_OAUTH2_RS_STATELESS, NGX_HTTP_OAUTH2_RS_INTROSPECTION };

typedef struct ngx_http_oauth2_rs_key_worker_s ngx_http_oauth2_rs_key_worker_t;

/* POD. The registry is destroyed by a cleanup of the cycle's pool. */
typedef struct {
    oauth2_rs_registry_t *registry;
    uint64_t mark;                     // tells this configuration from those before and after it
    ngx_array_t *cache_zones;          // ngx_shm_zone_t *: each must get a size somewhere
    ngx_array_t *certificate_servers;  // ngx_http_core_srv_conf_t *: TLS must ask for certificates
    ngx_array_t *endpoints;            // ngx_http_oauth2_rs_endpoint_t: locations that must stand
    ngx_http_oauth2_rs_key_worker_t *key_workers;  // of this process, one for each source of keys
    size_t key_worker_count;
} ngx_http_oauth2_rs_main_conf_t;

/*
 * POD. Lists are nullptr where they hold nothing, NGX_CONF_UNSET_PTR where the level does not set
 * them.
 */
typedef struct {
    ngx_uint_t kind;
    ngx_uint_t require_https;
    ngx_uint_t profile;                     // oauth2_rs_profile_t
    ngx_uint_t confirmation;                // oauth2_rs_confirmation_t
    ngx_http_complex_value_t *certificate;  // text a proxy sets; nullptr: this connection's TLS
    ngx_http_complex_value_t *realm;        // nullptr: none
    ngx_array_t *scopes;                    // ngx_http_complex_value_t
    ngx_array_t *bypass;                    // ngx_http_complex_value_t
    ngx_str_t issuer;                       // empty: none
    ngx_str_t verification_secret;          // empty: none
    ngx_str_t decryption_secret;            // empty: none
    ngx_str_t introspection_endpoint;       // empty: none
    ngx_array_t *stores;                    // oauth2_rs_store_settings_t
    ngx_array_t *algorithms;                // oauth2_rs_text_t
    ngx_array_t *audiences;                 // oauth2_rs_text_t
    int64_t skew_ms;                        // NGX_CONF_UNSET: not set
    ngx_shm_zone_t *cache_zone;             // nullptr: nothing is cached
    int64_t cache_default_ms;               // set together with cache_zone
    int64_t cache_most_ms;                  // likewise; 0: until the token's expiry
    const oauth2_rs_resolver_t *resolver;   // nullptr: off. Owned by the registry.
} ngx_http_oauth2_rs_loc_conf_t;

void *ngx_http_oauth2_rs_create_main_conf(ngx_conf_t *cf);
void *ngx_http_oauth2_rs_create_loc_conf(ngx_conf_t *cf);
char *ngx_http_oauth2_rs_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child);

/* In postconfiguration: where `oauth2_confirmation_key required` relies on TLS, it must ask. */
ngx_int_t ngx_http_oauth2_rs_check_certificate_servers(ngx_conf_t *cf);

static inline oauth2_rs_text_t ngx_http_oauth2_rs_text(const ngx_str_t *value) {
    return {reinterpret_cast<const char *>(value->data), value->len};
}

/* NGINX's cached clock, in milliseconds since the epoch. */
static inline int64_t ngx_http_oauth2_rs_clock_ms(void) {
    ngx_time_t *tp = ngx_timeofday();

    return static_cast<int64_t>(tp->sec) * 1000 + static_cast<int64_t>(tp->msec);
}

#endif
