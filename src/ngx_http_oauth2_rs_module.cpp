/* The module as NGINX sees it: its directives, its variables and its life cycle. */

#include "nginx/access.h"
#include "nginx/cache_directive.h"
#include "nginx/directives.h"
#include "nginx/endpoint.h"
#include "nginx/key_source.h"
#include "nginx/refresh.h"
#include "nginx/respond.h"
#include "nginx/variables.h"

static ngx_int_t ngx_http_oauth2_rs_add_variables(ngx_conf_t *cf);
static ngx_int_t ngx_http_oauth2_rs_init(ngx_conf_t *cf);
static ngx_int_t ngx_http_oauth2_rs_init_process(ngx_cycle_t *cycle);
static ngx_int_t ngx_http_oauth2_rs_add_handler(ngx_conf_t *cf, ngx_http_phases phase,
                                                ngx_http_handler_pt handler);

/* The first word of each table is the default. */
static ngx_conf_enum_t ngx_http_oauth2_rs_resolvers[] = {
    {ngx_string("off"), NGX_HTTP_OAUTH2_RS_OFF},
    {ngx_string("stateless"), NGX_HTTP_OAUTH2_RS_STATELESS},
    {ngx_string("introspection"), NGX_HTTP_OAUTH2_RS_INTROSPECTION},
    {ngx_null_string, 0}};

static ngx_conf_enum_t ngx_http_oauth2_rs_on_off[] = {
    {ngx_string("on"), 1}, {ngx_string("off"), 0}, {ngx_null_string, 0}};

static ngx_conf_enum_t ngx_http_oauth2_rs_profiles[] = {
    {ngx_string("any"), OAUTH2_RS_PROFILE_ANY},
    {ngx_string("am"), OAUTH2_RS_PROFILE_AM},
    {ngx_string("rfc9068"), OAUTH2_RS_PROFILE_RFC9068},
    {ngx_null_string, 0}};

static ngx_conf_enum_t ngx_http_oauth2_rs_confirmations[] = {
    {ngx_string("on"), OAUTH2_RS_CONFIRMATION_ON},
    {ngx_string("off"), OAUTH2_RS_CONFIRMATION_OFF},
    {ngx_string("required"), OAUTH2_RS_CONFIRMATION_REQUIRED},
    {ngx_null_string, 0}};

/* As with auth_basic, also where limit_except demands more of some methods. */
static const ngx_uint_t ngx_http_oauth2_rs_levels =
    NGX_HTTP_MAIN_CONF | NGX_HTTP_SRV_CONF | NGX_HTTP_LOC_CONF | NGX_HTTP_LMT_CONF;

