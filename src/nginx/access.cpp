#include "nginx/access.h"

#include "nginx/compatibility.h"
#include "nginx/host.h"
#include "nginx/respond.h"

static ngx_http_oauth2_rs_ctx_t *ngx_http_oauth2_rs_open_ctx(ngx_http_request_t *r,
                                                             const oauth2_rs_resolver_t *resolver);
static ngx_http_oauth2_rs_ctx_t *ngx_http_oauth2_rs_readmit_ctx(ngx_http_request_t *r);
static ngx_int_t ngx_http_oauth2_rs_conclude(ngx_http_request_t *r,
                                             const ngx_http_oauth2_rs_loc_conf_t *conf,
                                             ngx_http_oauth2_rs_ctx_t *ctx, ngx_int_t rc);
static ngx_uint_t ngx_http_oauth2_rs_same_text(const ngx_str_t *one, const ngx_str_t *other);
static ngx_http_oauth2_rs_ctx_t *ngx_http_oauth2_rs_add_ctx(ngx_http_request_t *r,
                                                            const ngx_http_oauth2_rs_ctx_t *next);
static void ngx_http_oauth2_rs_ctx_cleanup(void *data);
static ngx_int_t ngx_http_oauth2_rs_judge(ngx_http_request_t *r,
                                          const ngx_http_oauth2_rs_loc_conf_t *conf,
                                          ngx_http_oauth2_rs_ctx_t *ctx);
static ngx_int_t ngx_http_oauth2_rs_judge_token(ngx_http_request_t *r,
                                                const ngx_http_oauth2_rs_loc_conf_t *conf,
                                                ngx_http_oauth2_rs_ctx_t *ctx);
static ngx_int_t ngx_http_oauth2_rs_judge_scopes(ngx_http_request_t *r, ngx_array_t *scopes,
                                                 ngx_http_oauth2_rs_ctx_t *ctx);
static size_t ngx_http_oauth2_rs_authorization(ngx_http_request_t *r, oauth2_rs_text_t *values);

/* One value is what a request should have, the second is enough to tell that it has too many. */
enum { NGX_HTTP_OAUTH2_RS_MAX_AUTHORIZATION = 2 };

ngx_int_t ngx_http_oauth2_rs_access_handler(ngx_http_request_t *r) {
    ngx_int_t rc;
    ngx_http_oauth2_rs_ctx_t *ctx;
    ngx_http_oauth2_rs_loc_conf_t *conf;

    conf = static_cast<ngx_http_oauth2_rs_loc_conf_t *>(
        ngx_http_get_module_loc_conf(r, ngx_http_oauth2_rs_module));

    ctx = ngx_http_oauth2_rs_readmit_ctx(r);

    // NGINX runs the phases of a request that waits with any event that lets its client be written
    // to. It goes on when it is woken: a request that has gone on must not be.
    if (ctx != nullptr && ngx_http_oauth2_rs_waits(ctx->waits)) {
        return NGX_AGAIN;
    }

    if (conf->resolver == nullptr) {
        return NGX_DECLINED;
    }

    rc = ngx_http_test_predicates(r, conf->bypass);
    if (rc == NGX_DECLINED) {
        return NGX_DECLINED;
    }

    ctx = ngx_http_oauth2_rs_open_ctx(r, conf->resolver);
    if (ctx == nullptr) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (rc == NGX_OK) {
        rc = ngx_http_oauth2_rs_judge(r, conf, ctx);
    }

    return ngx_http_oauth2_rs_conclude(r, conf, ctx, rc);
}

/* What judging has come to, in the words of the access phase. */
static ngx_int_t ngx_http_oauth2_rs_conclude(ngx_http_request_t *r,
                                             const ngx_http_oauth2_rs_loc_conf_t *conf,
                                             ngx_http_oauth2_rs_ctx_t *ctx, ngx_int_t rc) {
    switch (rc) {
        case NGX_OK:
            ngx_http_oauth2_rs_grant(r, ctx);
            return NGX_OK;

        case NGX_AGAIN:
            return NGX_AGAIN;

        case NGX_DECLINED:
            return ngx_http_oauth2_rs_refuse(r, conf->realm, ctx);

        default:
            return ngx_http_oauth2_rs_fail(r, ctx);
    }
}

