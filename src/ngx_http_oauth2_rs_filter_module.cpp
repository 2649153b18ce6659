/*
 * The filter that takes the answers of fetches out of the stream to the client. A module of its
 * own, since its place among the filters is another than the access handler's among the handlers:
 * behind the copy filter, which brings bodies into memory, and before all that may send something.
 */

#include "nginx/fetch.h"

static ngx_int_t ngx_http_oauth2_rs_filter_init(ngx_conf_t *cf);
static ngx_int_t ngx_http_oauth2_rs_body_filter(ngx_http_request_t *r, ngx_chain_t *in);

static ngx_http_output_body_filter_pt ngx_http_oauth2_rs_next_body_filter;

static ngx_http_module_t ngx_http_oauth2_rs_filter_module_ctx = {
    nullptr,                        /* preconfiguration */
    ngx_http_oauth2_rs_filter_init, /* postconfiguration */

    nullptr, /* create main configuration */
    nullptr, /* init main configuration */

    nullptr, /* create server configuration */
    nullptr, /* merge server configuration */

    nullptr, /* create location configuration */
    nullptr  /* merge location configuration */
};

extern "C" {
extern ngx_module_t ngx_http_oauth2_rs_filter_module;
}

ngx_module_t ngx_http_oauth2_rs_filter_module = {
    NGX_MODULE_V1,
    &ngx_http_oauth2_rs_filter_module_ctx, /* module context */
    nullptr,                               /* module directives */
    NGX_HTTP_MODULE,                       /* module type */
    nullptr,                               /* init master */
    nullptr,                               /* init module */
    nullptr,                               /* init process */
    nullptr,                               /* init thread */
    nullptr,                               /* exit thread */
    nullptr,                               /* exit process */
    nullptr,                               /* exit master */
    NGX_MODULE_V1_PADDING};

static ngx_int_t ngx_http_oauth2_rs_filter_init(ngx_conf_t * /*cf*/) {
    ngx_http_oauth2_rs_next_body_filter = ngx_http_top_body_filter;
    ngx_http_top_body_filter = ngx_http_oauth2_rs_body_filter;

    return NGX_OK;
}

static ngx_int_t ngx_http_oauth2_rs_body_filter(ngx_http_request_t *r, ngx_chain_t *in) {
    ngx_http_oauth2_rs_fetch_t *fetch = ngx_http_oauth2_rs_fetch_of(r);

    if (fetch == nullptr) {
        return ngx_http_oauth2_rs_next_body_filter(r, in);
    }

    ngx_http_oauth2_rs_collect(fetch, r, in);

    return NGX_OK;
}
