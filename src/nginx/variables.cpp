#include "nginx/variables.h"

#include "nginx/access.h"
#include "nginx/host.h"

static ngx_int_t ngx_http_oauth2_rs_path_variable(ngx_http_request_t *r,
                                                  ngx_http_variable_value_t *v, uintptr_t data);
static oauth2_rs_resolution_t *ngx_http_oauth2_rs_granted(ngx_http_request_t *r);
static ngx_int_t ngx_http_oauth2_rs_show(ngx_http_variable_value_t *v, oauth2_rs_text_t text);
static ngx_array_t *ngx_http_oauth2_rs_path(ngx_conf_t *cf, const ngx_str_t *names, ngx_uint_t n);

static const oauth2_rs_text_t ngx_http_oauth2_rs_nothing = {nullptr, 0};

/* NGINX keeps what a variable's handler needs as an integer. */
template <typename T>
static const T *ngx_http_oauth2_rs_pointer(uintptr_t data) {
    return reinterpret_cast<const T *>(data);  // NOLINT(performance-no-int-to-ptr)
}

ngx_int_t ngx_http_oauth2_rs_value_variable(ngx_http_request_t *r, ngx_http_variable_value_t *v,
                                            uintptr_t data) {
    oauth2_rs_resolution_t *resolution = ngx_http_oauth2_rs_granted(r);

    if (resolution == nullptr) {
        return ngx_http_oauth2_rs_show(v, ngx_http_oauth2_rs_nothing);
    }

    return ngx_http_oauth2_rs_show(
        v, oauth2_rs_value(resolution, static_cast<oauth2_rs_value_t>(data)));
}

ngx_int_t ngx_http_oauth2_rs_claim_variable(ngx_http_request_t *r, ngx_http_variable_value_t *v,
                                            uintptr_t data) {
    const auto *name = ngx_http_oauth2_rs_pointer<ngx_str_t>(data);
    const size_t prefix = sizeof("oauth2_claim_") - 1;
    oauth2_rs_text_t claim = ngx_http_oauth2_rs_text(name);
    oauth2_rs_resolution_t *resolution = ngx_http_oauth2_rs_granted(r);

    if (resolution == nullptr) {
        return ngx_http_oauth2_rs_show(v, ngx_http_oauth2_rs_nothing);
    }

    claim.data += prefix;
    claim.len -= prefix;

    return ngx_http_oauth2_rs_show(v, oauth2_rs_claim(resolution, &claim, 1));
}

static ngx_int_t ngx_http_oauth2_rs_path_variable(ngx_http_request_t *r,
                                                  ngx_http_variable_value_t *v, uintptr_t data) {
    const auto *path = ngx_http_oauth2_rs_pointer<ngx_array_t>(data);
    oauth2_rs_resolution_t *resolution = ngx_http_oauth2_rs_granted(r);

    if (resolution == nullptr) {
        return ngx_http_oauth2_rs_show(v, ngx_http_oauth2_rs_nothing);
    }

    return ngx_http_oauth2_rs_show(
        v, oauth2_rs_claim(resolution, static_cast<oauth2_rs_text_t *>(path->elts), path->nelts));
}

ngx_int_t ngx_http_oauth2_rs_error_variable(ngx_http_request_t *r, ngx_http_variable_value_t *v,
                                            uintptr_t /*data*/) {
    ngx_http_oauth2_rs_ctx_t *ctx = ngx_http_oauth2_rs_get_ctx(r);

    return ngx_http_oauth2_rs_show(v, ctx == nullptr ? ngx_http_oauth2_rs_nothing : ctx->error);
}

ngx_int_t ngx_http_oauth2_rs_reason_variable(ngx_http_request_t *r, ngx_http_variable_value_t *v,
                                             uintptr_t /*data*/) {
    ngx_http_oauth2_rs_ctx_t *ctx = ngx_http_oauth2_rs_get_ctx(r);

    return ngx_http_oauth2_rs_show(v, ctx == nullptr ? ngx_http_oauth2_rs_nothing : ctx->reason);
}

ngx_int_t ngx_http_oauth2_rs_cache_status_variable(ngx_http_request_t *r,
                                                   ngx_http_variable_value_t *v,
                                                   uintptr_t /*data*/) {
    ngx_http_oauth2_rs_ctx_t *ctx = ngx_http_oauth2_rs_get_ctx(r);

    if (ctx == nullptr || ctx->resolution == nullptr) {
        return ngx_http_oauth2_rs_show(v, ngx_http_oauth2_rs_nothing);
    }

    return ngx_http_oauth2_rs_show(v, oauth2_rs_cache_status(ctx->resolution));
}

