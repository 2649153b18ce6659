#include "nginx/client_certificate.h"

#if (NGX_HTTP_SSL)

/*
 * POD, in the pool of the connection that carries the TLS, as data of a cleanup that does nothing
 * but mark it. A certificate does not change during a connection: one digest serves all requests.
 */
typedef struct {
    char thumbprint[OAUTH2_RS_THUMBPRINT_LENGTH];
} ngx_http_oauth2_rs_connection_ctx_t;

static ngx_int_t ngx_http_oauth2_rs_tls_thumbprint(ngx_http_request_t *r, oauth2_rs_text_t *text);
static ngx_connection_t *ngx_http_oauth2_rs_tls_connection(ngx_http_request_t *r);
static ngx_http_oauth2_rs_connection_ctx_t *ngx_http_oauth2_rs_find_connection_ctx(
    ngx_connection_t *c);
static ngx_http_oauth2_rs_connection_ctx_t *ngx_http_oauth2_rs_create_connection_ctx(
    ngx_connection_t *c, X509 *cert);
static void ngx_http_oauth2_rs_connection_cleanup(void *data);

#endif

int ngx_http_oauth2_rs_client_certificate(void *host, oauth2_rs_certificate_t *certificate) {
    ngx_str_t text;
    auto *r = static_cast<ngx_http_request_t *>(host);
    ngx_http_oauth2_rs_loc_conf_t *conf;

    conf = static_cast<ngx_http_oauth2_rs_loc_conf_t *>(
        ngx_http_get_module_loc_conf(r, ngx_http_oauth2_rs_module));

    if (conf->certificate != nullptr) {
        if (ngx_http_complex_value(r, conf->certificate, &text) != NGX_OK) {
            return 0;
        }

        certificate->text = ngx_http_oauth2_rs_text(&text);
        return 1;
    }

#if (NGX_HTTP_SSL)
    return ngx_http_oauth2_rs_tls_thumbprint(r, &certificate->thumbprint) == NGX_OK;
#else
    return 1;
#endif
}

ngx_uint_t ngx_http_oauth2_rs_asks_for_certificates(const ngx_http_core_srv_conf_t *server) {
#if (NGX_HTTP_SSL)
    auto *sscf = static_cast<ngx_http_ssl_srv_conf_t *>(
        server->ctx->srv_conf[ngx_http_ssl_module.ctx_index]);

    return sscf->verify != 0;
#else
    return 0;
#endif
}

#if (NGX_HTTP_SSL)

/* NGX_OK also where there is no certificate: the text is empty then. */
static ngx_int_t ngx_http_oauth2_rs_tls_thumbprint(ngx_http_request_t *r, oauth2_rs_text_t *text) {
    X509 *cert;
    ngx_connection_t *c = ngx_http_oauth2_rs_tls_connection(r);
    ngx_http_oauth2_rs_connection_ctx_t *ctx;

    if (c->ssl == nullptr) {
        return NGX_OK;
    }

    ctx = ngx_http_oauth2_rs_find_connection_ctx(c);

    if (ctx == nullptr) {
        cert = SSL_get1_peer_certificate(c->ssl->connection);
        if (cert == nullptr) {
            return NGX_OK;
        }

        ctx = ngx_http_oauth2_rs_create_connection_ctx(c, cert);
        X509_free(cert);
        if (ctx == nullptr) {
            return NGX_ERROR;
        }
    }

    text->data = ctx->thumbprint;
    text->len = sizeof(ctx->thumbprint);

    return NGX_OK;
}

/* A request over HTTP/2 or HTTP/3 has its own connection, which shares the TLS of the real one. */
static ngx_connection_t *ngx_http_oauth2_rs_tls_connection(ngx_http_request_t *r) {
#if (NGX_HTTP_V2)
    if (r->stream != nullptr) {
        return r->stream->connection->connection;
    }
#endif

#if (NGX_HTTP_V3)
    if (r->connection->quic != nullptr) {
        return r->connection->quic->parent;
    }
#endif

    return r->connection;
}

static ngx_http_oauth2_rs_connection_ctx_t *ngx_http_oauth2_rs_find_connection_ctx(
    ngx_connection_t *c) {
    ngx_pool_cleanup_t *cln;

    for (cln = c->pool->cleanup; cln != nullptr; cln = cln->next) {
        if (cln->handler == ngx_http_oauth2_rs_connection_cleanup) {
            return static_cast<ngx_http_oauth2_rs_connection_ctx_t *>(cln->data);
        }
    }

    return nullptr;
}

static ngx_http_oauth2_rs_connection_ctx_t *ngx_http_oauth2_rs_create_connection_ctx(
    ngx_connection_t *c, X509 *cert) {
    char thumbprint[OAUTH2_RS_THUMBPRINT_LENGTH];
    ngx_pool_cleanup_t *cln;
    ngx_http_oauth2_rs_connection_ctx_t *ctx;

    if (!oauth2_rs_thumbprint(cert, thumbprint)) {
        return nullptr;
    }

    cln = ngx_pool_cleanup_add(c->pool, sizeof(ngx_http_oauth2_rs_connection_ctx_t));
    if (cln == nullptr) {
        return nullptr;
    }

    ctx = static_cast<ngx_http_oauth2_rs_connection_ctx_t *>(cln->data);
    ngx_memcpy(ctx->thumbprint, thumbprint, sizeof(thumbprint));
    cln->handler = ngx_http_oauth2_rs_connection_cleanup;

    return ctx;
}

static void ngx_http_oauth2_rs_connection_cleanup(void * /*data*/) {}

#endif
