#include "nginx/endpoint.h"

#include "nginx/key_zone.h"

static ngx_http_oauth2_rs_endpoint_t *ngx_http_oauth2_rs_add_endpoint(ngx_conf_t *cf,
                                                                      const char *directive,
                                                                      const ngx_str_t *uri);
static ngx_http_oauth2_rs_endpoint_t *ngx_http_oauth2_rs_known_endpoint(
    ngx_http_oauth2_rs_main_conf_t *omcf, const char *directive, const ngx_str_t *uri,
    const ngx_http_core_srv_conf_t *cscf);
static ngx_int_t ngx_http_oauth2_rs_write_server(ngx_conf_t *cf,
                                                 ngx_http_oauth2_rs_endpoint_t *endpoint);
static ngx_int_t ngx_http_oauth2_rs_add_zone(ngx_conf_t *cf,
                                             ngx_http_oauth2_rs_endpoint_t *endpoint);
static ngx_int_t ngx_http_oauth2_rs_check_endpoint(ngx_conf_t *cf,
                                                   const ngx_http_oauth2_rs_endpoint_t *endpoint);
static ngx_http_core_loc_conf_t *ngx_http_oauth2_rs_find_exact(ngx_http_core_loc_conf_t *clcf,
                                                               ngx_str_t uri);
static ngx_http_location_tree_node_t *ngx_http_oauth2_rs_find_node(
    ngx_http_location_tree_node_t *node, ngx_str_t uri, ngx_http_core_loc_conf_t **inclusive);

ngx_int_t ngx_http_oauth2_rs_demand_endpoint(ngx_conf_t *cf, const char *directive,
                                             const ngx_str_t *uri, oauth2_rs_text_t *server) {
    ngx_http_oauth2_rs_endpoint_t *endpoint;

    if (uri->len == 0) {
        return NGX_OK;
    }

    endpoint = ngx_http_oauth2_rs_add_endpoint(cf, directive, uri);
    if (endpoint == nullptr) {
        return NGX_ERROR;
    }

    *server = endpoint->server_text;

    return NGX_OK;
}

ngx_int_t ngx_http_oauth2_rs_demand_key_endpoints(ngx_conf_t *cf, const ngx_array_t *stores,
                                                  oauth2_rs_text_t *server) {
    ngx_str_t uri;
    ngx_uint_t i;
    ngx_http_oauth2_rs_endpoint_t *endpoint;
    const auto *store = static_cast<const oauth2_rs_store_settings_t *>(stores->elts);

    for (i = 0; i < stores->nelts; i++) {
        if (!ngx_http_oauth2_rs_store_uri(&store[i], &uri)) {
            continue;
        }

        endpoint = ngx_http_oauth2_rs_add_endpoint(cf, "oauth2_secret_store", &uri);
        if (endpoint == nullptr || ngx_http_oauth2_rs_add_zone(cf, endpoint) != NGX_OK) {
            return NGX_ERROR;
        }

        *server = endpoint->server_text;
    }

    return NGX_OK;
}

ngx_uint_t ngx_http_oauth2_rs_store_uri(const oauth2_rs_store_settings_t *store, ngx_str_t *uri) {
    size_t i;
    const oauth2_rs_text_t *parameter;
    const size_t prefix = sizeof("uri=") - 1;

    if (store->type.len != sizeof("jwks") - 1 || ngx_memcmp(store->type.data, "jwks", 4) != 0) {
        return 0;
    }

    for (i = 0; i < store->parameter_count; i++) {
        parameter = &store->parameters[i];

        if (parameter->len >= prefix && ngx_memcmp(parameter->data, "uri=", prefix) == 0) {
            uri->data = reinterpret_cast<u_char *>(const_cast<char *>(parameter->data)) + prefix;
            uri->len = parameter->len - prefix;
            return 1;
        }
    }

    return 0;
}

const ngx_http_oauth2_rs_endpoint_t *ngx_http_oauth2_rs_key_endpoint(
    const ngx_http_oauth2_rs_main_conf_t *omcf, const oauth2_rs_key_source_t *source) {
    ngx_uint_t i;
    const auto *endpoint =
        static_cast<const ngx_http_oauth2_rs_endpoint_t *>(omcf->endpoints->elts);

    for (i = 0; i < omcf->endpoints->nelts; i++) {
        if (endpoint[i].zone != nullptr && endpoint[i].uri.len == source->uri.len &&
            ngx_memcmp(endpoint[i].uri.data, source->uri.data, source->uri.len) == 0 &&
            endpoint[i].server_text.len == source->server.len &&
            ngx_memcmp(endpoint[i].server_text.data, source->server.data, source->server.len) ==
                0) {
            return &endpoint[i];
        }
    }

    return nullptr;
}

