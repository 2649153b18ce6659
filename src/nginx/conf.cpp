#include "nginx/conf.h"

#include "nginx/client_certificate.h"
#include "nginx/endpoint.h"

static void ngx_http_oauth2_rs_registry_cleanup(void *data);
static void ngx_http_oauth2_rs_merge_cache(ngx_http_oauth2_rs_loc_conf_t *conf,
                                           const ngx_http_oauth2_rs_loc_conf_t *prev);
static ngx_int_t ngx_http_oauth2_rs_build_resolver(ngx_conf_t *cf,
                                                   ngx_http_oauth2_rs_loc_conf_t *conf);
static ngx_int_t ngx_http_oauth2_rs_demand_certificate(ngx_conf_t *cf,
                                                       const ngx_http_oauth2_rs_loc_conf_t *conf);
static void ngx_http_oauth2_rs_fill_lists(const ngx_http_oauth2_rs_loc_conf_t *conf,
                                          oauth2_rs_settings_t *settings);
static void ngx_http_oauth2_rs_report_level(void *host, oauth2_rs_severity_t severity,
                                            oauth2_rs_text_t message);

void *ngx_http_oauth2_rs_create_main_conf(ngx_conf_t *cf) {
    ngx_pool_cleanup_t *cln;
    ngx_http_oauth2_rs_main_conf_t *conf;

    conf = static_cast<ngx_http_oauth2_rs_main_conf_t *>(
        ngx_pcalloc(cf->pool, sizeof(ngx_http_oauth2_rs_main_conf_t)));
    if (conf == nullptr) {
        return nullptr;
    }

    cln = ngx_pool_cleanup_add(cf->pool, 0);
    if (cln == nullptr) {
        return nullptr;
    }

    conf->registry = oauth2_rs_registry_create();
    if (conf->registry == nullptr) {
        return nullptr;
    }

    cln->handler = ngx_http_oauth2_rs_registry_cleanup;
    cln->data = conf->registry;

    conf->mark = static_cast<uint64_t>(ngx_http_oauth2_rs_clock_ms()) << 20 |
                 static_cast<uint64_t>(ngx_random() & 0xfffff);

    conf->cache_zones = ngx_array_create(cf->pool, 4, sizeof(ngx_shm_zone_t *));
    if (conf->cache_zones == nullptr) {
        return nullptr;
    }

    conf->certificate_servers = ngx_array_create(cf->pool, 4, sizeof(ngx_http_core_srv_conf_t *));
    conf->endpoints = ngx_array_create(cf->pool, 4, sizeof(ngx_http_oauth2_rs_endpoint_t));
    if (conf->certificate_servers == nullptr || conf->endpoints == nullptr) {
        return nullptr;
    }

    return conf;
}

static void ngx_http_oauth2_rs_registry_cleanup(void *data) {
    oauth2_rs_registry_destroy(static_cast<oauth2_rs_registry_t *>(data));
}

void *ngx_http_oauth2_rs_create_loc_conf(ngx_conf_t *cf) {
    ngx_http_oauth2_rs_loc_conf_t *conf;

    conf = static_cast<ngx_http_oauth2_rs_loc_conf_t *>(
        ngx_pcalloc(cf->pool, sizeof(ngx_http_oauth2_rs_loc_conf_t)));
    if (conf == nullptr) {
        return nullptr;
    }

    // The texts stay { 0, nullptr }, which is how NGINX's merge knows that they are not set.
    conf->kind = NGX_CONF_UNSET_UINT;
    conf->require_https = NGX_CONF_UNSET_UINT;
    conf->profile = NGX_CONF_UNSET_UINT;
    conf->confirmation = NGX_CONF_UNSET_UINT;
    conf->certificate = static_cast<ngx_http_complex_value_t *>(NGX_CONF_UNSET_PTR);
    conf->realm = static_cast<ngx_http_complex_value_t *>(NGX_CONF_UNSET_PTR);
    conf->scopes = static_cast<ngx_array_t *>(NGX_CONF_UNSET_PTR);
    conf->bypass = static_cast<ngx_array_t *>(NGX_CONF_UNSET_PTR);
    conf->stores = static_cast<ngx_array_t *>(NGX_CONF_UNSET_PTR);
    conf->algorithms = static_cast<ngx_array_t *>(NGX_CONF_UNSET_PTR);
    conf->audiences = static_cast<ngx_array_t *>(NGX_CONF_UNSET_PTR);
    conf->skew_ms = NGX_CONF_UNSET;
    conf->cache_zone = static_cast<ngx_shm_zone_t *>(NGX_CONF_UNSET_PTR);

    return conf;
}

