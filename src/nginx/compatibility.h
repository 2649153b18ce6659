/* What differs between the versions of NGINX. */

#ifndef OAUTH2_RS_NGINX_COMPATIBILITY_H
#define OAUTH2_RS_NGINX_COMPATIBILITY_H

#include "nginx/conf.h"

/* The next header line of the same name. Before 1.23.0 NGINX kept a single one. */
inline ngx_table_elt_t *ngx_http_oauth2_rs_next_line([[maybe_unused]] const ngx_table_elt_t *h) {
#if (nginx_version >= 1023000)
    return h->next;
#else
    return nullptr;
#endif
}

/* Makes a header line the last of its name. */
inline void ngx_http_oauth2_rs_end_lines([[maybe_unused]] ngx_table_elt_t *h) {
#if (nginx_version >= 1023000)
    h->next = nullptr;
#endif
}

#endif
