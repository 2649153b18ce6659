#include "nginx/background.h"

#include "nginx/key_zone.h"

static ngx_int_t ngx_http_oauth2_rs_connect(ngx_http_oauth2_rs_background_t *background,
                                            ngx_http_core_srv_conf_t *server, ngx_log_t *log);
static u_char *ngx_http_oauth2_rs_background_log(ngx_log_t *log, u_char *buf, size_t len);
static void ngx_http_oauth2_rs_dress_connection(ngx_http_oauth2_rs_background_t *background);
static void ngx_http_oauth2_rs_dress_event(ngx_event_t *ev, ngx_connection_t *c);
static ngx_http_request_t *ngx_http_oauth2_rs_create_request(ngx_connection_t *c);
static void ngx_http_oauth2_rs_background_woken(ngx_http_request_t *r);
static void ngx_http_oauth2_rs_background_lost(void *data);
static void ngx_http_oauth2_rs_background_finish(ngx_event_t *ev);
static ngx_uint_t ngx_http_oauth2_rs_background_lingers(
    const ngx_http_oauth2_rs_background_t *background);
static void ngx_http_oauth2_rs_stop_event(ngx_event_t *ev);
static void ngx_http_oauth2_rs_ignore_event(ngx_event_t *ev);

enum {
    NGX_HTTP_OAUTH2_RS_BACKGROUND_POOL = 1024,
    NGX_HTTP_OAUTH2_RS_BACKGROUND_LOOK = 50,
    NGX_HTTP_OAUTH2_RS_BACKGROUND_PATIENCE = 60000
};

ngx_int_t ngx_http_oauth2_rs_start_background(ngx_http_oauth2_rs_background_t *background,
                                              ngx_http_core_srv_conf_t *server,
                                              const ngx_str_t *uri, ngx_log_t *log) {
    const ngx_str_t nothing = ngx_null_string;
    ngx_connection_t *c = &background->connection;
    ngx_http_request_t *r;
    ngx_pool_cleanup_t *cln;

    if (ngx_http_oauth2_rs_connect(background, server, log) != NGX_OK) {
        return NGX_ERROR;
    }

    r = ngx_http_oauth2_rs_create_request(c);
    if (r == nullptr) {
        ngx_destroy_pool(c->pool);
        return NGX_ERROR;
    }

    cln = ngx_pool_cleanup_add(r->pool, 0);
    background->fetch = cln == nullptr ? nullptr : ngx_http_oauth2_rs_start_fetch(r, uri, &nothing);

    if (background->fetch == nullptr) {
        ngx_http_free_request(r, 0);
        ngx_destroy_pool(c->pool);
        return NGX_ERROR;
    }

    cln->handler = ngx_http_oauth2_rs_background_lost;
    cln->data = background;
    background->request = r;

    ngx_http_run_posted_requests(c);

    return NGX_OK;
}

static ngx_int_t ngx_http_oauth2_rs_connect(ngx_http_oauth2_rs_background_t *background,
                                            ngx_http_core_srv_conf_t *server, ngx_log_t *log) {
    ngx_connection_t *c = &background->connection;

    ngx_memzero(c, sizeof(ngx_connection_t));
    ngx_memzero(&background->log_context, sizeof(ngx_http_log_ctx_t));
    ngx_memzero(&background->http, sizeof(ngx_http_connection_t));
    ngx_memzero(&background->address, sizeof(ngx_http_addr_conf_t));
    ngx_memzero(&background->local, sizeof(struct sockaddr_un));

    background->log = *log;
    background->log.handler = ngx_http_oauth2_rs_background_log;
    background->log.data = &background->log_context;
    background->log.action = nullptr;
    background->log_context.connection = c;

    c->pool = ngx_create_pool(NGX_HTTP_OAUTH2_RS_BACKGROUND_POOL, &background->log);
    if (c->pool == nullptr) {
        return NGX_ERROR;
    }

    background->address.default_server = server;
    background->http.addr_conf = &background->address;
    background->http.conf_ctx = server->ctx;
    background->local.sun_family = AF_UNIX;

    ngx_http_oauth2_rs_dress_connection(background);

    return NGX_OK;
}

/* What NGINX adds to messages about a client's request, of a request that has none. */
static u_char *ngx_http_oauth2_rs_background_log(ngx_log_t *log, u_char *buf, size_t len) {
    u_char *p = buf;
    const auto *ctx = static_cast<const ngx_http_log_ctx_t *>(log->data);

    if (log->action != nullptr) {
        p = ngx_snprintf(p, len, " while %s", log->action);
    }

    p = ngx_slprintf(p, buf + len, ", fetching keys");

    return ctx->request == nullptr
               ? p
               : ctx->request->log_handler(ctx->request, ctx->current_request, p,
                                           static_cast<size_t>(buf + len - p));
}

