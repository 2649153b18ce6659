/*
 * Setters of the directives: each takes one level's arguments, checks them and stores them.
 *
 * For every one a single literal "" sets the default explicitly instead of inheriting.
 */

#ifndef OAUTH2_RS_NGINX_DIRECTIVES_H
#define OAUTH2_RS_NGINX_DIRECTIVES_H

#include "nginx/conf.h"

/*
 * One word of the table in cmd->post, whose first entry is the default; the ngx_uint_t at
 * cmd->offset.
 */
char *ngx_http_oauth2_rs_set_word(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* A secret id, of which "null" is one by its looks; the ngx_str_t at cmd->offset. */
char *ngx_http_oauth2_rs_set_secret(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

char *ngx_http_oauth2_rs_set_issuer(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_oauth2_rs_set_audience(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_oauth2_rs_set_realm(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_oauth2_rs_set_client_certificate(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_oauth2_rs_set_scope(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_oauth2_rs_set_bypass(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_oauth2_rs_set_store(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_oauth2_rs_set_introspection_endpoint(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_oauth2_rs_set_skew(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_oauth2_rs_set_algorithms(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

#endif
