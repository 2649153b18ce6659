#include "nginx/server_identity.h"

static ngx_int_t ngx_http_oauth2_rs_describe_server(ngx_conf_t *cf,
                                                    const ngx_http_core_srv_conf_t *cscf,
                                                    ngx_str_t *text);
static u_char *ngx_http_oauth2_rs_write_addresses(ngx_conf_t *cf,
                                                  const ngx_http_core_srv_conf_t *cscf, u_char *p,
                                                  u_char *last);
static u_char *ngx_http_oauth2_rs_write_address(const ngx_http_conf_addr_t *addr,
                                                const ngx_http_core_srv_conf_t *cscf, u_char *p,
                                                u_char *last);
static ngx_int_t ngx_http_oauth2_rs_number_twins(ngx_conf_t *cf,
                                                 const ngx_http_core_srv_conf_t *cscf,
                                                 ngx_http_oauth2_rs_server_identity_t *identity);
static ngx_uint_t ngx_http_oauth2_rs_same_names(const ngx_http_core_srv_conf_t *one,
                                                const ngx_http_core_srv_conf_t *other);

enum { NGX_HTTP_OAUTH2_RS_LONGEST_IDENTITY = 4096 };

/*
 * By names and addresses, not by the place in a file: a line may hold two servers, and where a file
 * changes a server must find what is its own again, and never what is a neighbour's.
 */
ngx_int_t ngx_http_oauth2_rs_identify_server(ngx_conf_t *cf, const char *directive,
                                             const ngx_http_core_srv_conf_t *cscf,
                                             ngx_http_oauth2_rs_server_identity_t *identity) {
    ngx_int_t rc = ngx_http_oauth2_rs_describe_server(cf, cscf, &identity->text);

    if (rc == NGX_DECLINED) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "%s: the server has too many names and addresses to use a location by "
                           "its URI: give it fewer, or several servers (server at %s:%ui)",
                           directive, cscf->file_name, cscf->line);
        return NGX_ERROR;
    }

    return rc == NGX_OK ? ngx_http_oauth2_rs_number_twins(cf, cscf, identity) : rc;
}

/* NGX_DECLINED: it takes too much room. */
static ngx_int_t ngx_http_oauth2_rs_describe_server(ngx_conf_t *cf,
                                                    const ngx_http_core_srv_conf_t *cscf,
                                                    ngx_str_t *text) {
    u_char *p, *last;
    ngx_uint_t i;
    const auto *server_name = static_cast<const ngx_http_server_name_t *>(cscf->server_names.elts);

    p = static_cast<u_char *>(ngx_pnalloc(cf->pool, NGX_HTTP_OAUTH2_RS_LONGEST_IDENTITY));
    if (p == nullptr) {
        return NGX_ERROR;
    }

    text->data = p;
    // Room for the number of a twin is left.
    last = p + NGX_HTTP_OAUTH2_RS_LONGEST_IDENTITY - NGX_INT_T_LEN - 2;

    for (i = 0; i < cscf->server_names.nelts; i++) {
        p = ngx_slprintf(p, last, "%V ", &server_name[i].name);
    }

    p = ngx_http_oauth2_rs_write_addresses(cf, cscf, p, last);
    text->len = static_cast<size_t>(p - text->data);

    return p < last ? NGX_OK : NGX_DECLINED;
}

static u_char *ngx_http_oauth2_rs_write_addresses(ngx_conf_t *cf,
                                                  const ngx_http_core_srv_conf_t *cscf, u_char *p,
                                                  u_char *last) {
    ngx_uint_t i, j;
    const ngx_http_conf_port_t *port;
    const ngx_http_conf_addr_t *addr;
    ngx_http_core_main_conf_t *cmcf;

    cmcf = static_cast<ngx_http_core_main_conf_t *>(
        ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module));
    port = static_cast<const ngx_http_conf_port_t *>(cmcf->ports->elts);

    for (i = 0; i < cmcf->ports->nelts; i++) {
        addr = static_cast<const ngx_http_conf_addr_t *>(port[i].addrs.elts);

        for (j = 0; j < port[i].addrs.nelts; j++) {
            p = ngx_http_oauth2_rs_write_address(&addr[j], cscf, p, last);
        }
    }

    return p;
}

static u_char *ngx_http_oauth2_rs_write_address(const ngx_http_conf_addr_t *addr,
                                                const ngx_http_core_srv_conf_t *cscf, u_char *p,
                                                u_char *last) {
    ngx_uint_t i;
    ngx_http_core_srv_conf_t *const *server =
        static_cast<ngx_http_core_srv_conf_t *const *>(addr->servers.elts);

    for (i = 0; i < addr->servers.nelts; i++) {
        if (server[i] == cscf) {
            p = ngx_slprintf(p, last, "%V ", &addr->opt.addr_text);
        }
    }

    return p;
}

/* NGINX lets two servers have the same names and addresses, and sends most requests to the first.
 */
static ngx_int_t ngx_http_oauth2_rs_number_twins(ngx_conf_t *cf,
                                                 const ngx_http_core_srv_conf_t *cscf,
                                                 ngx_http_oauth2_rs_server_identity_t *identity) {
    ngx_str_t other;
    ngx_uint_t i, number;
    ngx_http_core_srv_conf_t **server;
    ngx_http_core_main_conf_t *cmcf;

    cmcf = static_cast<ngx_http_core_main_conf_t *>(
        ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module));
    server = static_cast<ngx_http_core_srv_conf_t **>(cmcf->servers.elts);
    identity->twin = 0;
    number = 0;

    for (i = 0; i < cmcf->servers.nelts; i++) {
        if (server[i] == cscf) {
            number = i;
            continue;
        }

        if (!ngx_http_oauth2_rs_same_names(server[i], cscf)) {
            continue;
        }

        // One that takes too much room is none: this one didn't.
        if (ngx_http_oauth2_rs_describe_server(cf, server[i], &other) == NGX_ERROR) {
            return NGX_ERROR;
        }

        identity->twin |= other.len == identity->text.len &&
                          ngx_memcmp(other.data, identity->text.data, other.len) == 0;
    }

    if (identity->twin) {
        identity->text.len = static_cast<size_t>(
            ngx_sprintf(identity->text.data + identity->text.len, "#%ui", number) -
            identity->text.data);
    }

    return NGX_OK;
}

static ngx_uint_t ngx_http_oauth2_rs_same_names(const ngx_http_core_srv_conf_t *one,
                                                const ngx_http_core_srv_conf_t *other) {
    ngx_uint_t i;
    const auto *a = static_cast<const ngx_http_server_name_t *>(one->server_names.elts);
    const auto *b = static_cast<const ngx_http_server_name_t *>(other->server_names.elts);

    if (one->server_names.nelts != other->server_names.nelts) {
        return 0;
    }

    for (i = 0; i < one->server_names.nelts; i++) {
        if (a[i].name.len != b[i].name.len ||
            ngx_memcmp(a[i].name.data, b[i].name.data, a[i].name.len) != 0) {
            return 0;
        }
    }

    return 1;
}