static void ngx_http_oauth2_rs_dress_connection(ngx_http_oauth2_rs_background_t *background) {
    ngx_connection_t *c = &background->connection;

    // Modules look at addresses of every request: of this one they say that it came from here.
    c->fd = static_cast<ngx_socket_t>(-1);
    c->log = &background->log;
    c->data = &background->http;
    c->sockaddr = reinterpret_cast<struct sockaddr *>(&background->local);
    c->socklen = sizeof(background->local.sun_family);
    c->local_sockaddr = c->sockaddr;
    c->local_socklen = c->socklen;
    ngx_str_set(&c->addr_text, "unix:");
    c->listening = static_cast<ngx_listening_t *>(ngx_cycle->listening.elts);
    c->log_error = NGX_ERROR_INFO;
    c->type = SOCK_STREAM;
    c->tcp_nodelay = NGX_TCP_NODELAY_DISABLED;
    c->tcp_nopush = NGX_TCP_NOPUSH_DISABLED;
    c->read = &background->read;
    c->write = &background->write;
    ngx_http_oauth2_rs_dress_event(c->read, c);
    ngx_http_oauth2_rs_dress_event(c->write, c);
    c->write->write = 1;
}

/* Marked as active, so that NGINX never hands the descriptor to the system. */
static void ngx_http_oauth2_rs_dress_event(ngx_event_t *ev, ngx_connection_t *c) {
    ngx_memzero(ev, sizeof(ngx_event_t));
    ev->data = c;
    ev->log = c->log;
    ev->handler = ngx_http_oauth2_rs_ignore_event;
    ev->active = 1;
}

static void ngx_http_oauth2_rs_ignore_event(ngx_event_t * /*ev*/) {}

static ngx_http_request_t *ngx_http_oauth2_rs_create_request(ngx_connection_t *c) {
    ngx_http_request_t *r = ngx_http_create_request(c);

    if (r == nullptr) {
        return nullptr;
    }

    c->data = r;
    r->method = NGX_HTTP_GET;
    r->internal = 1;
    r->logged = 1;
    r->write_event_handler = ngx_http_oauth2_rs_background_woken;

    // Limits are for clients; the modules ask the main request whether they have been at it.
    r->limit_conn_status = 1;
    r->limit_req_status = 1;

    return r;
}

/* The subrequest has ended. NGINX still holds the request: it goes in an event of its own. */
static void ngx_http_oauth2_rs_background_woken(ngx_http_request_t *r) {
    auto *background = reinterpret_cast<ngx_http_oauth2_rs_background_t *>(
        reinterpret_cast<u_char *>(r->connection) -
        offsetof(ngx_http_oauth2_rs_background_t, connection));

    if (background->fetch == nullptr || !background->fetch->ended) {
        return;
    }

    background->finish.handler = ngx_http_oauth2_rs_background_finish;
    background->finish.data = r->connection;
    background->finish.log = r->connection->log;
    background->patience = ngx_current_msec + NGX_HTTP_OAUTH2_RS_BACKGROUND_PATIENCE;
    ngx_post_event(&background->finish, &ngx_posted_events);
}

/* The request goes, by us or because NGINX terminated it for want of memory. */
static void ngx_http_oauth2_rs_background_lost(void *data) {
    auto *background = static_cast<ngx_http_oauth2_rs_background_t *>(data);
    const ngx_uint_t told = background->fetch == nullptr;

    if (background->request == nullptr) {
        return;
    }

    background->request = nullptr;
    background->fetch = nullptr;
    ngx_http_oauth2_rs_stop_background(background);

    if (!told) {
        background->ended(background->data, nullptr);
    }
}

static void ngx_http_oauth2_rs_background_finish(ngx_event_t *ev) {
    auto *background = reinterpret_cast<ngx_http_oauth2_rs_background_t *>(
        reinterpret_cast<u_char *>(ev) - offsetof(ngx_http_oauth2_rs_background_t, finish));
    ngx_http_request_t *r = background->request;
    const ngx_http_oauth2_rs_fetch_t *fetch = background->fetch;
    ngx_pool_t *pool = background->connection.pool;

    if (fetch != nullptr) {
        background->fetch = nullptr;
        background->ended(background->data, fetch);
    }

    if (ngx_http_oauth2_rs_background_lingers(background)) {
        ngx_add_timer(ev, NGX_HTTP_OAUTH2_RS_BACKGROUND_LOOK);
        return;
    }

    background->request = nullptr;
    ngx_http_free_request(r, 0);
    ngx_http_oauth2_rs_stop_background(background);
    ngx_destroy_pool(pool);
}

/*
 * Whether NGINX goes on with something else of the request, as it does where it brings a cached
 * answer up to date after it has served it. Nobody is told of its end.
 */
static ngx_uint_t ngx_http_oauth2_rs_background_lingers(
    const ngx_http_oauth2_rs_background_t *background) {
    const ngx_http_request_t *r = background->request;

    if (r->count == 1) {
        return 0;
    }

    return r->blocked || (!ngx_exiting && !ngx_http_oauth2_rs_reached(background->patience));
}

void ngx_http_oauth2_rs_stop_background(ngx_http_oauth2_rs_background_t *background) {
    // Upstreams set timers of the connection that they send to, and leave them to its closing.
    ngx_http_oauth2_rs_stop_event(&background->read);
    ngx_http_oauth2_rs_stop_event(&background->write);
    ngx_http_oauth2_rs_stop_event(&background->finish);
}

static void ngx_http_oauth2_rs_stop_event(ngx_event_t *ev) {
    if (ev->timer_set) {
        ngx_del_timer(ev);
    }

    if (ev->posted) {
        ngx_delete_posted_event(ev);
    }
}
