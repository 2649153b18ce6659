/*
 * What the workers of a node share about the keys of one source: the last good text, and who
 * fetches when. Plain data in a shared zone that survives reloads. Nothing is allocated, logged or
 * called back while it is locked.
 */

#ifndef OAUTH2_RS_NGINX_KEY_ZONE_H
#define OAUTH2_RS_NGINX_KEY_ZONE_H

#include "nginx/fetch.h"

/* Times are NGINX's monotonic milliseconds, which all processes of a machine share. */
typedef struct {
    ngx_uint_t cycles;    // that have known the zone, counted
    ngx_uint_t newest;    // of those that have workers
    ngx_msec_t fetched;   // when the text was fetched
    ngx_msec_t due;       // when to fetch next, of its own accord; 0: at once
    ngx_msec_t missed;    // when a missing key last made somebody fetch; 0: never
    ngx_msec_t lease;     // until when somebody fetches, unless it says so again; 0: nobody
    ngx_uint_t version;   // of the text, counted; 0: there is none
    ngx_uint_t attempts;  // that have ended, counted
    ngx_uint_t failures;  // in a row
    ngx_uint_t writing;   // set while the text is written: found set, it is not to be trusted
    size_t len;
    u_char text[NGX_HTTP_OAUTH2_RS_MAX_ANSWER];
} ngx_http_oauth2_rs_key_state_t;

/* The zone of the source of that name; made if need be, while configuration is read. */
ngx_shm_zone_t *ngx_http_oauth2_rs_add_key_zone(ngx_conf_t *cf, const ngx_str_t *name);

ngx_http_oauth2_rs_key_state_t *ngx_http_oauth2_rs_lock_keys(ngx_shm_zone_t *zone);
void ngx_http_oauth2_rs_unlock_keys(ngx_shm_zone_t *zone);

/* A process of the zone's cycle begins to serve: its cycle now says where keys come from. */
void ngx_http_oauth2_rs_join_keys(ngx_shm_zone_t *zone);

/* Under the lock: whether no process of a newer cycle serves; its location may lead elsewhere. */
ngx_uint_t ngx_http_oauth2_rs_leads_keys(const ngx_shm_zone_t *zone);

/* Under the lock: whether somebody fetches. */
ngx_uint_t ngx_http_oauth2_rs_is_leased(const ngx_http_oauth2_rs_key_state_t *state);

/* Whether a time has come. */
ngx_uint_t ngx_http_oauth2_rs_reached(ngx_msec_t time);

#endif
