#include "nginx/fetch.h"

#include "nginx/isolate.h"

static ngx_int_t ngx_http_oauth2_rs_fetch_done(ngx_http_request_t *sr, void *data, ngx_int_t rc);
static void ngx_http_oauth2_rs_read_answer(ngx_http_oauth2_rs_fetch_t *fetch);
static ngx_uint_t ngx_http_oauth2_rs_answers_form(const ngx_http_request_t *sr);
static void ngx_http_oauth2_rs_fetch_cleanup(void *data);
static void ngx_http_oauth2_rs_stop_watch(ngx_http_oauth2_rs_fetch_t *fetch);
static void ngx_http_oauth2_rs_watch(ngx_event_t *ev);
static ngx_uint_t ngx_http_oauth2_rs_may_abort(ngx_http_request_t *sr);
static void ngx_http_oauth2_rs_abort(ngx_http_oauth2_rs_fetch_t *fetch);
static void ngx_http_oauth2_rs_take(ngx_http_oauth2_rs_fetch_t *fetch, const ngx_buf_t *b);
static ngx_int_t ngx_http_oauth2_rs_append(ngx_http_oauth2_rs_fetch_t *fetch, const u_char *data,
                                           size_t len);

/* Until a location proxies there is nothing to end; then it is looked at again. */
enum { NGX_HTTP_OAUTH2_RS_LOOK_AGAIN = 1000 };

ngx_http_oauth2_rs_fetch_t *ngx_http_oauth2_rs_start_fetch(ngx_http_request_t *r,
                                                           const ngx_str_t *uri,
                                                           const ngx_str_t *form) {
    ngx_pool_cleanup_t *cln;
    ngx_http_post_subrequest_t *ps;
    ngx_http_oauth2_rs_fetch_t *fetch;

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_http_oauth2_rs_fetch_t));
    ps = static_cast<ngx_http_post_subrequest_t *>(
        ngx_palloc(r->pool, sizeof(ngx_http_post_subrequest_t)));
    if (cln == nullptr || ps == nullptr) {
        return nullptr;
    }

    fetch = static_cast<ngx_http_oauth2_rs_fetch_t *>(cln->data);
    ngx_memzero(fetch, sizeof(ngx_http_oauth2_rs_fetch_t));
    cln->handler = ngx_http_oauth2_rs_fetch_cleanup;

    ps->handler = ngx_http_oauth2_rs_fetch_done;
    ps->data = fetch;

    fetch->sr = ngx_http_oauth2_rs_isolated_subrequest(r, uri, form, ps);
    if (fetch->sr == nullptr) {
        return nullptr;
    }

    fetch->watch.handler = ngx_http_oauth2_rs_watch;
    fetch->watch.data = r->connection;
    fetch->watch.log = r->connection->log;

    // The location's timeouts are known once it has been entered, which is after this event.
    ngx_post_event(&fetch->watch, &ngx_posted_events);

    return fetch;
}

/* Whatever became of it is no error of the request: any other value than NGX_OK would end that. */
static ngx_int_t ngx_http_oauth2_rs_fetch_done(ngx_http_request_t *sr, void *data, ngx_int_t rc) {
    auto *fetch = static_cast<ngx_http_oauth2_rs_fetch_t *>(data);

    if (rc != NGX_OK && rc != NGX_AGAIN) {
        fetch->failed = 1;
    }

    // NGINX finalizes a subrequest whose filters still hold something once more.
    if (fetch->ended || rc == NGX_AGAIN || sr->buffered || sr->postponed != nullptr) {
        return NGX_OK;
    }

    fetch->ended = 1;
    ngx_http_oauth2_rs_stop_watch(fetch);

    if (fetch->complete && !fetch->failed) {
        ngx_http_oauth2_rs_read_answer(fetch);
    }

    return NGX_OK;
}

