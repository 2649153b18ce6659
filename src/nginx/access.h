/* The access handler, and what is remembered of a request between its phases and redirects. */

#ifndef OAUTH2_RS_NGINX_ACCESS_H
#define OAUTH2_RS_NGINX_ACCESS_H

#include "nginx/conf.h"
#include "nginx/fetch.h"
#include "nginx/key_wait.h"

/*
 * POD, in the pool of the main request. Belongs to (request, resolver, token): a location with
 * another resolver gets a context of its own, so that nothing one resolver said is known under
 * another. So does one before which another module has replaced the token.
 */
typedef struct {
    const oauth2_rs_resolver_t *resolver;
    ngx_str_t authorization;              // that is judged: the first such header line
    oauth2_rs_resolution_t *resolution;   // destroyed by a cleanup of the pool
    ngx_http_oauth2_rs_fetch_t *fetches;  // about that token, whatever the resolver
    ngx_http_oauth2_rs_wait_t *waits;     // of the request, whatever the resolver
    u_char *challenge;                    // value of the header line that was added, or nullptr
    oauth2_rs_text_t error;               // of the refusal that is answered, else empty
    oauth2_rs_text_t reason;              // likewise
    void **refused_loc_conf;              // the location that refused last
    unsigned granted : 1;                 // claims may be shown
    unsigned refused : 1;                 // a refusal is, or may yet be, what is answered
} ngx_http_oauth2_rs_ctx_t;

ngx_int_t ngx_http_oauth2_rs_access_handler(ngx_http_request_t *r);

/* The latest context of the main request, or nullptr where no resolver was asked yet. */
ngx_http_oauth2_rs_ctx_t *ngx_http_oauth2_rs_get_ctx(ngx_http_request_t *r);

#endif
