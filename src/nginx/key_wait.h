/* Requests that wait for keys. */

#ifndef OAUTH2_RS_NGINX_KEY_WAIT_H
#define OAUTH2_RS_NGINX_KEY_WAIT_H

#include "nginx/conf.h"

/* POD, in the pool of a request, whose cleanup takes it out of the queue. */
typedef struct ngx_http_oauth2_rs_wait_s ngx_http_oauth2_rs_wait_t;

struct ngx_http_oauth2_rs_wait_s {
    ngx_queue_t queue;
    ngx_http_oauth2_rs_wait_t *next;  // of the same request
    ngx_http_request_t *request;
    const void *source;
    ngx_uint_t since;  // the last ending when it began to wait
    unsigned ended : 1;
};

/* oauth2_rs_host_t.await_keys; the host is the request. */
oauth2_rs_fetch_state_t ngx_http_oauth2_rs_await_keys(void *host, const void *source, int miss);

/* Whether one of these is not over. */
ngx_uint_t ngx_http_oauth2_rs_waits(const ngx_http_oauth2_rs_wait_t *waits);

/*
 * Judges the requests anew that began to wait before the last ending, all of them and each once:
 * some may wait again.
 */
void ngx_http_oauth2_rs_wake(ngx_http_oauth2_rs_key_worker_t *worker);

#endif
