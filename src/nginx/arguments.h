/* What the setters of directives share: reading one directive's arguments. */

#ifndef OAUTH2_RS_NGINX_ARGUMENTS_H
#define OAUTH2_RS_NGINX_ARGUMENTS_H

#include "nginx/conf.h"

/* A setter's complaint is a char *, which C++ makes of an array but not of a literal. */
extern char ngx_http_oauth2_rs_duplicate[];

static char *const ngx_http_oauth2_rs_failed = static_cast<char *>(NGX_CONF_ERROR);

/* Whether the directive is written with a single "". */
ngx_uint_t ngx_http_oauth2_rs_restores_default(ngx_conf_t *cf);

/*
 * Makes the list of a directive that a level may hold once, leaves nullptr there if it restores the
 * default. Returns what a setter returns.
 */
char *ngx_http_oauth2_rs_start_list(ngx_conf_t *cf, ngx_array_t **list, size_t size);

/* The same for a directive that a level may hold several times. */
char *ngx_http_oauth2_rs_extend_list(ngx_conf_t *cf, ngx_array_t **list, size_t size);

ngx_int_t ngx_http_oauth2_rs_compile(ngx_conf_t *cf, ngx_str_t *text,
                                     ngx_http_complex_value_t *value);

/* The same into a new value; returns what a setter returns. */
char *ngx_http_oauth2_rs_compile_new(ngx_conf_t *cf, ngx_str_t *text,
                                     ngx_http_complex_value_t **value);

/* The arguments with one space in between, as if they had been quoted. */
ngx_int_t ngx_http_oauth2_rs_join(ngx_conf_t *cf, ngx_str_t *joined);

/*
 * Whether it can be the URI of an internal location, and the directive stands where it may: a
 * location belongs to a server. Logs why not.
 */
ngx_uint_t ngx_http_oauth2_rs_check_uri(ngx_conf_t *cf, const ngx_str_t *directive,
                                        const ngx_str_t *uri);

/* Its messages get the directive's own line. */
oauth2_rs_reporter_t ngx_http_oauth2_rs_line_reporter(ngx_conf_t *cf);

#endif
