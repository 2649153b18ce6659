/*
 * The variables, all of them about the main request, and the directive that makes more of them.
 *
 * A claim is shown while the latest decision granted, and only under the resolver that granted or
 * where checking is off: in a location with another resolver claims of the first would mislead.
 */

#ifndef OAUTH2_RS_NGINX_VARIABLES_H
#define OAUTH2_RS_NGINX_VARIABLES_H

#include "nginx/conf.h"

/* `data` is an oauth2_rs_value_t. */
ngx_int_t ngx_http_oauth2_rs_value_variable(ngx_http_request_t *r, ngx_http_variable_value_t *v,
                                            uintptr_t data);

/* `data` is the variable's whole name, an ngx_str_t *. */
ngx_int_t ngx_http_oauth2_rs_claim_variable(ngx_http_request_t *r, ngx_http_variable_value_t *v,
                                            uintptr_t data);

ngx_int_t ngx_http_oauth2_rs_error_variable(ngx_http_request_t *r, ngx_http_variable_value_t *v,
                                            uintptr_t data);
ngx_int_t ngx_http_oauth2_rs_thumbprint_variable(ngx_http_request_t *r,
                                                 ngx_http_variable_value_t *v, uintptr_t data);
ngx_int_t ngx_http_oauth2_rs_cache_status_variable(ngx_http_request_t *r,
                                                   ngx_http_variable_value_t *v, uintptr_t data);
ngx_int_t ngx_http_oauth2_rs_reason_variable(ngx_http_request_t *r, ngx_http_variable_value_t *v,
                                             uintptr_t data);

/* `oauth2_claim_set $variable name ...` */
char *ngx_http_oauth2_rs_claim_set(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

#endif
