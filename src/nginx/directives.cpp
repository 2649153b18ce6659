#include "nginx/directives.h"

#include "nginx/arguments.h"
#include "nginx/endpoint.h"

static char *ngx_http_oauth2_rs_set_text(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
static char *ngx_http_oauth2_rs_set_texts(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
static void ngx_http_oauth2_rs_warn_of_variables(ngx_conf_t *cf, const ngx_command_t *cmd);
static ngx_uint_t ngx_http_oauth2_rs_names_client_variable(const ngx_str_t *text);

char *ngx_http_oauth2_rs_set_word(ngx_conf_t *cf, ngx_command_t *cmd, void *conf) {
    ngx_uint_t i;
    u_char text[NGX_MAX_CONF_ERRSTR], *p;
    auto *field = reinterpret_cast<ngx_uint_t *>(static_cast<char *>(conf) + cmd->offset);
    auto *value = static_cast<ngx_str_t *>(cf->args->elts);
    auto *words = static_cast<ngx_conf_enum_t *>(cmd->post);

    if (*field != NGX_CONF_UNSET_UINT) {
        return ngx_http_oauth2_rs_duplicate;
    }

    if (ngx_http_oauth2_rs_restores_default(cf)) {
        *field = words[0].value;
        return NGX_CONF_OK;
    }

    p = text;

    for (i = 0; words[i].name.len != 0; i++) {
        if (words[i].name.len == value[1].len &&
            ngx_strcasecmp(words[i].name.data, value[1].data) == 0) {
            *field = words[i].value;
            return NGX_CONF_OK;
        }

        p = ngx_slprintf(p, text + sizeof(text), "%s%V", i == 0 ? "" : ", ", &words[i].name);
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "%V: invalid value \"%V\", use one of %*s", &cmd->name,
                       &value[1], p - text, text);

    return ngx_http_oauth2_rs_failed;
}

/* A text as it is; the ngx_str_t at cmd->offset. */
static char *ngx_http_oauth2_rs_set_text(ngx_conf_t *cf, ngx_command_t *cmd, void *conf) {
    auto *field = reinterpret_cast<ngx_str_t *>(static_cast<char *>(conf) + cmd->offset);
    auto *value = static_cast<ngx_str_t *>(cf->args->elts);

    if (field->data != nullptr) {
        return ngx_http_oauth2_rs_duplicate;
    }

    *field = value[1];

    return NGX_CONF_OK;
}

/* One or more texts; the ngx_array_t * at cmd->offset. */
static char *ngx_http_oauth2_rs_set_texts(ngx_conf_t *cf, ngx_command_t *cmd, void *conf) {
    char *rv;
    ngx_uint_t i;
    oauth2_rs_text_t *text;
    auto *list = reinterpret_cast<ngx_array_t **>(static_cast<char *>(conf) + cmd->offset);
    auto *value = static_cast<ngx_str_t *>(cf->args->elts);

    rv = ngx_http_oauth2_rs_start_list(cf, list, sizeof(oauth2_rs_text_t));
    if (rv != NGX_CONF_OK || *list == nullptr) {
        return rv;
    }

    for (i = 1; i < cf->args->nelts; i++) {
        text = static_cast<oauth2_rs_text_t *>(ngx_array_push(*list));
        if (text == nullptr) {
            return ngx_http_oauth2_rs_failed;
        }

        *text = ngx_http_oauth2_rs_text(&value[i]);
    }

    return NGX_CONF_OK;
}

char *ngx_http_oauth2_rs_set_issuer(ngx_conf_t *cf, ngx_command_t *cmd, void *conf) {
    ngx_http_oauth2_rs_warn_of_variables(cf, cmd);

    return ngx_http_oauth2_rs_set_text(cf, cmd, conf);
}

char *ngx_http_oauth2_rs_set_audience(ngx_conf_t *cf, ngx_command_t *cmd, void *conf) {
    ngx_http_oauth2_rs_warn_of_variables(cf, cmd);

    return ngx_http_oauth2_rs_set_texts(cf, cmd, conf);
}

/* These arguments are taken to the letter; whoever writes a variable expects otherwise. */
static void ngx_http_oauth2_rs_warn_of_variables(ngx_conf_t *cf, const ngx_command_t *cmd) {
    ngx_uint_t i;
    auto *value = static_cast<ngx_str_t *>(cf->args->elts);

    for (i = 1; i < cf->args->nelts; i++) {
        if (ngx_strlchr(value[i].data, value[i].data + value[i].len, '$') != nullptr) {
            ngx_conf_log_error(NGX_LOG_WARN, cf, 0,
                               "%V: \"%V\" is taken to the letter, variables are not replaced here",
                               &cmd->name, &value[i]);
        }
    }
}

char *ngx_http_oauth2_rs_set_realm(ngx_conf_t *cf, ngx_command_t * /*cmd*/, void *conf) {
    auto *olcf = static_cast<ngx_http_oauth2_rs_loc_conf_t *>(conf);
    auto *value = static_cast<ngx_str_t *>(cf->args->elts);

    if (olcf->realm != NGX_CONF_UNSET_PTR) {
        return ngx_http_oauth2_rs_duplicate;
    }

    if (ngx_http_oauth2_rs_restores_default(cf)) {
        olcf->realm = nullptr;
        return NGX_CONF_OK;
    }

    return ngx_http_oauth2_rs_compile_new(cf, &value[1], &olcf->realm);
}

char *ngx_http_oauth2_rs_set_client_certificate(ngx_conf_t *cf, ngx_command_t *cmd, void *conf) {
    auto *olcf = static_cast<ngx_http_oauth2_rs_loc_conf_t *>(conf);
    auto *value = static_cast<ngx_str_t *>(cf->args->elts);

    if (olcf->certificate != NGX_CONF_UNSET_PTR) {
        return ngx_http_oauth2_rs_duplicate;
    }

    if (ngx_http_oauth2_rs_restores_default(cf) || ngx_strcmp(value[1].data, "tls") == 0) {
        olcf->certificate = nullptr;
        return NGX_CONF_OK;
    }

    if (ngx_http_oauth2_rs_names_client_variable(&value[1])) {
        ngx_conf_log_error(NGX_LOG_WARN, cf, 0,
                           "%V depends on \"%V\": a client can set this and so claim any "
                           "certificate; let it count only from the proxy's addresses (a geo over "
                           "$realip_remote_addr and a map)",
                           &cmd->name, &value[1]);
    }

    return ngx_http_oauth2_rs_compile_new(cf, &value[1], &olcf->certificate);
}

char *ngx_http_oauth2_rs_set_scope(ngx_conf_t *cf, ngx_command_t * /*cmd*/, void *conf) {
    char *rv;
    ngx_uint_t i;
    oauth2_rs_reporter_t reporter = ngx_http_oauth2_rs_line_reporter(cf);
    ngx_http_complex_value_t *scope;
    auto *olcf = static_cast<ngx_http_oauth2_rs_loc_conf_t *>(conf);
    auto *value = static_cast<ngx_str_t *>(cf->args->elts);

    rv = ngx_http_oauth2_rs_start_list(cf, &olcf->scopes, sizeof(ngx_http_complex_value_t));
    if (rv != NGX_CONF_OK || olcf->scopes == nullptr) {
        return rv;
    }

    for (i = 1; i < cf->args->nelts; i++) {
        scope = static_cast<ngx_http_complex_value_t *>(ngx_array_push(olcf->scopes));
        if (scope == nullptr || ngx_http_oauth2_rs_compile(cf, &value[i], scope) != NGX_OK) {
            return ngx_http_oauth2_rs_failed;
        }

        if (scope->lengths == nullptr) {
            oauth2_rs_warn_of_scope(ngx_http_oauth2_rs_text(&value[i]), &reporter);
        }
    }

    return NGX_CONF_OK;
}

char *ngx_http_oauth2_rs_set_bypass(ngx_conf_t *cf, ngx_command_t *cmd, void *conf) {
    char *rv;
    ngx_uint_t i;
    auto *olcf = static_cast<ngx_http_oauth2_rs_loc_conf_t *>(conf);
    auto *value = static_cast<ngx_str_t *>(cf->args->elts);

    rv = ngx_http_oauth2_rs_extend_list(cf, &olcf->bypass, sizeof(ngx_http_complex_value_t));
    if (rv != NGX_CONF_OK || olcf->bypass == nullptr) {
        return rv;
    }

    for (i = 1; i < cf->args->nelts; i++) {
        if (ngx_http_oauth2_rs_names_client_variable(&value[i])) {
            ngx_conf_log_error(NGX_LOG_WARN, cf, 0,
                               "%V depends on \"%V\": a client can set this and so leave out the "
                               "check; use a map over what a client can't choose",
                               &cmd->name, &value[i]);
        }
    }

    return ngx_http_set_predicate_slot(cf, cmd, conf);
}

char *ngx_http_oauth2_rs_set_store(ngx_conf_t *cf, ngx_command_t *cmd, void *conf) {
    char *rv;
    ngx_str_t uri;
    ngx_uint_t i, n;
    oauth2_rs_text_t *parameters;
    oauth2_rs_reporter_t reporter = ngx_http_oauth2_rs_line_reporter(cf);
    oauth2_rs_store_settings_t *store;
    auto *olcf = static_cast<ngx_http_oauth2_rs_loc_conf_t *>(conf);
    auto *value = static_cast<ngx_str_t *>(cf->args->elts);

    rv = ngx_http_oauth2_rs_extend_list(cf, &olcf->stores, sizeof(oauth2_rs_store_settings_t));
    if (rv != NGX_CONF_OK || olcf->stores == nullptr) {
        return rv;
    }

    n = cf->args->nelts - 2;
    store = static_cast<oauth2_rs_store_settings_t *>(ngx_array_push(olcf->stores));
    parameters =
        static_cast<oauth2_rs_text_t *>(ngx_palloc(cf->pool, n * sizeof(oauth2_rs_text_t)));
    if (store == nullptr || parameters == nullptr) {
        return ngx_http_oauth2_rs_failed;
    }

    for (i = 0; i < n; i++) {
        parameters[i] = ngx_http_oauth2_rs_text(&value[i + 2]);
    }

    store->type = ngx_http_oauth2_rs_text(&value[1]);
    store->parameters = parameters;
    store->parameter_count = n;

    if (ngx_http_oauth2_rs_store_uri(store, &uri) &&
        !ngx_http_oauth2_rs_check_uri(cf, &cmd->name, &uri)) {
        return ngx_http_oauth2_rs_failed;
    }

    return oauth2_rs_check_store(store, &reporter) ? NGX_CONF_OK : ngx_http_oauth2_rs_failed;
}

char *ngx_http_oauth2_rs_set_secret(ngx_conf_t *cf, ngx_command_t *cmd, void *conf) {
    oauth2_rs_reporter_t reporter = ngx_http_oauth2_rs_line_reporter(cf);
    auto *value = static_cast<ngx_str_t *>(cf->args->elts);

    if (!ngx_http_oauth2_rs_restores_default(cf) &&
        !oauth2_rs_check_secret_id(ngx_http_oauth2_rs_text(&cmd->name),
                                   ngx_http_oauth2_rs_text(&value[1]), &reporter)) {
        return ngx_http_oauth2_rs_failed;
    }

    return ngx_http_oauth2_rs_set_text(cf, cmd, conf);
}

char *ngx_http_oauth2_rs_set_algorithms(ngx_conf_t *cf, ngx_command_t *cmd, void *conf) {
    ngx_uint_t i;
    oauth2_rs_reporter_t reporter = ngx_http_oauth2_rs_line_reporter(cf);
    auto *value = static_cast<ngx_str_t *>(cf->args->elts);

    if (!ngx_http_oauth2_rs_restores_default(cf)) {
        for (i = 1; i < cf->args->nelts; i++) {
            if (!oauth2_rs_check_algorithm(ngx_http_oauth2_rs_text(&value[i]), &reporter)) {
                return ngx_http_oauth2_rs_failed;
            }
        }
    }

    return ngx_http_oauth2_rs_set_texts(cf, cmd, conf);
}

char *ngx_http_oauth2_rs_set_introspection_endpoint(ngx_conf_t *cf, ngx_command_t *cmd,
                                                    void *conf) {
    auto *value = static_cast<ngx_str_t *>(cf->args->elts);

    if (!ngx_http_oauth2_rs_restores_default(cf) &&
        !ngx_http_oauth2_rs_check_uri(cf, &cmd->name, &value[1])) {
        return ngx_http_oauth2_rs_failed;
    }

    return ngx_http_oauth2_rs_set_text(cf, cmd, conf);
}

char *ngx_http_oauth2_rs_set_skew(ngx_conf_t *cf, ngx_command_t *cmd, void *conf) {
    ngx_str_t text;
    oauth2_rs_reporter_t reporter = ngx_http_oauth2_rs_line_reporter(cf);
    auto *olcf = static_cast<ngx_http_oauth2_rs_loc_conf_t *>(conf);

    if (olcf->skew_ms != NGX_CONF_UNSET) {
        return ngx_http_oauth2_rs_duplicate;
    }

    if (ngx_http_oauth2_rs_restores_default(cf)) {
        olcf->skew_ms = 0;
        return NGX_CONF_OK;
    }

    if (ngx_http_oauth2_rs_join(cf, &text) != NGX_OK) {
        return ngx_http_oauth2_rs_failed;
    }

    if (!oauth2_rs_parse_duration(ngx_http_oauth2_rs_text(&cmd->name),
                                  ngx_http_oauth2_rs_text(&text), &olcf->skew_ms, &reporter)) {
        return ngx_http_oauth2_rs_failed;
    }

    return NGX_CONF_OK;
}

/* NGINX takes variable names in any case and in braces. */
static ngx_uint_t ngx_http_oauth2_rs_names_client_variable(const ngx_str_t *text) {
    u_char *p, *last;
    ngx_uint_t i;
    static ngx_str_t prefixes[] = {ngx_string("http_"), ngx_string("arg_"), ngx_string("cookie_")};

    last = text->data + text->len;

    for (p = text->data; p < last; p++) {
        if (*p != '$') {
            continue;
        }

        if (p + 1 < last && p[1] == '{') {
            p++;
        }

        for (i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
            if (static_cast<size_t>(last - p - 1) >= prefixes[i].len &&
                ngx_strncasecmp(p + 1, prefixes[i].data, prefixes[i].len) == 0) {
                return 1;
            }
        }
    }

    return 0;
}
