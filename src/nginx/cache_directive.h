/* The directive `oauth2_cache`. */

#ifndef OAUTH2_RS_NGINX_CACHE_DIRECTIVE_H
#define OAUTH2_RS_NGINX_CACHE_DIRECTIVE_H

#include "nginx/conf.h"

char *ngx_http_oauth2_rs_set_cache(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* In postconfiguration: every zone that is named must have got a size. */
ngx_int_t ngx_http_oauth2_rs_check_cache_zones(ngx_conf_t *cf);

#endif
