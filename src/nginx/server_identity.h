/* Telling the servers of an NGINX apart, over reloads too. */

#ifndef OAUTH2_RS_NGINX_SERVER_IDENTITY_H
#define OAUTH2_RS_NGINX_SERVER_IDENTITY_H

#include "nginx/conf.h"

/* In the pool of the configuration. */
typedef struct {
    ngx_str_t text;   // the names and addresses, and a number where they are another's too
    ngx_uint_t twin;  // they are: which is which can't be known after a reload
} ngx_http_oauth2_rs_server_identity_t;

/*
 * While configuration is merged. By names and addresses, not by the place in a file: a line may
 * hold two servers, and where a file changes a server must find what is its own again, and never
 * what is a neighbour's.
 */
ngx_int_t ngx_http_oauth2_rs_identify_server(ngx_conf_t *cf, const ngx_http_core_srv_conf_t *cscf,
                                             ngx_http_oauth2_rs_server_identity_t *identity);

#endif
