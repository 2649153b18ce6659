/* The internal locations that URIs of this module's directives name. */

#ifndef OAUTH2_RS_NGINX_ENDPOINT_H
#define OAUTH2_RS_NGINX_ENDPOINT_H

#include "nginx/server_identity.h"

/* POD: where a directive sends requests. */
typedef struct {
    const char *directive;
    ngx_str_t uri;
    ngx_http_core_srv_conf_t *server;
    ngx_http_oauth2_rs_server_identity_t identity;
    oauth2_rs_text_t server_text;  // tells the server from all others
    ngx_shm_zone_t *zone;          // of the keys that are fetched there; nullptr: no keys are
} ngx_http_oauth2_rs_endpoint_t;

/*
 * While configuration is merged: notes that the server of `cf` must have that location; an empty
 * `uri` is passed over. `server` becomes a text that tells the server from all others.
 */
ngx_int_t ngx_http_oauth2_rs_demand_endpoint(ngx_conf_t *cf, const char *directive,
                                             const ngx_str_t *uri, oauth2_rs_text_t *server);

/* The same for all stores of a level whose keys are fetched. */
ngx_int_t ngx_http_oauth2_rs_demand_key_endpoints(ngx_conf_t *cf, const ngx_array_t *stores,
                                                  oauth2_rs_text_t *server);

/* The `uri` of a store's settings; false where its keys aren't fetched. */
ngx_uint_t ngx_http_oauth2_rs_store_uri(const oauth2_rs_store_settings_t *store, ngx_str_t *uri);

/* Where the keys of a source are fetched. */
const ngx_http_oauth2_rs_endpoint_t *ngx_http_oauth2_rs_key_endpoint(
    const ngx_http_oauth2_rs_main_conf_t *omcf, const oauth2_rs_key_source_t *source);

/* In postconfiguration, when all locations are known. */
ngx_int_t ngx_http_oauth2_rs_check_endpoints(ngx_conf_t *cf);

#endif
