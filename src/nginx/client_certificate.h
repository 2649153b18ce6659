/* The certificate of the client: from this connection's TLS, or from a trusted proxy's header. */

#ifndef OAUTH2_RS_NGINX_CLIENT_CERTIFICATE_H
#define OAUTH2_RS_NGINX_CLIENT_CERTIFICATE_H

#include "nginx/conf.h"

/* oauth2_rs_host_t.client_certificate; the host is the request. */
int ngx_http_oauth2_rs_client_certificate(void *host, oauth2_rs_certificate_t *certificate);

/* Whether the TLS of that server asks clients for certificates at all. */
ngx_uint_t ngx_http_oauth2_rs_asks_for_certificates(const ngx_http_core_srv_conf_t *server);

#endif