char *ngx_http_oauth2_rs_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child) {
    const auto *prev = static_cast<const ngx_http_oauth2_rs_loc_conf_t *>(parent);
    auto *conf = static_cast<ngx_http_oauth2_rs_loc_conf_t *>(child);

    ngx_conf_merge_uint_value(conf->kind, prev->kind, ngx_uint_t{NGX_HTTP_OAUTH2_RS_OFF});
    ngx_conf_merge_uint_value(conf->require_https, prev->require_https, 1);
    ngx_conf_merge_uint_value(conf->profile, prev->profile, ngx_uint_t{OAUTH2_RS_PROFILE_ANY});
    ngx_conf_merge_uint_value(conf->confirmation, prev->confirmation,
                              ngx_uint_t{OAUTH2_RS_CONFIRMATION_ON});
    ngx_conf_merge_ptr_value(conf->certificate, prev->certificate, nullptr);
    ngx_conf_merge_ptr_value(conf->realm, prev->realm, nullptr);
    ngx_conf_merge_ptr_value(conf->scopes, prev->scopes, nullptr);
    ngx_conf_merge_ptr_value(conf->bypass, prev->bypass, nullptr);
    ngx_conf_merge_str_value(conf->issuer, prev->issuer, "");
    ngx_conf_merge_str_value(conf->verification_secret, prev->verification_secret, "");
    ngx_conf_merge_str_value(conf->decryption_secret, prev->decryption_secret, "");
    ngx_conf_merge_str_value(conf->introspection_endpoint, prev->introspection_endpoint, "");
    ngx_conf_merge_ptr_value(conf->stores, prev->stores, nullptr);
    ngx_conf_merge_ptr_value(conf->algorithms, prev->algorithms, nullptr);
    ngx_conf_merge_ptr_value(conf->audiences, prev->audiences, nullptr);
    ngx_conf_merge_value(conf->skew_ms, prev->skew_ms, 0);
    ngx_http_oauth2_rs_merge_cache(conf, prev);

    if (conf->kind == NGX_HTTP_OAUTH2_RS_OFF) {
        return NGX_CONF_OK;
    }

    // The http level is never a child here, so completeness is judged at server and location only.
    if (ngx_http_oauth2_rs_build_resolver(cf, conf) != NGX_OK ||
        ngx_http_oauth2_rs_demand_certificate(cf, conf) != NGX_OK) {
        return static_cast<char *>(NGX_CONF_ERROR);
    }

    return NGX_CONF_OK;
}

static void ngx_http_oauth2_rs_merge_cache(ngx_http_oauth2_rs_loc_conf_t *conf,
                                           const ngx_http_oauth2_rs_loc_conf_t *prev) {
    if (conf->cache_zone == NGX_CONF_UNSET_PTR && prev->cache_zone == NGX_CONF_UNSET_PTR) {
        conf->cache_zone = nullptr;

    } else if (conf->cache_zone == NGX_CONF_UNSET_PTR) {
        conf->cache_zone = prev->cache_zone;
        conf->cache_default_ms = prev->cache_default_ms;
        conf->cache_most_ms = prev->cache_most_ms;
    }
}

/* Notes the locations that the resolver asks; whether they exist is seen later. */
static ngx_int_t ngx_http_oauth2_rs_demand_endpoints(ngx_conf_t *cf,
                                                     ngx_http_oauth2_rs_loc_conf_t *conf,
                                                     oauth2_rs_settings_t *settings) {
    if (conf->kind == NGX_HTTP_OAUTH2_RS_INTROSPECTION) {
        settings->kind = OAUTH2_RS_INTROSPECTION;
        settings->introspection_endpoint = ngx_http_oauth2_rs_text(&conf->introspection_endpoint);

        return ngx_http_oauth2_rs_demand_endpoint(cf, "oauth2_introspection_endpoint",
                                                  &conf->introspection_endpoint, &settings->server);
    }

    return conf->stores == nullptr
               ? NGX_OK
               : ngx_http_oauth2_rs_demand_key_endpoints(cf, conf->stores, &settings->server);
}

static ngx_int_t ngx_http_oauth2_rs_build_resolver(ngx_conf_t *cf,
                                                   ngx_http_oauth2_rs_loc_conf_t *conf) {
    oauth2_rs_settings_t settings;
    oauth2_rs_reporter_t reporter;
    ngx_http_oauth2_rs_main_conf_t *omcf;

    omcf = static_cast<ngx_http_oauth2_rs_main_conf_t *>(
        ngx_http_conf_get_module_main_conf(cf, ngx_http_oauth2_rs_module));

    reporter.report = ngx_http_oauth2_rs_report_level;
    reporter.host = cf;

    ngx_memzero(&settings, sizeof(oauth2_rs_settings_t));

    if (ngx_http_oauth2_rs_demand_endpoints(cf, conf, &settings) != NGX_OK) {
        return NGX_ERROR;
    }

    settings.issuer = ngx_http_oauth2_rs_text(&conf->issuer);
    settings.verification_secret = ngx_http_oauth2_rs_text(&conf->verification_secret);
    settings.decryption_secret = ngx_http_oauth2_rs_text(&conf->decryption_secret);
    settings.skew_ms = conf->skew_ms;
    settings.profile = static_cast<oauth2_rs_profile_t>(conf->profile);
    if (conf->cache_zone != nullptr) {
        settings.cache_zone = ngx_http_oauth2_rs_text(&conf->cache_zone->shm.name);
        settings.cache_default_ms = conf->cache_default_ms;
        settings.cache_most_ms = conf->cache_most_ms;
    }
    settings.confirmation_required = conf->confirmation == OAUTH2_RS_CONFIRMATION_REQUIRED;
    settings.base_directory = ngx_http_oauth2_rs_text(&cf->cycle->conf_prefix);
    ngx_http_oauth2_rs_fill_lists(conf, &settings);

    conf->resolver = oauth2_rs_registry_resolver(omcf->registry, &settings, &reporter);

    return conf->resolver == nullptr ? NGX_ERROR : NGX_OK;
}

