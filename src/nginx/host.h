/* What the resource server may ask of the request it serves. */

#ifndef OAUTH2_RS_NGINX_HOST_H
#define OAUTH2_RS_NGINX_HOST_H

#include "nginx/conf.h"

/* `r` is a main request. */
oauth2_rs_host_t ngx_http_oauth2_rs_host(ngx_http_request_t *r);

#endif