ngx_http_oauth2_rs_ctx_t *ngx_http_oauth2_rs_get_ctx(ngx_http_request_t *r) {
    ngx_pool_cleanup_t *cln;
    ngx_http_oauth2_rs_ctx_t *ctx;

    r = r->main;
    ctx = static_cast<ngx_http_oauth2_rs_ctx_t *>(
        ngx_http_get_module_ctx(r, ngx_http_oauth2_rs_module));

    if (ctx != nullptr || !(r->internal || r->filter_finalize)) {
        return ctx;
    }

    // An internal redirect clears the contexts of all modules. The cleanups stay, the latest first.
    for (cln = r->pool->cleanup; cln != nullptr; cln = cln->next) {
        if (cln->handler == ngx_http_oauth2_rs_ctx_cleanup) {
            return static_cast<ngx_http_oauth2_rs_ctx_t *>(cln->data);
        }
    }

    return nullptr;
}

/*
 * Before the access phase of a location no claim shows, not even that of an earlier location: what
 * an internal redirect has cleared is set again here, and not by whoever asks first.
 */
static ngx_http_oauth2_rs_ctx_t *ngx_http_oauth2_rs_readmit_ctx(ngx_http_request_t *r) {
    ngx_http_oauth2_rs_ctx_t *ctx = ngx_http_oauth2_rs_get_ctx(r);

    if (ctx != nullptr) {
        ngx_http_set_ctx(r, ctx, ngx_http_oauth2_rs_module);
    }

    return ctx;
}

/*
 * The context of this request, resolver and token, with no decision in it. Another one is left to
 * the pool: variables evaluated earlier may point into it. NGINX bounds the number of internal
 * redirects, hence that of contexts.
 */
static ngx_http_oauth2_rs_ctx_t *ngx_http_oauth2_rs_open_ctx(ngx_http_request_t *r,
                                                             const oauth2_rs_resolver_t *resolver) {
    ngx_str_t authorization = ngx_null_string;
    ngx_http_oauth2_rs_ctx_t next, *prev;

    ngx_memzero(&next, sizeof(ngx_http_oauth2_rs_ctx_t));

    prev = ngx_http_oauth2_rs_get_ctx(r);
    if (prev != nullptr) {
        prev->granted = 0;
        next = *prev;
        next.resolution = nullptr;
    }

    if (r->headers_in.authorization != nullptr) {
        authorization = r->headers_in.authorization->value;
    }

    if (!ngx_http_oauth2_rs_same_text(&next.authorization, &authorization)) {
        next.authorization = authorization;
        next.fetches = nullptr;  // what was answered about one token says nothing of another

    } else if (prev != nullptr && prev->resolver == resolver) {
        return prev;
    }

    next.resolver = resolver;

    return ngx_http_oauth2_rs_add_ctx(r, &next);
}

static ngx_uint_t ngx_http_oauth2_rs_same_text(const ngx_str_t *one, const ngx_str_t *other) {
    return one->len == other->len &&
           (one->len == 0 || ngx_memcmp(one->data, other->data, one->len) == 0);
}

static ngx_http_oauth2_rs_ctx_t *ngx_http_oauth2_rs_add_ctx(ngx_http_request_t *r,
                                                            const ngx_http_oauth2_rs_ctx_t *next) {
    ngx_pool_cleanup_t *cln;
    ngx_http_oauth2_rs_ctx_t *ctx;

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_http_oauth2_rs_ctx_t));
    if (cln == nullptr) {
        return nullptr;
    }

    ctx = static_cast<ngx_http_oauth2_rs_ctx_t *>(cln->data);
    *ctx = *next;

    cln->handler = ngx_http_oauth2_rs_ctx_cleanup;
    ngx_http_set_ctx(r, ctx, ngx_http_oauth2_rs_module);

    return ctx;
}

