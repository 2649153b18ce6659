#include "nginx/key_source.h"

#include "nginx/key_ledger.h"
#include "nginx/key_wait.h"

static ngx_int_t ngx_http_oauth2_rs_start_key_worker(ngx_http_oauth2_rs_main_conf_t *omcf,
                                                     ngx_http_oauth2_rs_key_worker_t *worker,
                                                     ngx_cycle_t *cycle);
static void ngx_http_oauth2_rs_stop_key_worker(void *data);
static void ngx_http_oauth2_rs_key_tick(ngx_event_t *ev);
static void ngx_http_oauth2_rs_note_forsaken(ngx_http_oauth2_rs_key_worker_t *worker);
static void ngx_http_oauth2_rs_schedule_tick(ngx_http_oauth2_rs_key_worker_t *worker);
static void ngx_http_oauth2_rs_fetch_if_due(ngx_http_oauth2_rs_key_worker_t *worker);
static void ngx_http_oauth2_rs_keys_fetched(void *data, const ngx_http_oauth2_rs_fetch_t *fetch);

enum {
    NGX_HTTP_OAUTH2_RS_KEY_TICK = 1000,
    NGX_HTTP_OAUTH2_RS_KEY_QUICK_TICK = 50  // while requests wait for another worker's fetch
};

