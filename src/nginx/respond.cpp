#include "nginx/respond.h"

#include "nginx/compatibility.h"

static ngx_int_t ngx_http_oauth2_rs_answer(ngx_http_request_t *r, ngx_http_oauth2_rs_ctx_t *ctx,
                                           const oauth2_rs_denial_t *denial);
static void ngx_http_oauth2_rs_log(ngx_http_request_t *r, const oauth2_rs_denial_t *denial);
static ngx_int_t ngx_http_oauth2_rs_set_challenge(ngx_http_request_t *r,
                                                  ngx_http_oauth2_rs_ctx_t *ctx,
                                                  oauth2_rs_text_t challenge);
static void ngx_http_oauth2_rs_write_challenge(ngx_http_request_t *r, ngx_table_elt_t *h,
                                               const ngx_str_t *value);
static ngx_table_elt_t *ngx_http_oauth2_rs_find_challenge(ngx_http_request_t *r,
                                                          const ngx_http_oauth2_rs_ctx_t *ctx);

static const oauth2_rs_denial_t ngx_http_oauth2_rs_failure = {
    NGX_HTTP_INTERNAL_SERVER_ERROR,
    {"", 0},
    {"internal_error", sizeof("internal_error") - 1},
    {"memory is short", sizeof("memory is short") - 1}};

ngx_int_t ngx_http_oauth2_rs_refuse(ngx_http_request_t *r, ngx_http_complex_value_t *realm,
                                    ngx_http_oauth2_rs_ctx_t *ctx) {
    ngx_str_t value = ngx_null_string;
    oauth2_rs_text_t challenge;
    oauth2_rs_denial_t denial;

    if (realm != nullptr && ngx_http_complex_value(r, realm, &value) != NGX_OK) {
        return ngx_http_oauth2_rs_fail(r, ctx);
    }

    // Wording the challenge may itself fail and so change the denial.
    challenge = oauth2_rs_challenge(ctx->resolution, ngx_http_oauth2_rs_text(&value));
    denial = oauth2_rs_denial(ctx->resolution);

    if (ngx_http_oauth2_rs_set_challenge(r, ctx, challenge) != NGX_OK) {
        return ngx_http_oauth2_rs_fail(r, ctx);
    }

    return ngx_http_oauth2_rs_answer(r, ctx, &denial);
}

void ngx_http_oauth2_rs_grant(ngx_http_request_t *r, ngx_http_oauth2_rs_ctx_t *ctx) {
    // The page of a refusal may be open to more than the request was: the answer stays a refusal,
    // with its reason and without claims.
    if (ctx->refused && r->err_status != 0) {
        return;
    }

    (void)ngx_http_oauth2_rs_set_challenge(r, ctx, {nullptr, 0});

    ctx->granted = 1;
    ctx->refused = 0;
    ngx_memzero(&ctx->error, sizeof(oauth2_rs_text_t));
    ngx_memzero(&ctx->reason, sizeof(oauth2_rs_text_t));
}

ngx_int_t ngx_http_oauth2_rs_fail(ngx_http_request_t *r, ngx_http_oauth2_rs_ctx_t *ctx) {
    // Taking a challenge away needs no memory.
    (void)ngx_http_oauth2_rs_set_challenge(r, ctx, {nullptr, 0});

    return ngx_http_oauth2_rs_answer(r, ctx, &ngx_http_oauth2_rs_failure);
}

static ngx_int_t ngx_http_oauth2_rs_answer(ngx_http_request_t *r, ngx_http_oauth2_rs_ctx_t *ctx,
                                           const oauth2_rs_denial_t *denial) {
    // A request that is refused again, as in the location of an error page, is no second one.
    if (!ctx->refused || ctx->reason.data != denial->reason.data) {
        ngx_http_oauth2_rs_log(r, denial);
    }

    ctx->error = denial->error;
    ctx->reason = denial->reason;
    ctx->refused = 1;
    ctx->refused_loc_conf = r->loc_conf;

    // Anything else would not end the request: 0 is NGX_OK, the codes below 0 are NGINX's own.
    if (denial->status < NGX_HTTP_BAD_REQUEST) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return denial->status;
}

ngx_int_t ngx_http_oauth2_rs_precontent_handler(ngx_http_request_t *r) {
    ngx_http_oauth2_rs_ctx_t *ctx;

    if (r != r->main) {
        return NGX_DECLINED;
    }

    ctx = ngx_http_oauth2_rs_get_ctx(r);

    if (ctx != nullptr && ctx->refused && ctx->refused_loc_conf == r->loc_conf &&
        r->err_status == 0) {
        (void)ngx_http_oauth2_rs_set_challenge(r, ctx, {nullptr, 0});
    }

    return NGX_DECLINED;
}

static void ngx_http_oauth2_rs_log(ngx_http_request_t *r, const oauth2_rs_denial_t *denial) {
    ngx_log_error(NGX_LOG_INFO, r->connection->log, 0, "oauth2: request refused: %*s (%*s)",
                  denial->reason.len, denial->reason.data, denial->detail.len, denial->detail.data);
}

/* Makes `challenge` the one challenge of ours in the answer; an empty one takes ours away. */
static ngx_int_t ngx_http_oauth2_rs_set_challenge(ngx_http_request_t *r,
                                                  ngx_http_oauth2_rs_ctx_t *ctx,
                                                  oauth2_rs_text_t challenge) {
    ngx_str_t value;
    ngx_table_elt_t *h;

    h = ngx_http_oauth2_rs_find_challenge(r, ctx);

    if (challenge.len == 0) {
        if (h != nullptr) {
            h->hash = 0;
        }

        return NGX_OK;
    }

    value.len = challenge.len;
    value.data = static_cast<u_char *>(ngx_pnalloc(r->pool, challenge.len));
    if (value.data == nullptr) {
        return NGX_ERROR;
    }

    ngx_memcpy(value.data, challenge.data, challenge.len);

    if (h == nullptr) {
        h = static_cast<ngx_table_elt_t *>(ngx_list_push(&r->headers_out.headers));
        if (h == nullptr) {
            return NGX_ERROR;
        }
    }

    ngx_http_oauth2_rs_write_challenge(r, h, &value);
    ctx->challenge = value.data;

    return NGX_OK;
}

static void ngx_http_oauth2_rs_write_challenge(ngx_http_request_t *r, ngx_table_elt_t *h,
                                               const ngx_str_t *value) {
    h->hash = 1;
    ngx_str_set(&h->key, "WWW-Authenticate");
    h->value = *value;
    ngx_http_oauth2_rs_end_lines(h);

    // Lets NGINX take the challenge back where `satisfy any` is met by another module.
    r->headers_out.www_authenticate = h;
}

/*
 * A request that is refused again, in the location of an error page, carries our line already. It
 * is looked for by its value: NGINX may have emptied the list and used its elements anew.
 */
static ngx_table_elt_t *ngx_http_oauth2_rs_find_challenge(ngx_http_request_t *r,
                                                          const ngx_http_oauth2_rs_ctx_t *ctx) {
    ngx_uint_t i;
    ngx_list_part_t *part;
    ngx_table_elt_t *h;

    if (ctx->challenge == nullptr) {
        return nullptr;
    }

    for (part = &r->headers_out.headers.part; part != nullptr; part = part->next) {
        h = static_cast<ngx_table_elt_t *>(part->elts);

        for (i = 0; i < part->nelts; i++) {
            if (h[i].value.data == ctx->challenge) {
                return &h[i];
            }
        }
    }

    return nullptr;
}
