/* Subrequests that hold nothing of the client's request. */

#ifndef OAUTH2_RS_NGINX_ISOLATE_H
#define OAUTH2_RS_NGINX_ISOLATE_H

#include "nginx/conf.h"

/*
 * A subrequest of an ordinary kind inherits the client's headers and body, and shares its
 * variables: the client's credentials would go to the authorization server, and a variable first
 * evaluated there would stay so for the client's request. This one has headers, a body and
 * variables of its own: POST of `form`, or GET where that is empty. nullptr where memory is short.
 */
ngx_http_request_t *ngx_http_oauth2_rs_isolated_subrequest(ngx_http_request_t *r,
                                                           const ngx_str_t *uri,
                                                           const ngx_str_t *form,
                                                           ngx_http_post_subrequest_t *ps);

#endif