/*
 * Whether TLS asks for certificates can be seen in postconfiguration only: the SSL module merges
 * its configuration after ours.
 */
static ngx_int_t ngx_http_oauth2_rs_demand_certificate(ngx_conf_t *cf,
                                                       const ngx_http_oauth2_rs_loc_conf_t *conf) {
    ngx_http_core_srv_conf_t **server;
    ngx_http_oauth2_rs_main_conf_t *omcf;

    if (conf->confirmation != OAUTH2_RS_CONFIRMATION_REQUIRED || conf->certificate != nullptr) {
        return NGX_OK;
    }

    omcf = static_cast<ngx_http_oauth2_rs_main_conf_t *>(
        ngx_http_conf_get_module_main_conf(cf, ngx_http_oauth2_rs_module));

    server = static_cast<ngx_http_core_srv_conf_t **>(ngx_array_push(omcf->certificate_servers));
    if (server == nullptr) {
        return NGX_ERROR;
    }

    *server = static_cast<ngx_http_core_srv_conf_t *>(
        ngx_http_conf_get_module_srv_conf(cf, ngx_http_core_module));

    return NGX_OK;
}

ngx_int_t ngx_http_oauth2_rs_check_certificate_servers(ngx_conf_t *cf) {
    ngx_uint_t i;
    ngx_http_core_srv_conf_t **server;
    ngx_http_oauth2_rs_main_conf_t *omcf;

    omcf = static_cast<ngx_http_oauth2_rs_main_conf_t *>(
        ngx_http_conf_get_module_main_conf(cf, ngx_http_oauth2_rs_module));
    server = static_cast<ngx_http_core_srv_conf_t **>(omcf->certificate_servers->elts);

    for (i = 0; i < omcf->certificate_servers->nelts; i++) {
        if (!ngx_http_oauth2_rs_asks_for_certificates(server[i])) {
            ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                          "oauth2_confirmation_key required has no way to a certificate: add "
                          "ssl_verify_client, or name in oauth2_client_certificate the header of "
                          "a trusted proxy (server at %s:%ui)",
                          server[i]->file_name, server[i]->line);
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}

static void ngx_http_oauth2_rs_fill_lists(const ngx_http_oauth2_rs_loc_conf_t *conf,
                                          oauth2_rs_settings_t *settings) {
    if (conf->audiences != nullptr) {
        settings->audiences = static_cast<oauth2_rs_text_t *>(conf->audiences->elts);
        settings->audience_count = conf->audiences->nelts;
    }

    if (conf->algorithms != nullptr) {
        settings->algorithms = static_cast<oauth2_rs_text_t *>(conf->algorithms->elts);
        settings->algorithm_count = conf->algorithms->nelts;
    }

    if (conf->stores != nullptr) {
        settings->stores = static_cast<oauth2_rs_store_settings_t *>(conf->stores->elts);
        settings->store_count = conf->stores->nelts;
    }
}

/*
 * NGINX merges after the whole http block was read and adds the line of its end to a message, so
 * the level that is meant must be named.
 */
static void ngx_http_oauth2_rs_report_level(void *host, oauth2_rs_severity_t severity,
                                            oauth2_rs_text_t message) {
    ngx_uint_t level;
    ngx_conf_t *cf = static_cast<ngx_conf_t *>(host);
    ngx_http_core_srv_conf_t *cscf;
    ngx_http_core_loc_conf_t *clcf;

    cscf = static_cast<ngx_http_core_srv_conf_t *>(
        ngx_http_conf_get_module_srv_conf(cf, ngx_http_core_module));
    clcf = static_cast<ngx_http_core_loc_conf_t *>(
        ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module));
    level = severity == OAUTH2_RS_WARN ? NGX_LOG_WARN : NGX_LOG_EMERG;

    if (clcf->name.len == 0) {
        ngx_conf_log_error(level, cf, 0, "%*s (server at %s:%ui)", message.len, message.data,
                           cscf->file_name, cscf->line);
        return;
    }

    ngx_conf_log_error(level, cf, 0, "%*s (location \"%V\" of the server at %s:%ui)", message.len,
                       message.data, &clcf->name, cscf->file_name, cscf->line);
}
