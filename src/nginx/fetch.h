/*
 * Fetching: an isolated subrequest to an internal location of the request's server. Whatever NGINX
 * can do with a location it can do here: proxy, TLS, keep-alive, timeouts, caching.
 */

#ifndef OAUTH2_RS_NGINX_FETCH_H
#define OAUTH2_RS_NGINX_FETCH_H

#include "nginx/conf.h"

/* No answer that is longer is looked at. */
enum { NGX_HTTP_OAUTH2_RS_MAX_ANSWER = 64 * 1024 };

typedef struct ngx_http_oauth2_rs_fetch_s ngx_http_oauth2_rs_fetch_t;

/* POD, in the pool of the request, whose cleanup stops what is still under way. */
struct ngx_http_oauth2_rs_fetch_s {
    ngx_http_oauth2_rs_fetch_t *next;  // of the same request
    oauth2_rs_fetch_key_t key;
    ngx_http_request_t *sr;
    ngx_event_t watch;  // ends an exchange that takes longer than its location allows
    ngx_buf_t *body;    // nullptr: nothing came
    ngx_uint_t status;  // once it has ended: of a whole answer, else 0
    ngx_str_t media_type;
    const char *waste;      // why the exchange is to end early, or nullptr
    unsigned complete : 1;  // the end of the answer has come
    unsigned failed : 1;    // the answer doesn't count, whatever comes
    unsigned timed : 1;     // the watch knows when the exchange must have ended
    unsigned ended : 1;
};

/*
 * Starts a fetch: POST of `form`, or GET where that is empty, with nothing of the client's request
 * in it. When it has ended the request's write handler runs. nullptr where it can't be started.
 */
ngx_http_oauth2_rs_fetch_t *ngx_http_oauth2_rs_start_fetch(ngx_http_request_t *r,
                                                           const ngx_str_t *uri,
                                                           const ngx_str_t *form);

/* Ends it without an answer, as soon as may be; `why` is a literal. */
void ngx_http_oauth2_rs_give_up(ngx_http_oauth2_rs_fetch_t *fetch, const char *why);

/* The fetch to which this (sub)request's output belongs, or nullptr. */
ngx_http_oauth2_rs_fetch_t *ngx_http_oauth2_rs_fetch_of(ngx_http_request_t *r);

/* Takes a part of the body of a (sub)request of that fetch. */
void ngx_http_oauth2_rs_collect(ngx_http_oauth2_rs_fetch_t *fetch, const ngx_http_request_t *r,
                                ngx_chain_t *in);

#endif