/* Known as soon as a resolver was asked, whatever it said: a refusal may be about it. */
ngx_int_t ngx_http_oauth2_rs_thumbprint_variable(ngx_http_request_t *r,
                                                 ngx_http_variable_value_t *v, uintptr_t /*data*/) {
    oauth2_rs_host_t host = ngx_http_oauth2_rs_host(r->main);
    ngx_http_oauth2_rs_ctx_t *ctx = ngx_http_oauth2_rs_get_ctx(r);

    if (ctx == nullptr || ctx->resolution == nullptr) {
        return ngx_http_oauth2_rs_show(v, ngx_http_oauth2_rs_nothing);
    }

    return ngx_http_oauth2_rs_show(v, oauth2_rs_client_thumbprint(ctx->resolution, &host));
}

/* The resolution whose claims may be shown where the main request is now, or nullptr. */
static oauth2_rs_resolution_t *ngx_http_oauth2_rs_granted(ngx_http_request_t *r) {
    ngx_http_oauth2_rs_ctx_t *ctx;
    ngx_http_oauth2_rs_loc_conf_t *conf;

    // Not looked for beyond a redirect: that is for the access phase of the new location to do.
    ctx = static_cast<ngx_http_oauth2_rs_ctx_t *>(
        ngx_http_get_module_ctx(r->main, ngx_http_oauth2_rs_module));
    if (ctx == nullptr || !ctx->granted) {
        return nullptr;
    }

    conf = static_cast<ngx_http_oauth2_rs_loc_conf_t *>(
        ngx_http_get_module_loc_conf(r->main, ngx_http_oauth2_rs_module));

    if (conf->resolver != nullptr && conf->resolver != ctx->resolver) {
        return nullptr;
    }

    return ctx->resolution;
}

/* Nothing is "not found", as with NGINX's own variables: logs show "-", headers are left out. */
static ngx_int_t ngx_http_oauth2_rs_show(ngx_http_variable_value_t *v, oauth2_rs_text_t text) {
    ngx_memzero(v, sizeof(ngx_http_variable_value_t));

    if (text.len == 0) {
        v->not_found = 1;
        return NGX_OK;
    }

    v->valid = 1;
    v->len = text.len;
    v->data = reinterpret_cast<u_char *>(const_cast<char *>(text.data));

    return NGX_OK;
}

char *ngx_http_oauth2_rs_claim_set(ngx_conf_t *cf, ngx_command_t * /*cmd*/, void * /*conf*/) {
    ngx_str_t name;
    ngx_array_t *path;
    ngx_http_variable_t *var;
    auto *value = static_cast<ngx_str_t *>(cf->args->elts);
    auto *failed = static_cast<char *>(NGX_CONF_ERROR);

    name = value[1];

    if (name.len < 2 || name.data[0] != '$') {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "invalid variable name \"%V\"", &name);
        return failed;
    }

    name.len--;
    name.data++;

    var = ngx_http_add_variable(cf, &name, NGX_HTTP_VAR_NOCACHEABLE);
    if (var == nullptr) {
        return failed;
    }

    // A changeable variable of another directive is handed out too; taking it over would break
    // that.
    if (var->get_handler != nullptr) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "the duplicate \"%V\" variable", &name);
        return failed;
    }

    path = ngx_http_oauth2_rs_path(cf, &value[2], cf->args->nelts - 2);
    if (path == nullptr) {
        return failed;
    }

    var->get_handler = ngx_http_oauth2_rs_path_variable;
    var->data = reinterpret_cast<uintptr_t>(path);

    return NGX_CONF_OK;
}

static ngx_array_t *ngx_http_oauth2_rs_path(ngx_conf_t *cf, const ngx_str_t *names, ngx_uint_t n) {
    ngx_uint_t i;
    ngx_array_t *path;
    oauth2_rs_text_t *member;

    path = ngx_array_create(cf->pool, n, sizeof(oauth2_rs_text_t));
    if (path == nullptr) {
        return nullptr;
    }

    member = static_cast<oauth2_rs_text_t *>(ngx_array_push_n(path, n));
    if (member == nullptr) {
        return nullptr;
    }

    for (i = 0; i < n; i++) {
        member[i] = ngx_http_oauth2_rs_text(&names[i]);
    }

    return path;
}