static ngx_command_t ngx_http_oauth2_rs_commands[] = {

    {ngx_string("oauth2_resolver"), ngx_http_oauth2_rs_levels | NGX_CONF_TAKE1,
     ngx_http_oauth2_rs_set_word, NGX_HTTP_LOC_CONF_OFFSET,
     offsetof(ngx_http_oauth2_rs_loc_conf_t, kind), ngx_http_oauth2_rs_resolvers},

    {ngx_string("oauth2_realm"), ngx_http_oauth2_rs_levels | NGX_CONF_TAKE1,
     ngx_http_oauth2_rs_set_realm, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},

    {ngx_string("oauth2_scope"), ngx_http_oauth2_rs_levels | NGX_CONF_1MORE,
     ngx_http_oauth2_rs_set_scope, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},

    {ngx_string("oauth2_require_https"), ngx_http_oauth2_rs_levels | NGX_CONF_TAKE1,
     ngx_http_oauth2_rs_set_word, NGX_HTTP_LOC_CONF_OFFSET,
     offsetof(ngx_http_oauth2_rs_loc_conf_t, require_https), ngx_http_oauth2_rs_on_off},

    {ngx_string("oauth2_bypass"), ngx_http_oauth2_rs_levels | NGX_CONF_1MORE,
     ngx_http_oauth2_rs_set_bypass, NGX_HTTP_LOC_CONF_OFFSET,
     offsetof(ngx_http_oauth2_rs_loc_conf_t, bypass), nullptr},

    {ngx_string("oauth2_issuer"), ngx_http_oauth2_rs_levels | NGX_CONF_TAKE1,
     ngx_http_oauth2_rs_set_issuer, NGX_HTTP_LOC_CONF_OFFSET,
     offsetof(ngx_http_oauth2_rs_loc_conf_t, issuer), nullptr},

    {ngx_string("oauth2_secret_store"), ngx_http_oauth2_rs_levels | NGX_CONF_1MORE,
     ngx_http_oauth2_rs_set_store, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},

    {ngx_string("oauth2_verification_secret"), ngx_http_oauth2_rs_levels | NGX_CONF_TAKE1,
     ngx_http_oauth2_rs_set_secret, NGX_HTTP_LOC_CONF_OFFSET,
     offsetof(ngx_http_oauth2_rs_loc_conf_t, verification_secret), nullptr},

    {ngx_string("oauth2_decryption_secret"), ngx_http_oauth2_rs_levels | NGX_CONF_TAKE1,
     ngx_http_oauth2_rs_set_secret, NGX_HTTP_LOC_CONF_OFFSET,
     offsetof(ngx_http_oauth2_rs_loc_conf_t, decryption_secret), nullptr},

    {ngx_string("oauth2_skew"), ngx_http_oauth2_rs_levels | NGX_CONF_1MORE,
     ngx_http_oauth2_rs_set_skew, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},

    {ngx_string("oauth2_algorithms"), ngx_http_oauth2_rs_levels | NGX_CONF_1MORE,
     ngx_http_oauth2_rs_set_algorithms, NGX_HTTP_LOC_CONF_OFFSET,
     offsetof(ngx_http_oauth2_rs_loc_conf_t, algorithms), nullptr},

    {ngx_string("oauth2_audience"), ngx_http_oauth2_rs_levels | NGX_CONF_1MORE,
     ngx_http_oauth2_rs_set_audience, NGX_HTTP_LOC_CONF_OFFSET,
     offsetof(ngx_http_oauth2_rs_loc_conf_t, audiences), nullptr},

    {ngx_string("oauth2_token_profile"), ngx_http_oauth2_rs_levels | NGX_CONF_TAKE1,
     ngx_http_oauth2_rs_set_word, NGX_HTTP_LOC_CONF_OFFSET,
     offsetof(ngx_http_oauth2_rs_loc_conf_t, profile), ngx_http_oauth2_rs_profiles},

    {ngx_string("oauth2_introspection_endpoint"), ngx_http_oauth2_rs_levels | NGX_CONF_TAKE1,
     ngx_http_oauth2_rs_set_introspection_endpoint, NGX_HTTP_LOC_CONF_OFFSET,
     offsetof(ngx_http_oauth2_rs_loc_conf_t, introspection_endpoint), nullptr},

    {ngx_string("oauth2_confirmation_key"), ngx_http_oauth2_rs_levels | NGX_CONF_TAKE1,
     ngx_http_oauth2_rs_set_word, NGX_HTTP_LOC_CONF_OFFSET,
     offsetof(ngx_http_oauth2_rs_loc_conf_t, confirmation), ngx_http_oauth2_rs_confirmations},

    {ngx_string("oauth2_client_certificate"), ngx_http_oauth2_rs_levels | NGX_CONF_TAKE1,
     ngx_http_oauth2_rs_set_client_certificate, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},

    {ngx_string("oauth2_cache"), ngx_http_oauth2_rs_levels | NGX_CONF_1MORE,
     ngx_http_oauth2_rs_set_cache, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},

    {ngx_string("oauth2_claim_set"), NGX_HTTP_MAIN_CONF | NGX_CONF_2MORE,
     ngx_http_oauth2_rs_claim_set, 0, 0, nullptr},

    ngx_null_command};

static ngx_http_variable_t ngx_http_oauth2_rs_variables[] = {

    {ngx_string("oauth2_token"), nullptr, ngx_http_oauth2_rs_value_variable, OAUTH2_RS_VALUE_TOKEN,
     NGX_HTTP_VAR_NOCACHEABLE, 0},

    {ngx_string("oauth2_claims"), nullptr, ngx_http_oauth2_rs_value_variable,
     OAUTH2_RS_VALUE_CLAIMS, NGX_HTTP_VAR_NOCACHEABLE, 0},

    {ngx_string("oauth2_claim_"), nullptr, ngx_http_oauth2_rs_claim_variable, 0,
     NGX_HTTP_VAR_NOCACHEABLE | NGX_HTTP_VAR_PREFIX, 0},

    {ngx_string("oauth2_scope"), nullptr, ngx_http_oauth2_rs_value_variable, OAUTH2_RS_VALUE_SCOPE,
     NGX_HTTP_VAR_NOCACHEABLE, 0},

    {ngx_string("oauth2_expires_at"), nullptr, ngx_http_oauth2_rs_value_variable,
     OAUTH2_RS_VALUE_EXPIRES_AT, NGX_HTTP_VAR_NOCACHEABLE, 0},

    {ngx_string("oauth2_confirmation"), nullptr, ngx_http_oauth2_rs_value_variable,
     OAUTH2_RS_VALUE_CONFIRMATION, NGX_HTTP_VAR_NOCACHEABLE, 0},

    {ngx_string("oauth2_client_thumbprint"), nullptr, ngx_http_oauth2_rs_thumbprint_variable, 0,
     NGX_HTTP_VAR_NOCACHEABLE, 0},

    {ngx_string("oauth2_cache_status"), nullptr, ngx_http_oauth2_rs_cache_status_variable, 0,
     NGX_HTTP_VAR_NOCACHEABLE, 0},

    {ngx_string("oauth2_error"), nullptr, ngx_http_oauth2_rs_error_variable, 0,
     NGX_HTTP_VAR_NOCACHEABLE, 0},

    {ngx_string("oauth2_error_reason"), nullptr, ngx_http_oauth2_rs_reason_variable, 0,
     NGX_HTTP_VAR_NOCACHEABLE, 0},

    ngx_http_null_variable};