static ngx_http_oauth2_rs_endpoint_t *ngx_http_oauth2_rs_add_endpoint(ngx_conf_t *cf,
                                                                      const char *directive,
                                                                      const ngx_str_t *uri) {
    ngx_http_core_srv_conf_t *cscf;
    ngx_http_oauth2_rs_endpoint_t *endpoint;
    ngx_http_oauth2_rs_main_conf_t *omcf;

    omcf = static_cast<ngx_http_oauth2_rs_main_conf_t *>(
        ngx_http_conf_get_module_main_conf(cf, ngx_http_oauth2_rs_module));
    cscf = static_cast<ngx_http_core_srv_conf_t *>(
        ngx_http_conf_get_module_srv_conf(cf, ngx_http_core_module));

    // Many locations of a server inherit the same.
    endpoint = ngx_http_oauth2_rs_known_endpoint(omcf, directive, uri, cscf);
    if (endpoint != nullptr) {
        return endpoint;
    }

    endpoint = static_cast<ngx_http_oauth2_rs_endpoint_t *>(ngx_array_push(omcf->endpoints));
    if (endpoint == nullptr) {
        return nullptr;
    }

    ngx_memzero(endpoint, sizeof(ngx_http_oauth2_rs_endpoint_t));

    endpoint->directive = directive;
    endpoint->uri = *uri;
    endpoint->server = cscf;

    return ngx_http_oauth2_rs_write_server(cf, endpoint) == NGX_OK ? endpoint : nullptr;
}

static ngx_http_oauth2_rs_endpoint_t *ngx_http_oauth2_rs_known_endpoint(
    ngx_http_oauth2_rs_main_conf_t *omcf, const char *directive, const ngx_str_t *uri,
    const ngx_http_core_srv_conf_t *cscf) {
    ngx_uint_t i;
    auto *endpoint = static_cast<ngx_http_oauth2_rs_endpoint_t *>(omcf->endpoints->elts);

    for (i = 0; i < omcf->endpoints->nelts; i++) {
        if (endpoint[i].server == cscf && endpoint[i].uri.len == uri->len &&
            ngx_memcmp(endpoint[i].uri.data, uri->data, uri->len) == 0 &&
            ngx_strcmp(endpoint[i].directive, directive) == 0) {
            return &endpoint[i];
        }
    }

    return nullptr;
}

/*
 * The identity, and the place in the file as well: where lines move, cached tokens are forgotten,
 * which costs less than taking one server for another. A twin's text is new with each reload.
 */
static ngx_int_t ngx_http_oauth2_rs_write_server(ngx_conf_t *cf,
                                                 ngx_http_oauth2_rs_endpoint_t *endpoint) {
    u_char *p, *end;
    size_t longest;
    const ngx_str_t *identity = &endpoint->identity.text;
    const ngx_http_core_srv_conf_t *cscf = endpoint->server;
    const ngx_http_oauth2_rs_main_conf_t *omcf;

    if (ngx_http_oauth2_rs_identify_server(cf, cscf, &endpoint->identity) != NGX_OK) {
        return NGX_ERROR;
    }

    omcf = static_cast<const ngx_http_oauth2_rs_main_conf_t *>(
        ngx_http_conf_get_module_main_conf(cf, ngx_http_oauth2_rs_module));
    longest = ngx_strlen(cscf->file_name) + 3 + 2 * NGX_INT_T_LEN + identity->len;
    p = static_cast<u_char *>(ngx_pnalloc(cf->pool, longest));
    if (p == nullptr) {
        return NGX_ERROR;
    }

    end = ngx_snprintf(p, longest, "%s:%ui %V", cscf->file_name, cscf->line, identity);

    if (endpoint->identity.twin) {
        end = ngx_sprintf(end, " %uL", omcf->mark);
    }

    endpoint->server_text.data = reinterpret_cast<const char *>(p);
    endpoint->server_text.len = static_cast<size_t>(end - p);

    return NGX_OK;
}

static ngx_int_t ngx_http_oauth2_rs_add_zone(ngx_conf_t *cf,
                                             ngx_http_oauth2_rs_endpoint_t *endpoint) {
    u_char *p;
    size_t longest;
    ngx_str_t name;

    if (endpoint->zone != nullptr) {
        return NGX_OK;
    }

    // A URI holds no space.
    longest = sizeof("oauth2_rs_keys  ") + endpoint->uri.len + endpoint->identity.text.len;
    p = static_cast<u_char *>(ngx_pnalloc(cf->pool, longest));
    if (p == nullptr) {
        return NGX_ERROR;
    }

    name.data = p;
    name.len = static_cast<size_t>(
        ngx_snprintf(p, longest, "oauth2_rs_keys %V %V", &endpoint->uri, &endpoint->identity.text) -
        p);
    endpoint->zone = ngx_http_oauth2_rs_add_key_zone(cf, &name);
    if (endpoint->zone == nullptr) {
        return NGX_ERROR;
    }

    // After a reload the number of a twin may be another's.
    endpoint->zone->noreuse = endpoint->identity.twin;

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
