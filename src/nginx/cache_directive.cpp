#include "nginx/cache_directive.h"

#include "nginx/arguments.h"
#include "nginx/cache_zone.h"

static char *ngx_http_oauth2_rs_set_cache_parameter(ngx_conf_t *cf, ngx_str_t *parameter,
                                                    ngx_http_oauth2_rs_loc_conf_t *conf);
static char *ngx_http_oauth2_rs_set_cache_zone(ngx_conf_t *cf, ngx_str_t value,
                                               ngx_http_oauth2_rs_loc_conf_t *conf);
static char *ngx_http_oauth2_rs_set_cache_time(ngx_conf_t *cf, const char *name, ngx_str_t value,
                                               int64_t *milliseconds);
static ngx_int_t ngx_http_oauth2_rs_cut_name(ngx_str_t *parameter, const char *name);

char *ngx_http_oauth2_rs_set_cache(ngx_conf_t *cf, ngx_command_t *cmd, void *conf) {
    char *rv;
    ngx_uint_t i;
    auto *olcf = static_cast<ngx_http_oauth2_rs_loc_conf_t *>(conf);
    auto *value = static_cast<ngx_str_t *>(cf->args->elts);

    if (olcf->cache_zone != NGX_CONF_UNSET_PTR) {
        return ngx_http_oauth2_rs_duplicate;
    }

    olcf->cache_zone = nullptr;
    olcf->cache_default_ms = 60 * 1000;
    olcf->cache_most_ms = 0;

    if (ngx_http_oauth2_rs_restores_default(cf) ||
        (cf->args->nelts == 2 && ngx_strcmp(value[1].data, "off") == 0)) {
        return NGX_CONF_OK;
    }

    for (i = 1; i < cf->args->nelts; i++) {
        rv = ngx_http_oauth2_rs_set_cache_parameter(cf, &value[i], olcf);
        if (rv != NGX_CONF_OK) {
            return rv;
        }
    }

    if (olcf->cache_zone == nullptr) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"%V\" needs zone=NAME:SIZE or zone=NAME",
                           &cmd->name);
        return ngx_http_oauth2_rs_failed;
    }

    return NGX_CONF_OK;
}

ngx_int_t ngx_http_oauth2_rs_check_cache_zones(ngx_conf_t *cf) {
    ngx_uint_t i;
    ngx_shm_zone_t **zone;
    ngx_http_oauth2_rs_main_conf_t *omcf;

    omcf = static_cast<ngx_http_oauth2_rs_main_conf_t *>(
        ngx_http_conf_get_module_main_conf(cf, ngx_http_oauth2_rs_module));
    zone = static_cast<ngx_shm_zone_t **>(omcf->cache_zones->elts);

    for (i = 0; i < omcf->cache_zones->nelts; i++) {
        if (zone[i]->shm.size == 0) {
            ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                          "oauth2_cache: zone \"%V\" has no size, write it once as "
                          "zone=%V:SIZE",
                          &zone[i]->shm.name, &zone[i]->shm.name);
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}

static char *ngx_http_oauth2_rs_set_cache_parameter(ngx_conf_t *cf, ngx_str_t *parameter,
                                                    ngx_http_oauth2_rs_loc_conf_t *conf) {
    ngx_str_t value = *parameter;

    if (ngx_http_oauth2_rs_cut_name(&value, "zone=") == NGX_OK) {
        return ngx_http_oauth2_rs_set_cache_zone(cf, value, conf);
    }

    if (ngx_http_oauth2_rs_cut_name(&value, "default_timeout=") == NGX_OK) {
        return ngx_http_oauth2_rs_set_cache_time(cf, "oauth2_cache: default_timeout", value,
                                                 &conf->cache_default_ms);
    }

    if (ngx_http_oauth2_rs_cut_name(&value, "max_timeout=") == NGX_OK) {
        return ngx_http_oauth2_rs_set_cache_time(cf, "oauth2_cache: max_timeout", value,
                                                 &conf->cache_most_ms);
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "oauth2_cache: invalid parameter \"%V\", it must be off alone, or zone=, "
                       "default_timeout= and max_timeout=",
                       parameter);

    return ngx_http_oauth2_rs_failed;
}

static char *ngx_http_oauth2_rs_set_cache_zone(ngx_conf_t *cf, ngx_str_t value,
                                               ngx_http_oauth2_rs_loc_conf_t *conf) {
    u_char *colon;
    ssize_t size = 0;
    ngx_str_t text;
    ngx_shm_zone_t **zone;
    ngx_http_oauth2_rs_main_conf_t *omcf;

    omcf = static_cast<ngx_http_oauth2_rs_main_conf_t *>(
        ngx_http_conf_get_module_main_conf(cf, ngx_http_oauth2_rs_module));

    colon = ngx_strlchr(value.data, value.data + value.len, ':');

    if (colon != nullptr) {
        text.data = colon + 1;
        text.len = static_cast<size_t>(value.data + value.len - text.data);
        value.len = static_cast<size_t>(colon - value.data);
        size = ngx_parse_size(&text);
    }

    if (value.len == 0 || size < 0 || (colon != nullptr && size == 0) ||
        conf->cache_zone != nullptr) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "oauth2_cache: invalid zone, write one zone=NAME:SIZE, as in "
                           "zone=tokens:10m");
        return ngx_http_oauth2_rs_failed;
    }

    zone = static_cast<ngx_shm_zone_t **>(ngx_array_push(omcf->cache_zones));
    conf->cache_zone = ngx_http_oauth2_rs_cache_zone(cf, &value, static_cast<size_t>(size));
    if (zone == nullptr || conf->cache_zone == nullptr) {
        return ngx_http_oauth2_rs_failed;
    }

    *zone = conf->cache_zone;

    return NGX_CONF_OK;
}

static char *ngx_http_oauth2_rs_set_cache_time(ngx_conf_t *cf, const char *name, ngx_str_t value,
                                               int64_t *milliseconds) {
    oauth2_rs_reporter_t reporter = ngx_http_oauth2_rs_line_reporter(cf);
    oauth2_rs_text_t directive = {name, ngx_strlen(name)};

    if (!oauth2_rs_parse_duration(directive, ngx_http_oauth2_rs_text(&value), milliseconds,
                                  &reporter)) {
        return ngx_http_oauth2_rs_failed;
    }

    if (*milliseconds == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "%s can't be zero, write oauth2_cache off to cache nothing", name);
        return ngx_http_oauth2_rs_failed;
    }

    return NGX_CONF_OK;
}

static ngx_int_t ngx_http_oauth2_rs_cut_name(ngx_str_t *parameter, const char *name) {
    size_t len = ngx_strlen(name);

    if (ngx_strncmp(parameter->data, name, len) != 0) {
        return NGX_DECLINED;
    }

    parameter->data += len;
    parameter->len -= len;

    return NGX_OK;
}