static void ngx_http_oauth2_rs_ctx_cleanup(void *data) {
    oauth2_rs_resolution_destroy(static_cast<ngx_http_oauth2_rs_ctx_t *>(data)->resolution);
}

/*
 * NGX_OK: granted, NGX_DECLINED: the resolution says why not, NGX_AGAIN: called again when a fetch
 * has ended, NGX_ERROR: it could not be judged.
 */
static ngx_int_t ngx_http_oauth2_rs_judge(ngx_http_request_t *r,
                                          const ngx_http_oauth2_rs_loc_conf_t *conf,
                                          ngx_http_oauth2_rs_ctx_t *ctx) {
    ngx_int_t rc;

    if (ctx->resolution == nullptr) {
        ctx->resolution = oauth2_rs_resolution_create(conf->resolver);
        if (ctx->resolution == nullptr) {
            return NGX_ERROR;
        }
    }

    rc = ngx_http_oauth2_rs_judge_token(r, conf, ctx);
    if (rc != NGX_OK || conf->scopes == nullptr) {
        return rc;
    }

    // A scope may be made of claims, which are those of a granted request.
    ctx->granted = 1;
    rc = ngx_http_oauth2_rs_judge_scopes(r, conf->scopes, ctx);
    ctx->granted = 0;

    return rc;
}

static ngx_int_t ngx_http_oauth2_rs_judge_token(ngx_http_request_t *r,
                                                const ngx_http_oauth2_rs_loc_conf_t *conf,
                                                ngx_http_oauth2_rs_ctx_t *ctx) {
    oauth2_rs_text_t values[NGX_HTTP_OAUTH2_RS_MAX_AUTHORIZATION];
    oauth2_rs_host_t host = ngx_http_oauth2_rs_host(r);
    oauth2_rs_request_t request;

    ngx_memzero(&request, sizeof(oauth2_rs_request_t));

    request.require_https = conf->require_https != 0;
#if (NGX_HTTP_SSL)
    request.tls = r->connection->ssl != nullptr;
#endif
    request.authorization = values;
    request.authorization_count = ngx_http_oauth2_rs_authorization(r, values);
    request.confirmation = static_cast<oauth2_rs_confirmation_t>(conf->confirmation);
    request.host = &host;

    switch (oauth2_rs_resolve(ctx->resolution, &request)) {
        case OAUTH2_RS_GRANTED:
            return NGX_OK;

        case OAUTH2_RS_PENDING:
            return NGX_AGAIN;

        default:
            return NGX_DECLINED;
    }
}

static ngx_int_t ngx_http_oauth2_rs_judge_scopes(ngx_http_request_t *r, ngx_array_t *scopes,
                                                 ngx_http_oauth2_rs_ctx_t *ctx) {
    ngx_str_t value;
    ngx_uint_t i;
    oauth2_rs_text_t *values;
    auto *scope = static_cast<ngx_http_complex_value_t *>(scopes->elts);

    values = static_cast<oauth2_rs_text_t *>(
        ngx_palloc(r->pool, scopes->nelts * sizeof(oauth2_rs_text_t)));
    if (values == nullptr) {
        return NGX_ERROR;
    }

    for (i = 0; i < scopes->nelts; i++) {
        if (ngx_http_complex_value(r, &scope[i], &value) != NGX_OK) {
            return NGX_ERROR;
        }

        values[i] = ngx_http_oauth2_rs_text(&value);
    }

    return oauth2_rs_require_scopes(ctx->resolution, values, scopes->nelts) == OAUTH2_RS_GRANTED
               ? NGX_OK
               : NGX_DECLINED;
}

static size_t ngx_http_oauth2_rs_authorization(ngx_http_request_t *r, oauth2_rs_text_t *values) {
    size_t n;
    ngx_table_elt_t *h;

    n = 0;
    h = r->headers_in.authorization;

    while (h != nullptr && n < NGX_HTTP_OAUTH2_RS_MAX_AUTHORIZATION) {
        values[n++] = ngx_http_oauth2_rs_text(&h->value);
        h = ngx_http_oauth2_rs_next_line(h);
    }

    return n;
}
