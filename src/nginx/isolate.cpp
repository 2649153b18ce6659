#include "nginx/isolate.h"

/* What a subrequest inherits, and what takes its place. */
typedef struct {
    ngx_str_t uri;
    ngx_str_t request_line;
    ngx_http_headers_in_t headers_in;
    ngx_http_request_body_t *body;  // nullptr: none
    ngx_http_variable_value_t *variables;
} ngx_http_oauth2_rs_inheritance_t;

static ngx_int_t ngx_http_oauth2_rs_prepare(ngx_http_request_t *r, const ngx_str_t *uri,
                                            const ngx_str_t *form,
                                            ngx_http_oauth2_rs_inheritance_t *own);
static ngx_int_t ngx_http_oauth2_rs_prepare_line(ngx_pool_t *pool, const ngx_str_t *uri,
                                                 const ngx_str_t *method,
                                                 ngx_http_oauth2_rs_inheritance_t *own);
static ngx_int_t ngx_http_oauth2_rs_prepare_body(ngx_pool_t *pool, const ngx_str_t *form,
                                                 ngx_http_oauth2_rs_inheritance_t *own);
static ngx_table_elt_t *ngx_http_oauth2_rs_add_header(ngx_pool_t *pool,
                                                      ngx_http_headers_in_t *headers,
                                                      const char *name, const char *lowcase,
                                                      const char *value);

static const ngx_str_t ngx_http_oauth2_rs_get = ngx_string("GET");
static const ngx_str_t ngx_http_oauth2_rs_post = ngx_string("POST");

ngx_http_request_t *ngx_http_oauth2_rs_isolated_subrequest(ngx_http_request_t *r,
                                                           const ngx_str_t *uri,
                                                           const ngx_str_t *form,
                                                           ngx_http_post_subrequest_t *ps) {
    ngx_http_request_t *sr;
    ngx_http_oauth2_rs_inheritance_t own;

    // All that can fail comes first: NGINX runs a subrequest that was made.
    ngx_memzero(&own, sizeof(ngx_http_oauth2_rs_inheritance_t));

    if (ngx_http_oauth2_rs_prepare(r, uri, form, &own) != NGX_OK ||
        ngx_http_subrequest(r, &own.uri, nullptr, &sr, ps, NGX_HTTP_SUBREQUEST_WAITED) != NGX_OK) {
        return nullptr;
    }

    if (own.body != nullptr) {
        sr->method = NGX_HTTP_POST;
        sr->method_name = ngx_http_oauth2_rs_post;
    }

    sr->headers_in = own.headers_in;
    sr->headers_in.headers.last = &sr->headers_in.headers.part;  // where modules add more lines
    sr->request_body = own.body;
    sr->variables = own.variables;
    sr->request_line = own.request_line;
    sr->unparsed_uri = own.uri;
    sr->filter_need_in_memory = 1;

    return sr;
}