static void ngx_http_oauth2_rs_read_answer(ngx_http_oauth2_rs_fetch_t *fetch) {
    u_char *p, *last;
    ngx_http_request_t *sr = fetch->sr;
    const ngx_http_headers_out_t *headers = &sr->headers_out;

    // Nobody asked for an encoding, and a body that has one is not what the type says.
    if (headers->content_encoding != nullptr && headers->content_encoding->value.len != 0) {
        ngx_log_error(NGX_LOG_ERR, sr->connection->log, 0,
                      "oauth2: the answer from \"%V\" has a content encoding, so it is of no use",
                      &sr->uri);
        return;
    }

    if (!ngx_http_oauth2_rs_answers_form(sr)) {
        ngx_log_error(NGX_LOG_ERR, sr->connection->log, 0,
                      "oauth2: the answer of \"%V\" comes from a cache whose key lacks "
                      "$request_body, so that it may be about another token",
                      &sr->uri);
        return;
    }

    // NGINX itself says nothing of it: for a client's own request any status is an answer.
    if (headers->status != NGX_HTTP_OK) {
        ngx_log_error(NGX_LOG_ERR, sr->connection->log, 0,
                      "oauth2: the answer from \"%V\" has status %ui, so it is of no use", &sr->uri,
                      headers->status);
    }

    fetch->status = headers->status;
    fetch->media_type = headers->content_type;

    last = fetch->media_type.data + fetch->media_type.len;

    for (p = fetch->media_type.data; p < last && *p != ';' && *p != ' ' && *p != '\t'; p++) {
    }

    fetch->media_type.len = static_cast<size_t>(p - fetch->media_type.data);
}

/* Whether an answer from a cache is to the form that was posted: then its key holds that. */
static ngx_uint_t ngx_http_oauth2_rs_answers_form([[maybe_unused]] const ngx_http_request_t *sr) {
#if (NGX_HTTP_CACHE)
    ngx_uint_t i;
    const ngx_buf_t *form;
    const ngx_str_t *key;

    if (!sr->cached || sr->request_body == nullptr) {
        return 1;
    }

    form = sr->request_body->bufs->buf;
    key = static_cast<const ngx_str_t *>(sr->cache->keys.elts);

    for (i = 0; i < sr->cache->keys.nelts; i++) {
        if (memmem(key[i].data, key[i].len, form->start,
                   static_cast<size_t>(form->last - form->start)) != nullptr) {
            return 1;
        }
    }

    return 0;
#else
    return 1;
#endif
}

/* The request is going, and its subrequests go with it without a word. */
static void ngx_http_oauth2_rs_fetch_cleanup(void *data) {
    ngx_http_oauth2_rs_stop_watch(static_cast<ngx_http_oauth2_rs_fetch_t *>(data));
}

static void ngx_http_oauth2_rs_stop_watch(ngx_http_oauth2_rs_fetch_t *fetch) {
    if (fetch->watch.timer_set) {
        ngx_del_timer(&fetch->watch);
    }

    if (fetch->watch.posted) {
        ngx_delete_posted_event(&fetch->watch);
    }
}

void ngx_http_oauth2_rs_give_up(ngx_http_oauth2_rs_fetch_t *fetch, const char *why) {
    if (fetch->ended) {
        return;
    }

    // Not at once: the caller may have been called by the very upstream that is to be ended.
    fetch->failed = 1;
    fetch->waste = why;
    ngx_post_event(&fetch->watch, &ngx_posted_events);
}

static void ngx_http_oauth2_rs_watch(ngx_event_t *ev) {
    auto *fetch = reinterpret_cast<ngx_http_oauth2_rs_fetch_t *>(
        reinterpret_cast<u_char *>(ev) - offsetof(ngx_http_oauth2_rs_fetch_t, watch));
    const ngx_http_upstream_conf_t *conf;

    if (ev->timer_set) {
        ngx_del_timer(ev);
    }

    if (!ngx_http_oauth2_rs_may_abort(fetch->sr)) {
        ngx_add_timer(ev, NGX_HTTP_OAUTH2_RS_LOOK_AGAIN);
        return;
    }

    if (!fetch->timed && fetch->waste == nullptr) {
        conf = fetch->sr->upstream->conf;
        fetch->timed = 1;
        ngx_add_timer(ev, conf->connect_timeout + conf->send_timeout + conf->read_timeout);
        return;
    }

    ngx_http_oauth2_rs_abort(fetch);
}

