/*
 * For the tests, what modules like headers-more do: `header_line NAME VALUE;` writes a line of the
 * request's header before access is decided, in place of one of that name or as a new one.
 */

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

typedef struct {
    ngx_str_t name;
    ngx_http_complex_value_t value;
} line_t;

static ngx_array_t **lines_of(void *conf) { return conf; }

static void *create_conf(ngx_conf_t *cf) { return ngx_pcalloc(cf->pool, sizeof(ngx_array_t *)); }

static char *set_line(ngx_conf_t *cf, ngx_command_t *cmd, void *conf) {
    line_t *line;
    ngx_str_t *value = cf->args->elts;
    ngx_array_t **lines = lines_of(conf);
    ngx_http_compile_complex_value_t ccv;

    if (*lines == NULL) {
        *lines = ngx_array_create(cf->pool, 4, sizeof(line_t));
    }

    line = *lines == NULL ? NULL : ngx_array_push(*lines);
    if (line == NULL) {
        return NGX_CONF_ERROR;
    }

    line->name = value[1];
    ngx_memzero(&ccv, sizeof(ccv));
    ccv.cf = cf;
    ccv.value = &value[2];
    ccv.complex_value = &line->value;

    return ngx_http_compile_complex_value(&ccv) == NGX_OK ? NGX_CONF_OK : NGX_CONF_ERROR;
}

static ngx_command_t commands[] = {{ngx_string("header_line"), NGX_HTTP_LOC_CONF | NGX_CONF_TAKE2,
                                    set_line, NGX_HTTP_LOC_CONF_OFFSET, 0, NULL},
                                   ngx_null_command};

static ngx_int_t init(ngx_conf_t *cf);

static ngx_http_module_t context = {NULL, init, NULL, NULL, NULL, NULL, create_conf, NULL};

ngx_module_t header_line_module = {NGX_MODULE_V1, &context, commands, NGX_HTTP_MODULE,
                                   NULL,          NULL,     NULL,     NULL,
                                   NULL,          NULL,     NULL,     NGX_MODULE_V1_PADDING};

static ngx_table_elt_t *find(ngx_http_request_t *r, const ngx_str_t *name) {
    ngx_uint_t i;
    ngx_table_elt_t *h;
    ngx_list_part_t *part;

    for (part = &r->headers_in.headers.part; part != NULL; part = part->next) {
        h = part->elts;

        for (i = 0; i < part->nelts; i++) {
            if (h[i].key.len == name->len &&
                ngx_strncasecmp(h[i].key.data, name->data, name->len) == 0) {
                return &h[i];
            }
        }
    }

    return NULL;
}

static ngx_table_elt_t *add(ngx_http_request_t *r, const ngx_str_t *name) {
    ngx_table_elt_t *h = ngx_list_push(&r->headers_in.headers);

    if (h == NULL) {
        return NULL;
    }

    ngx_memzero(h, sizeof(*h));
    h->key = *name;
    h->lowcase_key = ngx_pnalloc(r->pool, name->len);
    if (h->lowcase_key == NULL) {
        return NULL;
    }

    h->hash = ngx_hash_strlow(h->lowcase_key, h->key.data, h->key.len);

    if (name->len == 13 && ngx_strncmp(h->lowcase_key, "authorization", 13) == 0) {
        r->headers_in.authorization = h;
    }

    return h;
}

static ngx_int_t write_lines(ngx_http_request_t *r) {
    ngx_uint_t i;
    ngx_array_t *lines = *lines_of(ngx_http_get_module_loc_conf(r, header_line_module));
    line_t *line;
    ngx_table_elt_t *h;

    for (i = 0; lines != NULL && i < lines->nelts; i++) {
        line = (line_t *)lines->elts + i;
        h = find(r, &line->name);
        h = h == NULL ? add(r, &line->name) : h;

        if (h == NULL || ngx_http_complex_value(r, &line->value, &h->value) != NGX_OK) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }
    }

    return NGX_DECLINED;
}

static ngx_int_t init(ngx_conf_t *cf) {
    ngx_http_core_main_conf_t *cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);
    ngx_http_handler_pt *h = ngx_array_push(&cmcf->phases[NGX_HTTP_REWRITE_PHASE].handlers);

    if (h == NULL) {
        return NGX_ERROR;
    }

    *h = write_lines;

    return NGX_OK;
}

ngx_module_t *ngx_modules[] = {&header_line_module, NULL};
char *ngx_module_names[] = {"header_line_module", NULL};
char *ngx_module_order[] = {NULL};