static ngx_int_t ngx_http_oauth2_rs_prepare(ngx_http_request_t *r, const ngx_str_t *uri,
                                            const ngx_str_t *form,
                                            ngx_http_oauth2_rs_inheritance_t *own) {
    ngx_http_core_main_conf_t *cmcf;

    cmcf = static_cast<ngx_http_core_main_conf_t *>(
        ngx_http_get_module_main_conf(r, ngx_http_core_module));

    own->variables = static_cast<ngx_http_variable_value_t *>(
        ngx_pcalloc(r->pool, cmcf->variables.nelts * sizeof(ngx_http_variable_value_t)));

    if (own->variables == nullptr ||
        ngx_list_init(&own->headers_in.headers, r->pool, 4, sizeof(ngx_table_elt_t)) != NGX_OK) {
        return NGX_ERROR;
    }

    own->headers_in.content_length_n = -1;
    own->headers_in.keep_alive_n = -1;

    if (ngx_http_oauth2_rs_add_header(r->pool, &own->headers_in, "Accept", "accept",
                                      "application/json") == nullptr) {
        return NGX_ERROR;
    }

    if (form->len == 0) {
        return ngx_http_oauth2_rs_prepare_line(r->pool, uri, &ngx_http_oauth2_rs_get, own);
    }

    if (ngx_http_oauth2_rs_prepare_body(r->pool, form, own) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_oauth2_rs_prepare_line(r->pool, uri, &ngx_http_oauth2_rs_post, own);
}

/* The client's own, which logs and $request show, may hold what the server is not to see. */
static ngx_int_t ngx_http_oauth2_rs_prepare_line(ngx_pool_t *pool, const ngx_str_t *uri,
                                                 const ngx_str_t *method,
                                                 ngx_http_oauth2_rs_inheritance_t *own) {
    u_char *p;
    const size_t longest = method->len + uri->len + sizeof("  HTTP/1.1") - 1;

    p = static_cast<u_char *>(ngx_pnalloc(pool, longest));
    if (p == nullptr) {
        return NGX_ERROR;
    }

    own->request_line.data = p;
    own->request_line.len =
        static_cast<size_t>(ngx_snprintf(p, longest, "%V %V HTTP/1.1", method, uri) - p);
    own->uri.data = p + method->len + 1;
    own->uri.len = uri->len;

    return NGX_OK;
}

static ngx_int_t ngx_http_oauth2_rs_prepare_body(ngx_pool_t *pool, const ngx_str_t *form,
                                                 ngx_http_oauth2_rs_inheritance_t *own) {
    char length[NGX_SIZE_T_LEN + 1];
    ngx_buf_t *b;
    ngx_chain_t *cl;
    ngx_http_headers_in_t *headers = &own->headers_in;

    *ngx_sprintf(reinterpret_cast<u_char *>(length), "%uz", form->len) = '\0';

    b = ngx_create_temp_buf(pool, form->len);
    cl = ngx_alloc_chain_link(pool);
    own->body =
        static_cast<ngx_http_request_body_t *>(ngx_pcalloc(pool, sizeof(ngx_http_request_body_t)));
    headers->content_length =
        ngx_http_oauth2_rs_add_header(pool, headers, "Content-Length", "content-length", length);
    headers->content_type = ngx_http_oauth2_rs_add_header(
        pool, headers, "Content-Type", "content-type", "application/x-www-form-urlencoded");

    if (b == nullptr || cl == nullptr || own->body == nullptr ||
        headers->content_length == nullptr || headers->content_type == nullptr) {
        return NGX_ERROR;
    }

    b->last = ngx_cpymem(b->last, form->data, form->len);
    b->last_buf = 1;
    cl->buf = b;
    cl->next = nullptr;
    own->body->bufs = cl;
    headers->content_length_n = static_cast<off_t>(form->len);

    return NGX_OK;
}

/* `name` and `lowcase` are literals. */
static ngx_table_elt_t *ngx_http_oauth2_rs_add_header(ngx_pool_t *pool,
                                                      ngx_http_headers_in_t *headers,
                                                      const char *name, const char *lowcase,
                                                      const char *value) {
    ngx_table_elt_t *h;

    h = static_cast<ngx_table_elt_t *>(ngx_list_push(&headers->headers));
    if (h == nullptr) {
        return nullptr;
    }

    ngx_memzero(h, sizeof(ngx_table_elt_t));

    h->key.len = ngx_strlen(name);
    h->key.data = reinterpret_cast<u_char *>(const_cast<char *>(name));
    h->lowcase_key = reinterpret_cast<u_char *>(const_cast<char *>(lowcase));
    h->hash = ngx_hash_key(h->lowcase_key, h->key.len);
    h->value.len = ngx_strlen(value);
    h->value.data = static_cast<u_char *>(ngx_pnalloc(pool, h->value.len));
    if (h->value.data == nullptr) {
        return nullptr;
    }

    ngx_memcpy(h->value.data, value, h->value.len);

    return h;
}
