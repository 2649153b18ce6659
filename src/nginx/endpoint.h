/* The internal locations that URIs of this module's directives name. */

#ifndef OAUTH2_RS_NGINX_ENDPOINT_H
#define OAUTH2_RS_NGINX_ENDPOINT_H

#include "nginx/conf.h"

/* POD: where a directive sends requests. */
typedef struct {
    const char *directive;
    ngx_str_t uri;
    ngx_http_core_srv_conf_t *server;
} ngx_http_oauth2_rs_endpoint_t;

/*
 * While configuration is merged: notes that the server of `cf` must have that location; an empty
 * `uri` is passed over. `server` becomes a text that tells the server from all others.
 */
ngx_int_t ngx_http_oauth2_rs_demand_endpoint(ngx_conf_t *cf, const char *directive,
                                             const ngx_str_t *uri, oauth2_rs_text_t *server);

/* In postconfiguration, when all locations are known. */
ngx_int_t ngx_http_oauth2_rs_check_endpoints(ngx_conf_t *cf);

#endif
