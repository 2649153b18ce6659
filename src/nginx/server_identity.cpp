#include "nginx/server_identity.h"

static ngx_int_t ngx_http_oauth2_rs_describe_server(ngx_conf_t *cf,
                                                    const ngx_http_core_srv_conf_t *cscf,
                                                    ngx_str_t *text);
static size_t ngx_http_oauth2_rs_put_server(ngx_conf_t *cf, const ngx_http_core_srv_conf_t *cscf,
                                            u_char *text);
static size_t ngx_http_oauth2_rs_put_address(const ngx_http_conf_addr_t *addr,
                                             const ngx_http_core_srv_conf_t *cscf, u_char *text,
                                             size_t len);
static size_t ngx_http_oauth2_rs_put_word(const ngx_str_t *word, u_char *text, size_t len);
static size_t ngx_http_oauth2_rs_put_number(ngx_uint_t number, u_char end, u_char *text,
                                            size_t len);
static ngx_int_t ngx_http_oauth2_rs_look_for_twins(ngx_conf_t *cf,
                                                   const ngx_http_core_srv_conf_t *cscf,
                                                   ngx_http_oauth2_rs_server_identity_t *identity);
static ngx_uint_t ngx_http_oauth2_rs_same_names(const ngx_http_core_srv_conf_t *one,
                                                const ngx_http_core_srv_conf_t *other);

ngx_int_t ngx_http_oauth2_rs_identify_server(ngx_conf_t *cf, const ngx_http_core_srv_conf_t *cscf,
                                             ngx_http_oauth2_rs_server_identity_t *identity) {
    if (ngx_http_oauth2_rs_describe_server(cf, cscf, &identity->text) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_oauth2_rs_look_for_twins(cf, cscf, identity);
}

static ngx_int_t ngx_http_oauth2_rs_describe_server(ngx_conf_t *cf,
                                                    const ngx_http_core_srv_conf_t *cscf,
                                                    ngx_str_t *text) {
    text->len = ngx_http_oauth2_rs_put_server(cf, cscf, nullptr);

    // Room for the number of a twin is left.
    text->data = static_cast<u_char *>(ngx_pnalloc(cf->pool, text->len + 1 + NGX_INT_T_LEN));
    if (text->data == nullptr) {
        return NGX_ERROR;
    }

    (void)ngx_http_oauth2_rs_put_server(cf, cscf, text->data);

    return NGX_OK;
}

/* How long the text is; it is written where `text` is not nullptr. */
static size_t ngx_http_oauth2_rs_put_server(ngx_conf_t *cf, const ngx_http_core_srv_conf_t *cscf,
                                            u_char *text) {
    size_t len;
    ngx_uint_t i, j;
    const ngx_http_conf_port_t *port;
    const ngx_http_conf_addr_t *addr;
    ngx_http_core_main_conf_t *cmcf;
    const auto *name = static_cast<const ngx_http_server_name_t *>(cscf->server_names.elts);

    cmcf = static_cast<ngx_http_core_main_conf_t *>(
        ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module));
    port = static_cast<const ngx_http_conf_port_t *>(cmcf->ports->elts);
    len = ngx_http_oauth2_rs_put_number(cscf->server_names.nelts, ' ', text, 0);

    for (i = 0; i < cscf->server_names.nelts; i++) {
        len = ngx_http_oauth2_rs_put_word(&name[i].name, text, len);
    }

    for (i = 0; i < cmcf->ports->nelts; i++) {
        addr = static_cast<const ngx_http_conf_addr_t *>(port[i].addrs.elts);

        for (j = 0; j < port[i].addrs.nelts; j++) {
            len = ngx_http_oauth2_rs_put_address(&addr[j], cscf, text, len);
        }
    }

    return len;
}

static size_t ngx_http_oauth2_rs_put_address(const ngx_http_conf_addr_t *addr,
                                             const ngx_http_core_srv_conf_t *cscf, u_char *text,
                                             size_t len) {
    ngx_uint_t i;
    const auto *server = static_cast<ngx_http_core_srv_conf_t *const *>(addr->servers.elts);

    for (i = 0; i < addr->servers.nelts; i++) {
        if (server[i] == cscf) {
            len = ngx_http_oauth2_rs_put_word(&addr->opt.addr_text, text, len);
        }
    }

    return len;
}

/* With its length before it: what stands in a name must not pass for another one, or an address. */
static size_t ngx_http_oauth2_rs_put_word(const ngx_str_t *word, u_char *text, size_t len) {
    len = ngx_http_oauth2_rs_put_number(word->len, ':', text, len);

    if (text != nullptr) {
        *ngx_cpymem(text + len, word->data, word->len) = ' ';
    }

    return len + word->len + 1;
}

static size_t ngx_http_oauth2_rs_put_number(ngx_uint_t number, u_char end, u_char *text,
                                            size_t len) {
    u_char digits[NGX_INT_T_LEN + 1];
    const auto size = static_cast<size_t>(ngx_sprintf(digits, "%ui%c", number, end) - digits);

    if (text != nullptr) {
        ngx_memcpy(text + len, digits, size);
    }

    return len + size;
}

/* NGINX lets servers have the same names and addresses, and sends most requests to the first. */
static ngx_int_t ngx_http_oauth2_rs_look_for_twins(ngx_conf_t *cf,
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

        } else if (ngx_http_oauth2_rs_same_names(server[i], cscf)) {
            if (ngx_http_oauth2_rs_describe_server(cf, server[i], &other) != NGX_OK) {
                return NGX_ERROR;
            }

            identity->twin |= other.len == identity->text.len &&
                              ngx_memcmp(other.data, identity->text.data, other.len) == 0;
        }
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
