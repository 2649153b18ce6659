/*
 * Fetching for the worker itself: a request without a client, whose one subrequest is the fetch.
 * NGINX's phases, upstreams and logs expect a connection, so it has the likeness of one.
 */

#ifndef OAUTH2_RS_NGINX_BACKGROUND_H
#define OAUTH2_RS_NGINX_BACKGROUND_H

#include "nginx/fetch.h"

/*
 * POD, as old as the worker: NGINX looks at a connection after its request has gone. One fetch at a
 * time; zeroed before the first.
 */
typedef struct {
    ngx_connection_t connection;
    ngx_event_t read;
    ngx_event_t write;
    ngx_event_t finish;   // ends the request from outside of it
    ngx_msec_t patience;  // until when it may outlive its fetch
    ngx_log_t log;
    ngx_http_log_ctx_t log_context;
    ngx_http_connection_t http;
    ngx_http_addr_conf_t address;
    struct sockaddr_un local;
    ngx_http_request_t *request;        // nullptr: another may be started
    ngx_http_oauth2_rs_fetch_t *fetch;  // of that request; nullptr: it has ended
    void (*ended)(void *data, const ngx_http_oauth2_rs_fetch_t *fetch);
    void *data;
} ngx_http_oauth2_rs_background_t;

/*
 * Starts a GET of that URI in a server. `ended` is called once, from an event of its own, with a
 * fetch that is gone after the call. The request may stay for a while. Not NGX_OK: it could not be
 * started, and nothing is called.
 */
ngx_int_t ngx_http_oauth2_rs_start_background(ngx_http_oauth2_rs_background_t *background,
                                              ngx_http_core_srv_conf_t *server,
                                              const ngx_str_t *uri, ngx_log_t *log);

/* Before its memory goes: takes its events away. */
void ngx_http_oauth2_rs_stop_background(ngx_http_oauth2_rs_background_t *background);

#endif
