#include "nginx/key_wait.h"

#include "nginx/access.h"
#include "nginx/key_ledger.h"

static ngx_http_oauth2_rs_key_worker_t *ngx_http_oauth2_rs_find_key_worker(ngx_http_request_t *r,
                                                                           const void *source);
static ngx_uint_t ngx_http_oauth2_rs_take_new_keys(ngx_http_oauth2_rs_key_worker_t *worker);
static ngx_uint_t ngx_http_oauth2_rs_may_wait(ngx_http_oauth2_rs_key_worker_t *worker, int miss);
static oauth2_rs_fetch_state_t ngx_http_oauth2_rs_enqueue(ngx_http_request_t *r,
                                                          ngx_http_oauth2_rs_key_worker_t *worker);
static void ngx_http_oauth2_rs_wait_cleanup(void *data);

void ngx_http_oauth2_rs_wake(ngx_http_oauth2_rs_key_worker_t *worker) {
    ngx_queue_t woken, *q;
    const ngx_uint_t endings = worker->endings;
    ngx_connection_t *c;
    ngx_http_request_t *r;
    ngx_http_oauth2_rs_wait_t *wait;

    if (ngx_queue_empty(&worker->waiting)) {
        return;
    }

    ngx_queue_init(&woken);
    ngx_queue_add(&woken, &worker->waiting);
    ngx_queue_init(&worker->waiting);

    while (!ngx_queue_empty(&woken)) {
        q = ngx_queue_head(&woken);
        ngx_queue_remove(q);
        wait = ngx_queue_data(q, ngx_http_oauth2_rs_wait_t, queue);

        // What ended before it came is not what it waits for.
        if (wait->since == endings) {
            ngx_queue_insert_tail(&worker->waiting, q);
            continue;
        }

        ngx_queue_init(&wait->queue);
        wait->ended = 1;

        // One that goes takes itself, and others of its connection, out of the queue.
        r = wait->request;
        c = r->connection;
        ngx_http_set_log_request(c->log, r);
        r->read_event_handler = ngx_http_block_reading;
        r->write_event_handler(r);
        ngx_http_run_posted_requests(c);
    }
}

ngx_uint_t ngx_http_oauth2_rs_waits(const ngx_http_oauth2_rs_wait_t *waits) {
    for (; waits != nullptr; waits = waits->next) {
        if (!waits->ended) {
            return 1;
        }
    }

    return 0;
}

oauth2_rs_fetch_state_t ngx_http_oauth2_rs_await_keys(void *host, const void *source, int miss) {
    ngx_uint_t renewed;
    auto *r = static_cast<ngx_http_request_t *>(host);
    ngx_http_oauth2_rs_wait_t *wait;
    ngx_http_oauth2_rs_key_worker_t *worker;

    for (wait = ngx_http_oauth2_rs_get_ctx(r)->waits; wait != nullptr; wait = wait->next) {
        if (wait->source == source) {
            return wait->ended ? OAUTH2_RS_FETCH_ENDED : OAUTH2_RS_FETCH_PENDING;
        }
    }

    worker = ngx_http_oauth2_rs_find_key_worker(r, source);
    if (worker == nullptr) {
        return OAUTH2_RS_FETCH_NONE;
    }

    renewed = ngx_http_oauth2_rs_take_new_keys(worker);

    if (worker->woken != worker->endings) {
        ngx_http_oauth2_rs_tick_soon(worker);
    }

    // No wait is noted: where these are not the ones either, the request may yet wait for others.
    if (renewed) {
        return OAUTH2_RS_FETCH_ENDED;
    }

    // Where there is nothing to wait for, another worker's fetch may have ended a moment ago.
    if (!ngx_http_oauth2_rs_may_wait(worker, miss)) {
        return ngx_http_oauth2_rs_take_new_keys(worker) ? OAUTH2_RS_FETCH_ENDED
                                                        : OAUTH2_RS_FETCH_NONE;
    }

    ngx_http_oauth2_rs_tick_soon(worker);

    return ngx_http_oauth2_rs_enqueue(r, worker);
}

/* Whether the zone held others than this worker. */
static ngx_uint_t ngx_http_oauth2_rs_take_new_keys(ngx_http_oauth2_rs_key_worker_t *worker) {
    const ngx_uint_t version = worker->version;

    ngx_http_oauth2_rs_sync_keys(worker);

    return worker->version != version && worker->version != 0;
}

static ngx_http_oauth2_rs_key_worker_t *ngx_http_oauth2_rs_find_key_worker(ngx_http_request_t *r,
                                                                           const void *source) {
    size_t i;
    ngx_http_oauth2_rs_main_conf_t *omcf;

    omcf = static_cast<ngx_http_oauth2_rs_main_conf_t *>(
        ngx_http_get_module_main_conf(r, ngx_http_oauth2_rs_module));

    for (i = 0; i < omcf->key_worker_count; i++) {
        if (omcf->key_workers[i].source.source == source) {
            return &omcf->key_workers[i];
        }
    }

    return nullptr;
}

/* Whether somebody fetches, or is to begin now. */
static ngx_uint_t ngx_http_oauth2_rs_may_wait(ngx_http_oauth2_rs_key_worker_t *worker, int miss) {
    ngx_uint_t may;
    ngx_msec_t pause;
    ngx_http_oauth2_rs_key_state_t *state;

    pause = static_cast<ngx_msec_t>(
        ngx_min(worker->source.cache_miss_timeout_ms, static_cast<int64_t>(NGX_MAX_INT32_VALUE)));

    state = ngx_http_oauth2_rs_lock_keys(worker->endpoint->zone);

    may = ngx_http_oauth2_rs_is_leased(state) || ngx_http_oauth2_rs_is_due(worker, state);

    if (!may && miss && (state->missed == 0 || ngx_http_oauth2_rs_reached(state->missed + pause))) {
        state->missed = ngx_current_msec;
        state->due = 0;
        may = 1;
    }

    ngx_http_oauth2_rs_unlock_keys(worker->endpoint->zone);

    return may;
}

static oauth2_rs_fetch_state_t ngx_http_oauth2_rs_enqueue(ngx_http_request_t *r,
                                                          ngx_http_oauth2_rs_key_worker_t *worker) {
    ngx_pool_cleanup_t *cln;
    ngx_http_oauth2_rs_ctx_t *ctx = ngx_http_oauth2_rs_get_ctx(r);
    ngx_http_oauth2_rs_wait_t *wait;

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_http_oauth2_rs_wait_t));
    if (cln == nullptr) {
        return OAUTH2_RS_FETCH_NONE;
    }

    wait = static_cast<ngx_http_oauth2_rs_wait_t *>(cln->data);
    ngx_memzero(wait, sizeof(ngx_http_oauth2_rs_wait_t));
    ngx_queue_init(&wait->queue);
    wait->request = r;
    wait->source = worker->source.source;
    wait->since = worker->endings;
    wait->next = ctx->waits;
    ctx->waits = wait;
    cln->handler = ngx_http_oauth2_rs_wait_cleanup;

    ngx_queue_insert_tail(&worker->waiting, &wait->queue);

    // A client that leaves is noticed meanwhile.
    r->read_event_handler = ngx_http_test_reading;
    if (ngx_handle_read_event(r->connection->read, 0) != NGX_OK) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0, "oauth2: the client can't be watched");
    }

    return OAUTH2_RS_FETCH_PENDING;
}

static void ngx_http_oauth2_rs_wait_cleanup(void *data) {
    ngx_queue_remove(&static_cast<ngx_http_oauth2_rs_wait_t *>(data)->queue);
}
