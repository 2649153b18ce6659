/* The answer to a refused request: its status, its challenge, and one line in the error log. */

#ifndef OAUTH2_RS_NGINX_RESPOND_H
#define OAUTH2_RS_NGINX_RESPOND_H

#include "nginx/access.h"

/* After the resolution denied. Returns the status for NGINX's access phase, never NGX_OK. */
ngx_int_t ngx_http_oauth2_rs_refuse(ngx_http_request_t *r, ngx_http_complex_value_t *realm,
                                    ngx_http_oauth2_rs_ctx_t *ctx);

/* Notes that the request is granted, and takes back the challenge of an earlier refusal. */
void ngx_http_oauth2_rs_grant(ngx_http_request_t *r, ngx_http_oauth2_rs_ctx_t *ctx);

/* Where the request could not be judged, for lack of memory: returns status 500. */
ngx_int_t ngx_http_oauth2_rs_fail(ngx_http_request_t *r, ngx_http_oauth2_rs_ctx_t *ctx);

/*
 * A location that refused and is served all the same has been overruled, by `satisfy any`: takes
 * the challenge back. NGINX itself does so for the module that challenged last only.
 */
ngx_int_t ngx_http_oauth2_rs_precontent_handler(ngx_http_request_t *r);

#endif