ngx_int_t ngx_http_oauth2_rs_start_key_sources(ngx_cycle_t *cycle,
                                               ngx_http_oauth2_rs_main_conf_t *omcf) {
    size_t i, n;
    oauth2_rs_key_source_t source;
    ngx_http_oauth2_rs_key_worker_t *worker;

    for (n = 0; oauth2_rs_key_source(omcf->registry, n, &source); n++) {
    }

    worker = static_cast<ngx_http_oauth2_rs_key_worker_t *>(
        ngx_pcalloc(cycle->pool, (n + 1) * sizeof(ngx_http_oauth2_rs_key_worker_t)));
    if (worker == nullptr) {
        return NGX_ERROR;
    }

    omcf->key_workers = worker;
    omcf->key_worker_count = n;

    for (i = 0; i < n; i++) {
        worker[i].registry = omcf->registry;
        worker[i].index = i;
        if (ngx_http_oauth2_rs_start_key_worker(omcf, &worker[i], cycle) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}

static ngx_int_t ngx_http_oauth2_rs_start_key_worker(ngx_http_oauth2_rs_main_conf_t *omcf,
                                                     ngx_http_oauth2_rs_key_worker_t *worker,
                                                     ngx_cycle_t *cycle) {
    ngx_pool_cleanup_t *cln;

    (void)oauth2_rs_key_source(omcf->registry, worker->index, &worker->source);
    worker->endpoint = ngx_http_oauth2_rs_key_endpoint(omcf, &worker->source);

    cln = ngx_pool_cleanup_add(cycle->pool, 0);
    if (worker->endpoint == nullptr || cln == nullptr) {
        return NGX_ERROR;
    }

    cln->handler = ngx_http_oauth2_rs_stop_key_worker;
    cln->data = worker;

    ngx_queue_init(&worker->waiting);
    worker->background.ended = ngx_http_oauth2_rs_keys_fetched;
    worker->background.data = worker;
    worker->dummy.fd = static_cast<ngx_socket_t>(-1);
    worker->tick.data = &worker->dummy;
    worker->tick.handler = ngx_http_oauth2_rs_key_tick;
    worker->tick.log = cycle->log;

    // What the zone holds is in use from the first request on.
    ngx_http_oauth2_rs_join_keys(worker->endpoint->zone);
    ngx_http_oauth2_rs_sync_keys(worker);

    worker->tick.cancelable = 1;
    ngx_add_timer(&worker->tick, 1);

    return NGX_OK;
}

/* Without a master, a reload frees the old cycle in the process that serves. */
static void ngx_http_oauth2_rs_stop_key_worker(void *data) {
    auto *worker = static_cast<ngx_http_oauth2_rs_key_worker_t *>(data);

    if (worker->tick.timer_set) {
        ngx_del_timer(&worker->tick);
    }

    if (worker->tick.posted) {
        ngx_delete_posted_event(&worker->tick);
    }

    ngx_http_oauth2_rs_stop_background(&worker->background);
}

static void ngx_http_oauth2_rs_key_tick(ngx_event_t *ev) {
    auto *worker = reinterpret_cast<ngx_http_oauth2_rs_key_worker_t *>(
        reinterpret_cast<u_char *>(ev) - offsetof(ngx_http_oauth2_rs_key_worker_t, tick));

    if (ev->timer_set) {
        ngx_del_timer(ev);
    }

    // Nobody needs the keys of a worker that ends; who waits for them still gets them.
    if (ngx_exiting && ngx_queue_empty(&worker->waiting)) {
        if (worker->fetching && worker->background.fetch != nullptr) {
            ngx_http_oauth2_rs_give_up(worker->background.fetch, "nobody needs the answer");
        }

        return;
    }

    ngx_http_oauth2_rs_sync_keys(worker);
    ngx_http_oauth2_rs_note_forsaken(worker);

    if (worker->woken != worker->endings) {
        worker->woken = worker->endings;
        ngx_http_oauth2_rs_wake(worker);
    }

    ngx_http_oauth2_rs_fetch_if_due(worker);
    ngx_http_oauth2_rs_schedule_tick(worker);
}

/* Requests wait for other workers, but not for ever: those may have ended. */
static void ngx_http_oauth2_rs_note_forsaken(ngx_http_oauth2_rs_key_worker_t *worker) {
    ngx_uint_t leased;

    leased = ngx_http_oauth2_rs_is_leased(ngx_http_oauth2_rs_lock_keys(worker->endpoint->zone));
    ngx_http_oauth2_rs_unlock_keys(worker->endpoint->zone);

    if (leased || worker->fetching || ngx_queue_empty(&worker->waiting)) {
        worker->forsaken = 0;

    } else if (worker->forsaken == 0) {
        worker->forsaken = ngx_current_msec;

    } else if (ngx_http_oauth2_rs_reached(worker->forsaken + NGX_HTTP_OAUTH2_RS_KEY_LEASE)) {
        worker->forsaken = 0;
        worker->endings++;
    }
}

static void ngx_http_oauth2_rs_schedule_tick(ngx_http_oauth2_rs_key_worker_t *worker) {
    const ngx_uint_t idle = ngx_queue_empty(&worker->waiting);

    worker->tick.cancelable = idle && !worker->fetching;
    ngx_add_timer(&worker->tick, idle || worker->fetching ? NGX_HTTP_OAUTH2_RS_KEY_TICK
                                                          : NGX_HTTP_OAUTH2_RS_KEY_QUICK_TICK);
}

static void ngx_http_oauth2_rs_fetch_if_due(ngx_http_oauth2_rs_key_worker_t *worker) {
    if (!ngx_http_oauth2_rs_take_lease(worker)) {
        return;
    }

    worker->fetching = 1;

    if (ngx_http_oauth2_rs_start_background(&worker->background, worker->endpoint->server,
                                            &worker->endpoint->uri, ngx_cycle->log) != NGX_OK) {
        ngx_http_oauth2_rs_keys_fetched(worker, nullptr);
    }
}

static void ngx_http_oauth2_rs_keys_fetched(void *data, const ngx_http_oauth2_rs_fetch_t *fetch) {
    oauth2_rs_text_t text = {nullptr, 0};
    auto *worker = static_cast<ngx_http_oauth2_rs_key_worker_t *>(data);
    const oauth2_rs_reporter_t reporter = ngx_http_oauth2_rs_key_reporter(worker);

    worker->fetching = 0;

    if (fetch != nullptr && fetch->status == NGX_HTTP_OK && fetch->body != nullptr) {
        text.data = reinterpret_cast<const char *>(fetch->body->pos);
        text.len = static_cast<size_t>(fetch->body->last - fetch->body->pos);
    }

    if (text.len != 0 &&
        oauth2_rs_key_source_accept(worker->registry, worker->index, text, &reporter)) {
        ngx_http_oauth2_rs_record_success(worker, &text);

    } else if (ngx_exiting && ngx_queue_empty(&worker->waiting)) {
        ngx_http_oauth2_rs_leave_lease(worker);

    } else {
        ngx_http_oauth2_rs_record_failure(worker);
    }

    worker->endings++;
    ngx_http_oauth2_rs_tick_soon(worker);
}

void ngx_http_oauth2_rs_tick_soon(ngx_http_oauth2_rs_key_worker_t *worker) {
    // In an event of its own: whoever asks may be a request in the middle of its phases.
    ngx_post_event(&worker->tick, &ngx_posted_events);
}
