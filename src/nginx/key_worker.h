/* What a worker knows about the keys of one source. */

#ifndef OAUTH2_RS_NGINX_KEY_WORKER_H
#define OAUTH2_RS_NGINX_KEY_WORKER_H

#include "nginx/background.h"
#include "nginx/endpoint.h"

/* In place of the version of a text: the keys were fetched by this worker of an earlier cycle. */
enum { NGX_HTTP_OAUTH2_RS_OWN_KEYS = 1 };

/* POD, in the pool of the cycle; as old as the worker. */
struct ngx_http_oauth2_rs_key_worker_s {
    oauth2_rs_registry_t *registry;
    size_t index;
    oauth2_rs_key_source_t source;
    const ngx_http_oauth2_rs_endpoint_t *endpoint;
    ngx_connection_t dummy;  // NGINX's debug log takes an event's data for its connection
    ngx_event_t tick;
    ngx_queue_t waiting;  // ngx_http_oauth2_rs_wait_t
    ngx_uint_t version;   // of the text whose keys are in use; 0: none are
    ngx_msec_t fetched;   // when that was
    ngx_uint_t attempts;  // as the zone counted them at the last look
    ngx_uint_t endings;   // of attempts that requests here may have waited for, counted
    ngx_uint_t woken;     // the ending after which they were woken last
    ngx_msec_t forsaken;  // since when requests wait and nobody fetches; 0: it isn't so
    ngx_http_oauth2_rs_background_t background;
    unsigned fetching : 1;  // by this worker
    unsigned failing : 1;   // the last attempt of the node failed, and was told of
};

/* Sees to what is due, in an event of its own. */
void ngx_http_oauth2_rs_tick_soon(ngx_http_oauth2_rs_key_worker_t *worker);

#endif
