#include "nginx/arguments.h"

static void ngx_http_oauth2_rs_report_line(void *host, oauth2_rs_severity_t severity,
                                           oauth2_rs_text_t message);

char ngx_http_oauth2_rs_duplicate[] = "is duplicate";

static char ngx_http_oauth2_rs_not_alone[] =
    "takes \"\" only where it is the one such directive of its level";

ngx_uint_t ngx_http_oauth2_rs_restores_default(ngx_conf_t *cf) {
    auto *value = static_cast<ngx_str_t *>(cf->args->elts);

    return cf->args->nelts == 2 && value[1].len == 0;
}

char *ngx_http_oauth2_rs_start_list(ngx_conf_t *cf, ngx_array_t **list, size_t size) {
    ngx_uint_t i;
    auto *value = static_cast<ngx_str_t *>(cf->args->elts);

    if (*list != NGX_CONF_UNSET_PTR) {
        return ngx_http_oauth2_rs_duplicate;
    }

    if (ngx_http_oauth2_rs_restores_default(cf)) {
        *list = nullptr;
        return NGX_CONF_OK;
    }

    for (i = 1; i < cf->args->nelts; i++) {
        if (value[i].len == 0) {
            return ngx_http_oauth2_rs_not_alone;
        }
    }

    *list = ngx_array_create(cf->pool, cf->args->nelts - 1, size);

    return *list == nullptr ? ngx_http_oauth2_rs_failed : NGX_CONF_OK;
}

char *ngx_http_oauth2_rs_extend_list(ngx_conf_t *cf, ngx_array_t **list, size_t size) {
    if (ngx_http_oauth2_rs_restores_default(cf)) {
        if (*list != NGX_CONF_UNSET_PTR) {
            return ngx_http_oauth2_rs_not_alone;
        }

        *list = nullptr;
        return NGX_CONF_OK;
    }

    if (*list == nullptr) {
        return ngx_http_oauth2_rs_not_alone;
    }

    if (*list == NGX_CONF_UNSET_PTR) {
        *list = ngx_array_create(cf->pool, 2, size);
    }

    return *list == nullptr ? ngx_http_oauth2_rs_failed : NGX_CONF_OK;
}

ngx_int_t ngx_http_oauth2_rs_compile(ngx_conf_t *cf, ngx_str_t *text,
                                     ngx_http_complex_value_t *value) {
    ngx_http_compile_complex_value_t ccv;

    ngx_memzero(&ccv, sizeof(ngx_http_compile_complex_value_t));

    ccv.cf = cf;
    ccv.value = text;
    ccv.complex_value = value;

    return ngx_http_compile_complex_value(&ccv);
}

ngx_int_t ngx_http_oauth2_rs_join(ngx_conf_t *cf, ngx_str_t *joined) {
    u_char *p;
    size_t len;
    ngx_uint_t i;
    auto *value = static_cast<ngx_str_t *>(cf->args->elts);

    len = 0;
    for (i = 1; i < cf->args->nelts; i++) {
        len += value[i].len + 1;
    }

    p = static_cast<u_char *>(ngx_pnalloc(cf->pool, len));
    if (p == nullptr) {
        return NGX_ERROR;
    }

    joined->data = p;
    joined->len = len - 1;

    for (i = 1; i < cf->args->nelts; i++) {
        p = ngx_cpymem(p, value[i].data, value[i].len);
        *p++ = ' ';
    }

    return NGX_OK;
}

ngx_uint_t ngx_http_oauth2_rs_check_uri(ngx_conf_t *cf, const ngx_str_t *directive,
                                        const ngx_str_t *uri) {
    size_t i;

    if (cf->cmd_type == NGX_HTTP_MAIN_CONF) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "%V: \"%V\" means a location, which belongs to a server: move the "
                           "directive into the server",
                           directive, uri);
        return 0;
    }

    for (i = 0; i < uri->len; i++) {
        if (uri->data[i] <= ' ' || uri->data[i] == '?' || uri->data[i] == '#' ||
            uri->data[i] == '$') {
            break;
        }
    }

    if (uri->len == 0 || uri->data[0] != '/' || i < uri->len) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "%V: \"%V\" is no URI of a location: write the text that stands behind "
                           "\"location =\", without arguments and variables",
                           directive, uri);
        return 0;
    }

    return 1;
}

oauth2_rs_reporter_t ngx_http_oauth2_rs_line_reporter(ngx_conf_t *cf) {
    return {ngx_http_oauth2_rs_report_line, cf};
}

static void ngx_http_oauth2_rs_report_line(void *host, oauth2_rs_severity_t severity,
                                           oauth2_rs_text_t message) {
    ngx_conf_log_error(severity == OAUTH2_RS_WARN ? NGX_LOG_WARN : NGX_LOG_EMERG,
                       static_cast<ngx_conf_t *>(host), 0, "%*s", message.len, message.data);
}

char *ngx_http_oauth2_rs_compile_new(ngx_conf_t *cf, ngx_str_t *text,
                                     ngx_http_complex_value_t **value) {
    *value = static_cast<ngx_http_complex_value_t *>(
        ngx_palloc(cf->pool, sizeof(ngx_http_complex_value_t)));
    if (*value == nullptr || ngx_http_oauth2_rs_compile(cf, text, *value) != NGX_OK) {
        return ngx_http_oauth2_rs_failed;
    }

    return NGX_CONF_OK;
}
