/* What a worker reads from the zone of a source, and what it writes there. */

#ifndef OAUTH2_RS_NGINX_KEY_LEDGER_H
#define OAUTH2_RS_NGINX_KEY_LEDGER_H

#include "nginx/key_worker.h"
#include "nginx/key_zone.h"

/* Whoever fetches is gone where it hasn't said for so long that it still does. */
enum { NGX_HTTP_OAUTH2_RS_KEY_LEASE = 5000 };

/*
 * Takes over what another worker, or an earlier cycle, has put into the zone, and forgets what is
 * too old. To be called between two uses of keys.
 */
void ngx_http_oauth2_rs_sync_keys(ngx_http_oauth2_rs_key_worker_t *worker);

/* Under the lock: whether the keys are to be fetched, as far as this store goes. */
ngx_uint_t ngx_http_oauth2_rs_is_due(const ngx_http_oauth2_rs_key_worker_t *worker,
                                     const ngx_http_oauth2_rs_key_state_t *state);

/* Whether this worker is to begin to fetch now; renews the lease of one that is at it. */
ngx_uint_t ngx_http_oauth2_rs_take_lease(ngx_http_oauth2_rs_key_worker_t *worker);

/*
 * After a fetch. A worker of an earlier cycle keeps to itself what came of it: the location of the
 * newest cycle is the one that counts.
 */
void ngx_http_oauth2_rs_record_success(ngx_http_oauth2_rs_key_worker_t *worker,
                                       const oauth2_rs_text_t *text);
void ngx_http_oauth2_rs_record_failure(ngx_http_oauth2_rs_key_worker_t *worker);

/* After one that was given up, which says nothing of the keys: another worker may begin anew. */
void ngx_http_oauth2_rs_leave_lease(ngx_http_oauth2_rs_key_worker_t *worker);

/* Tells what is wrong with a set once, until keys could be fetched again. */
oauth2_rs_reporter_t ngx_http_oauth2_rs_key_reporter(ngx_http_oauth2_rs_key_worker_t *worker);

#endif
