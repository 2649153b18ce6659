#include "nginx/host.h"

#include "nginx/access.h"
#include "nginx/cache_zone.h"
#include "nginx/client_certificate.h"

static int64_t ngx_http_oauth2_rs_now_ms(void *host);
static oauth2_rs_fetch_state_t ngx_http_oauth2_rs_fetched(void *host, oauth2_rs_fetch_key_t key,
                                                          oauth2_rs_fetch_answer_t *answer);
static int ngx_http_oauth2_rs_begin_fetch(void *host, oauth2_rs_fetch_key_t key,
                                          const oauth2_rs_fetch_request_t *request);

/* No resolver needs more, and none must be able to keep a request for ever. */
enum { NGX_HTTP_OAUTH2_RS_MAX_FETCHES = 4 };

oauth2_rs_host_t ngx_http_oauth2_rs_host(ngx_http_request_t *r) {
    return {ngx_http_oauth2_rs_now_ms,     ngx_http_oauth2_rs_client_certificate,
            ngx_http_oauth2_rs_cache_get,  ngx_http_oauth2_rs_cache_put,
            ngx_http_oauth2_rs_fetched,    ngx_http_oauth2_rs_begin_fetch,
            ngx_http_oauth2_rs_await_keys, r};
}

static int64_t ngx_http_oauth2_rs_now_ms(void * /*host*/) { return ngx_http_oauth2_rs_clock_ms(); }

static oauth2_rs_fetch_state_t ngx_http_oauth2_rs_fetched(void *host, oauth2_rs_fetch_key_t key,
                                                          oauth2_rs_fetch_answer_t *answer) {
    const ngx_http_oauth2_rs_fetch_t *fetch;
    auto *r = static_cast<ngx_http_request_t *>(host);

    for (fetch = ngx_http_oauth2_rs_get_ctx(r)->fetches; fetch != nullptr; fetch = fetch->next) {
        if (fetch->key.owner == key.owner && fetch->key.number == key.number) {
            break;
        }
    }

    if (fetch == nullptr) {
        return OAUTH2_RS_FETCH_NONE;
    }

    if (!fetch->ended) {
        return OAUTH2_RS_FETCH_PENDING;
    }

    answer->status = static_cast<int>(fetch->status);
    answer->media_type = ngx_http_oauth2_rs_text(&fetch->media_type);

    if (fetch->body != nullptr) {
        answer->body.data = reinterpret_cast<const char *>(fetch->body->pos);
        answer->body.len = static_cast<size_t>(fetch->body->last - fetch->body->pos);
    }

    return OAUTH2_RS_FETCH_ENDED;
}

static int ngx_http_oauth2_rs_begin_fetch(void *host, oauth2_rs_fetch_key_t key,
                                          const oauth2_rs_fetch_request_t *request) {
    ngx_str_t uri, form;
    ngx_uint_t n;
    auto *r = static_cast<ngx_http_request_t *>(host);
    ngx_http_oauth2_rs_ctx_t *ctx = ngx_http_oauth2_rs_get_ctx(r);
    ngx_http_oauth2_rs_fetch_t *fetch;

    n = 0;
    for (fetch = ctx->fetches; fetch != nullptr; fetch = fetch->next) {
        n++;
    }

    if (n == NGX_HTTP_OAUTH2_RS_MAX_FETCHES) {
        return 0;
    }

    uri.data = reinterpret_cast<u_char *>(const_cast<char *>(request->uri.data));
    uri.len = request->uri.len;
    form.data = reinterpret_cast<u_char *>(const_cast<char *>(request->form.data));
    form.len = request->form.len;

    fetch = ngx_http_oauth2_rs_start_fetch(r, &uri, &form);
    if (fetch == nullptr) {
        return 0;
    }

    fetch->key = key;
    fetch->next = ctx->fetches;
    ctx->fetches = fetch;

    return 1;
}
