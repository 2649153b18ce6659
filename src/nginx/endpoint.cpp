#include "nginx/endpoint.h"

static ngx_int_t ngx_http_oauth2_rs_check_endpoint(ngx_conf_t *cf,
                                                   const ngx_http_oauth2_rs_endpoint_t *endpoint);
static ngx_http_core_loc_conf_t *ngx_http_oauth2_rs_find_exact(ngx_http_core_loc_conf_t *clcf,
                                                               ngx_str_t uri);
static ngx_http_location_tree_node_t *ngx_http_oauth2_rs_find_node(
    ngx_http_location_tree_node_t *node, ngx_str_t uri, ngx_http_core_loc_conf_t **inclusive);

ngx_int_t ngx_http_oauth2_rs_demand_endpoint(ngx_conf_t *cf, const char *directive,
                                             const ngx_str_t *uri, oauth2_rs_text_t *server) {
    u_char *p;
    size_t longest;
    ngx_http_core_srv_conf_t *cscf;
    ngx_http_oauth2_rs_endpoint_t *endpoint;
    ngx_http_oauth2_rs_main_conf_t *omcf;

    if (uri->len == 0) {
        return NGX_OK;
    }

    omcf = static_cast<ngx_http_oauth2_rs_main_conf_t *>(
        ngx_http_conf_get_module_main_conf(cf, ngx_http_oauth2_rs_module));
    cscf = static_cast<ngx_http_core_srv_conf_t *>(
        ngx_http_conf_get_module_srv_conf(cf, ngx_http_core_module));

    longest = ngx_strlen(cscf->file_name) + 1 + NGX_INT_T_LEN;
    p = static_cast<u_char *>(ngx_pnalloc(cf->pool, longest));
    endpoint = static_cast<ngx_http_oauth2_rs_endpoint_t *>(ngx_array_push(omcf->endpoints));
    if (p == nullptr || endpoint == nullptr) {
        return NGX_ERROR;
    }

    server->data = reinterpret_cast<const char *>(p);
    server->len =
        static_cast<size_t>(ngx_snprintf(p, longest, "%s:%ui", cscf->file_name, cscf->line) - p);

    endpoint->directive = directive;
    endpoint->uri = *uri;
    endpoint->server = cscf;

    return NGX_OK;
}

ngx_int_t ngx_http_oauth2_rs_check_endpoints(ngx_conf_t *cf) {
    ngx_uint_t i;
    ngx_http_oauth2_rs_endpoint_t *endpoint;
    ngx_http_oauth2_rs_main_conf_t *omcf;

    omcf = static_cast<ngx_http_oauth2_rs_main_conf_t *>(
        ngx_http_conf_get_module_main_conf(cf, ngx_http_oauth2_rs_module));
    endpoint = static_cast<ngx_http_oauth2_rs_endpoint_t *>(omcf->endpoints->elts);

    for (i = 0; i < omcf->endpoints->nelts; i++) {
        if (ngx_http_oauth2_rs_check_endpoint(cf, &endpoint[i]) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}

static ngx_int_t ngx_http_oauth2_rs_check_endpoint(ngx_conf_t *cf,
                                                   const ngx_http_oauth2_rs_endpoint_t *endpoint) {
    ngx_http_core_loc_conf_t *clcf;
    ngx_http_core_srv_conf_t *cscf = endpoint->server;

    clcf = ngx_http_oauth2_rs_find_exact(static_cast<ngx_http_core_loc_conf_t *>(
                                             cscf->ctx->loc_conf[ngx_http_core_module.ctx_index]),
                                         endpoint->uri);

    if (clcf != nullptr && clcf->internal) {
        return NGX_OK;
    }

    ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                  clcf == nullptr ? "%s: there is no location \"= %V\": add one with \"internal\" "
                                    "that proxies to the authorization server (server at %s:%ui)"
                                  : "%s: the location \"= %V\" is open to clients: add "
                                    "\"internal\" to it (server at %s:%ui)",
                  endpoint->directive, &endpoint->uri, cscf->file_name, cscf->line);

    return NGX_ERROR;
}

/* The location that NGINX will choose for that URI, if it is an exact one. */
static ngx_http_core_loc_conf_t *ngx_http_oauth2_rs_find_exact(ngx_http_core_loc_conf_t *clcf,
                                                               ngx_str_t uri) {
    ngx_http_core_loc_conf_t *parent;
    ngx_http_location_tree_node_t *node;

    do {
        parent = clcf;
        node = ngx_http_oauth2_rs_find_node(parent->static_locations, uri, &clcf);

        if (node != nullptr) {
            return node->exact;
        }
    } while (clcf != parent);

    return nullptr;
}

/* As NGINX walks it; `inclusive` becomes the location of the longest prefix, if there is one. */
static ngx_http_location_tree_node_t *ngx_http_oauth2_rs_find_node(
    ngx_http_location_tree_node_t *node, ngx_str_t uri, ngx_http_core_loc_conf_t **inclusive) {
    size_t n;
    ngx_int_t rc;

    while (node != nullptr) {
        n = ngx_min(uri.len, static_cast<size_t>(node->len));
        rc = ngx_filename_cmp(uri.data, node->name, n);

        if (rc == 0 && uri.len == node->len && node->exact != nullptr) {
            return node;
        }

        if (rc != 0 || uri.len < node->len) {
            node = rc > 0 ? node->right : node->left;

        } else if (node->inclusive == nullptr) {
            node = node->right;

        } else {
            *inclusive = node->inclusive;
            node = node->tree;
            uri.data += n;
            uri.len -= n;
        }
    }

    return nullptr;
}
