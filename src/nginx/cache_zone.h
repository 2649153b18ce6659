/* The cache of resolved tokens: bytes by key in a shared zone, forgotten by age and by use. */

#ifndef OAUTH2_RS_NGINX_CACHE_ZONE_H
#define OAUTH2_RS_NGINX_CACHE_ZONE_H

#include "nginx/conf.h"

/* oauth2_rs_host_t.cache_get and .cache_put; the host is the request, the zone its location's. */
int ngx_http_oauth2_rs_cache_get(void *host, const unsigned char *key, oauth2_rs_text_t *value);
void ngx_http_oauth2_rs_cache_put(void *host, const unsigned char *key, oauth2_rs_text_t value,
                                  int64_t until_ms);

/*
 * The zone of that name, made with its first use; a size of 0 refers to one that is made elsewhere.
 * nullptr after a message.
 */
ngx_shm_zone_t *ngx_http_oauth2_rs_cache_zone(ngx_conf_t *cf, ngx_str_t *name, size_t size);

#endif
