/* Keys that are fetched: when, and by which worker of the node. */

#ifndef OAUTH2_RS_NGINX_KEY_SOURCE_H
#define OAUTH2_RS_NGINX_KEY_SOURCE_H

#include "nginx/conf.h"

/* In init_process, where requests are served: begins to fetch. */
ngx_int_t ngx_http_oauth2_rs_start_key_sources(ngx_cycle_t *cycle,
                                               ngx_http_oauth2_rs_main_conf_t *omcf);

#endif