static ngx_http_module_t ngx_http_oauth2_rs_module_ctx = {
    ngx_http_oauth2_rs_add_variables, /* preconfiguration */
    ngx_http_oauth2_rs_init,          /* postconfiguration */

    ngx_http_oauth2_rs_create_main_conf, /* create main configuration */
    nullptr,                             /* init main configuration */

    nullptr, /* create server configuration */
    nullptr, /* merge server configuration */

    ngx_http_oauth2_rs_create_loc_conf, /* create location configuration */
    ngx_http_oauth2_rs_merge_loc_conf   /* merge location configuration */
};

ngx_module_t ngx_http_oauth2_rs_module = {NGX_MODULE_V1,
                                          &ngx_http_oauth2_rs_module_ctx,  /* module context */
                                          ngx_http_oauth2_rs_commands,     /* module directives */
                                          NGX_HTTP_MODULE,                 /* module type */
                                          nullptr,                         /* init master */
                                          nullptr,                         /* init module */
                                          ngx_http_oauth2_rs_init_process, /* init process */
                                          nullptr,                         /* init thread */
                                          nullptr,                         /* exit thread */
                                          nullptr,                         /* exit process */
                                          nullptr,                         /* exit master */
                                          NGX_MODULE_V1_PADDING};

static ngx_int_t ngx_http_oauth2_rs_add_variables(ngx_conf_t *cf) {
    ngx_http_variable_t *var, *v;

    for (v = ngx_http_oauth2_rs_variables; v->name.len != 0; v++) {
        var = ngx_http_add_variable(cf, &v->name, v->flags);
        if (var == nullptr) {
            return NGX_ERROR;
        }

        var->get_handler = v->get_handler;
        var->data = v->data;
    }

    return NGX_OK;
}

static ngx_int_t ngx_http_oauth2_rs_init(ngx_conf_t *cf) {
    if (ngx_http_oauth2_rs_check_certificate_servers(cf) != NGX_OK ||
        ngx_http_oauth2_rs_check_cache_zones(cf) != NGX_OK ||
        ngx_http_oauth2_rs_check_endpoints(cf) != NGX_OK) {
        return NGX_ERROR;
    }

    if (ngx_http_oauth2_rs_add_handler(cf, NGX_HTTP_ACCESS_PHASE,
                                       ngx_http_oauth2_rs_access_handler) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_oauth2_rs_add_handler(cf, NGX_HTTP_PRECONTENT_PHASE,
                                          ngx_http_oauth2_rs_precontent_handler);
}

static ngx_int_t ngx_http_oauth2_rs_add_handler(ngx_conf_t *cf, ngx_http_phases phase,
                                                ngx_http_handler_pt handler) {
    ngx_http_handler_pt *h;
    ngx_http_core_main_conf_t *cmcf;

    cmcf = static_cast<ngx_http_core_main_conf_t *>(
        ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module));

    h = static_cast<ngx_http_handler_pt *>(ngx_array_push(&cmcf->phases[phase].handlers));
    if (h == nullptr) {
        return NGX_ERROR;
    }

    *h = handler;

    return NGX_OK;
}

static ngx_int_t ngx_http_oauth2_rs_init_process(ngx_cycle_t *cycle) {
    ngx_http_oauth2_rs_main_conf_t *omcf;

    // The cache manager and loader come by here as well.
    if (ngx_process != NGX_PROCESS_WORKER && ngx_process != NGX_PROCESS_SINGLE) {
        return NGX_OK;
    }

    omcf = static_cast<ngx_http_oauth2_rs_main_conf_t *>(
        ngx_http_cycle_get_module_main_conf(cycle, ngx_http_oauth2_rs_module));

    if (omcf == nullptr) {
        return NGX_OK;  // there is no http block
    }

    if (ngx_http_oauth2_rs_start_refreshing(cycle, omcf) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_oauth2_rs_start_key_sources(cycle, omcf);
}
