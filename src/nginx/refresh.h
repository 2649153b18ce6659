/* Reading changed key files anew, by timers of each worker. */

#ifndef OAUTH2_RS_NGINX_REFRESH_H
#define OAUTH2_RS_NGINX_REFRESH_H

#include "nginx/conf.h"

/* In init_process, where requests are served: looks at the files, and starts the timers. */
ngx_int_t ngx_http_oauth2_rs_start_refreshing(ngx_cycle_t *cycle,
                                              const ngx_http_oauth2_rs_main_conf_t *omcf);

#endif