static ngx_uint_t ngx_http_oauth2_rs_may_abort(ngx_http_request_t *sr) {
    return sr->upstream != nullptr && sr->upstream->cleanup != nullptr && !sr->main->blocked &&
           !sr->aio;
}

static void ngx_http_oauth2_rs_abort(ngx_http_oauth2_rs_fetch_t *fetch) {
    ngx_http_request_t *sr = fetch->sr;
    ngx_connection_t *c = sr->connection;
    const ngx_uint_t level = ngx_exiting ? NGX_LOG_INFO : NGX_LOG_ERR;

    ngx_http_set_log_request(c->log, sr);
    ngx_log_error(level, c->log, 0, "oauth2: %s, fetching from \"%V\" is given up",
                  fetch->waste == nullptr ? "the answer takes too long" : fetch->waste, &sr->uri);

    // The upstream's own way out gives back a reference, which is the subrequest's to give back.
    sr->main->count++;
    (*sr->upstream->cleanup)(sr);

    ngx_http_finalize_request(sr, NGX_ERROR);
    ngx_http_run_posted_requests(c);
}

ngx_http_oauth2_rs_fetch_t *ngx_http_oauth2_rs_fetch_of(ngx_http_request_t *r) {
    // Also what the location adds by subrequests of its own must not reach the client.
    for (; r != r->main; r = r->parent) {
        if (r->post_subrequest != nullptr &&
            r->post_subrequest->handler == ngx_http_oauth2_rs_fetch_done) {
            return static_cast<ngx_http_oauth2_rs_fetch_t *>(r->post_subrequest->data);
        }
    }

    return nullptr;
}

void ngx_http_oauth2_rs_collect(ngx_http_oauth2_rs_fetch_t *fetch, const ngx_http_request_t *r,
                                ngx_chain_t *in) {
    ngx_buf_t *b;

    for (; in != nullptr; in = in->next) {
        b = in->buf;

        if (r == fetch->sr) {
            ngx_http_oauth2_rs_take(fetch, b);
        }

        b->pos = b->last;
        b->file_pos = b->file_last;
    }
}

static void ngx_http_oauth2_rs_take(ngx_http_oauth2_rs_fetch_t *fetch, const ngx_buf_t *b) {
    if (!fetch->failed && !ngx_buf_special(b) &&
        (!ngx_buf_in_memory(b) ||
         ngx_http_oauth2_rs_append(fetch, b->pos, static_cast<size_t>(b->last - b->pos)) !=
             NGX_OK)) {
        ngx_http_oauth2_rs_give_up(fetch, "the answer is too long");
    }

    if (b->last_buf || b->last_in_chain) {
        fetch->complete = 1;
    }
}

static ngx_int_t ngx_http_oauth2_rs_append(ngx_http_oauth2_rs_fetch_t *fetch, const u_char *data,
                                           size_t len) {
    size_t used, size;
    ngx_buf_t *b;

    used = fetch->body == nullptr ? 0 : static_cast<size_t>(fetch->body->last - fetch->body->pos);

    if (len > NGX_HTTP_OAUTH2_RS_MAX_ANSWER - used) {
        return NGX_ERROR;
    }

    if (fetch->body == nullptr || static_cast<size_t>(fetch->body->end - fetch->body->last) < len) {
        size = ngx_min(ngx_max(2 * (used + len), ngx_pagesize),
                       static_cast<size_t>(NGX_HTTP_OAUTH2_RS_MAX_ANSWER));
        b = ngx_create_temp_buf(fetch->sr->pool, size);
        if (b == nullptr) {
            return NGX_ERROR;
        }

        if (used != 0) {
            b->last = ngx_cpymem(b->last, fetch->body->pos, used);
        }

        fetch->body = b;
    }

    fetch->body->last = ngx_cpymem(fetch->body->last, data, len);

    return NGX_OK;
}
