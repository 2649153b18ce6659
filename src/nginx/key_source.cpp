#include "nginx/key_source.h"

#include "nginx/key_wait.h"
#include "nginx/key_worker.h"
#include "nginx/key_zone.h"

static ngx_int_t ngx_http_oauth2_rs_start_key_worker(ngx_http_oauth2_rs_key_worker_t *worker,
                                                     ngx_cycle_t *cycle);
static void ngx_http_oauth2_rs_stop_key_worker(void *data);
static void ngx_http_oauth2_rs_key_tick(ngx_event_t *ev);
static void ngx_http_oauth2_rs_schedule_tick(ngx_http_oauth2_rs_key_worker_t *worker);
static ngx_uint_t ngx_http_oauth2_rs_is_old(const ngx_http_oauth2_rs_key_worker_t *worker,
                                            ngx_msec_t fetched);
static void ngx_http_oauth2_rs_fetch_if_due(ngx_http_oauth2_rs_key_worker_t *worker);
static ngx_uint_t ngx_http_oauth2_rs_take_lease(ngx_http_oauth2_rs_key_worker_t *worker);
static void ngx_http_oauth2_rs_keys_fetched(void *data, const ngx_http_oauth2_rs_fetch_t *fetch);
static void ngx_http_oauth2_rs_record_success(ngx_http_oauth2_rs_key_worker_t *worker,
                                              const oauth2_rs_text_t *text);
static void ngx_http_oauth2_rs_record_failure(ngx_http_oauth2_rs_key_worker_t *worker);
static void ngx_http_oauth2_rs_leave(ngx_http_oauth2_rs_key_worker_t *worker);
static ngx_msec_t ngx_http_oauth2_rs_jittered(ngx_msec_t time);
static void ngx_http_oauth2_rs_report_keys(void *host, oauth2_rs_severity_t severity,
                                           oauth2_rs_text_t message);

enum {
    NGX_HTTP_OAUTH2_RS_KEY_TICK = 1000,
    NGX_HTTP_OAUTH2_RS_KEY_QUICK_TICK = 50,  // while requests wait for another worker's fetch
    NGX_HTTP_OAUTH2_RS_KEY_LEASE = 5000,     // renewed at each tick
    NGX_HTTP_OAUTH2_RS_KEY_FIRST_PAUSE = 1000,
    NGX_HTTP_OAUTH2_RS_KEY_LONGEST_PAUSE = 60000
};

ngx_int_t ngx_http_oauth2_rs_start_key_sources(ngx_cycle_t *cycle) {
    size_t i, n;
    oauth2_rs_key_source_t source;
    ngx_http_oauth2_rs_main_conf_t *omcf;
    ngx_http_oauth2_rs_key_worker_t *worker;

    // The cache manager and loader come by here as well.
    if (ngx_process != NGX_PROCESS_WORKER && ngx_process != NGX_PROCESS_SINGLE) {
        return NGX_OK;
    }

    omcf = static_cast<ngx_http_oauth2_rs_main_conf_t *>(
        ngx_http_cycle_get_module_main_conf(cycle, ngx_http_oauth2_rs_module));

    if (omcf == nullptr) {
        return NGX_OK;  // there is no http block
    }

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
        (void)oauth2_rs_key_source(omcf->registry, i, &worker[i].source);
        worker[i].registry = omcf->registry;
        worker[i].index = i;
        worker[i].endpoint = ngx_http_oauth2_rs_key_endpoint(omcf, &worker[i].source);
        if (worker[i].endpoint == nullptr ||
            ngx_http_oauth2_rs_start_key_worker(&worker[i], cycle) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}

static ngx_int_t ngx_http_oauth2_rs_start_key_worker(ngx_http_oauth2_rs_key_worker_t *worker,
                                                     ngx_cycle_t *cycle) {
    ngx_pool_cleanup_t *cln;

    cln = ngx_pool_cleanup_add(cycle->pool, 0);
    if (cln == nullptr) {
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
            ngx_http_oauth2_rs_give_up(worker->background.fetch);
        }

        return;
    }

    ngx_http_oauth2_rs_sync_keys(worker);

    if (worker->wake) {
        worker->wake = 0;
        ngx_http_oauth2_rs_wake(worker);
    }

    ngx_http_oauth2_rs_fetch_if_due(worker);
    ngx_http_oauth2_rs_schedule_tick(worker);
}

static void ngx_http_oauth2_rs_schedule_tick(ngx_http_oauth2_rs_key_worker_t *worker) {
    const ngx_uint_t idle = ngx_queue_empty(&worker->waiting);

    worker->tick.cancelable = idle && !worker->fetching;
    ngx_add_timer(&worker->tick, idle || worker->fetching ? NGX_HTTP_OAUTH2_RS_KEY_TICK
                                                          : NGX_HTTP_OAUTH2_RS_KEY_QUICK_TICK);
}

void ngx_http_oauth2_rs_sync_keys(ngx_http_oauth2_rs_key_worker_t *worker) {
    size_t len;
    oauth2_rs_text_t text;
    oauth2_rs_reporter_t reporter = {ngx_http_oauth2_rs_report_keys, worker};
    ngx_http_oauth2_rs_key_state_t *state;
    static u_char copy[NGX_HTTP_OAUTH2_RS_MAX_ANSWER];  // a worker is one thread

    len = 0;
    state = ngx_http_oauth2_rs_lock_keys(worker->endpoint->zone);

    if (state->version != 0 && state->version != worker->version &&
        !ngx_http_oauth2_rs_is_old(worker, state->fetched)) {
        len = state->len;
        ngx_memcpy(copy, state->text, len);
        worker->version = state->version;
        worker->fetched = state->fetched;
    }

    worker->wake = worker->wake || state->attempts != worker->attempts;
    worker->attempts = state->attempts;
    worker->failing = state->failures != 0;

    ngx_http_oauth2_rs_unlock_keys(worker->endpoint->zone);

    if (len != 0) {
        text.data = reinterpret_cast<const char *>(copy);
        text.len = len;
        (void)oauth2_rs_key_source_accept(worker->registry, worker->index, text, &reporter);
    }

    if (worker->version != 0 && ngx_http_oauth2_rs_is_old(worker, worker->fetched)) {
        worker->version = 0;
        oauth2_rs_key_source_drop(worker->registry, worker->index);
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "oauth2_secret_store: the keys of \"%V\" are too old to be used",
                      &worker->endpoint->uri);
    }
}

static ngx_uint_t ngx_http_oauth2_rs_is_old(const ngx_http_oauth2_rs_key_worker_t *worker,
                                            ngx_msec_t fetched) {
    int64_t longest = worker->source.cache_timeout_ms + worker->source.stale_timeout_ms;

    longest = ngx_min(longest, static_cast<int64_t>(NGX_MAX_INT_T_VALUE / 2));

    return ngx_http_oauth2_rs_reached(fetched + static_cast<ngx_msec_t>(longest));
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

/* Whether this worker is to begin to fetch now; renews the lease of one that is at it. */
static ngx_uint_t ngx_http_oauth2_rs_take_lease(ngx_http_oauth2_rs_key_worker_t *worker) {
    ngx_uint_t mine, wanted;
    ngx_http_oauth2_rs_key_state_t *state;

    state = ngx_http_oauth2_rs_lock_keys(worker->endpoint->zone);

    wanted = state->due == 0 || ngx_http_oauth2_rs_reached(state->due);
    mine = !worker->fetching && wanted &&
           (state->lease == 0 || ngx_http_oauth2_rs_reached(state->lease));

    if (mine || worker->fetching) {
        state->lease = ngx_current_msec + NGX_HTTP_OAUTH2_RS_KEY_LEASE;
    }

    ngx_http_oauth2_rs_unlock_keys(worker->endpoint->zone);

    return mine;
}

static void ngx_http_oauth2_rs_keys_fetched(void *data, const ngx_http_oauth2_rs_fetch_t *fetch) {
    oauth2_rs_text_t text = {nullptr, 0};
    oauth2_rs_reporter_t reporter;
    auto *worker = static_cast<ngx_http_oauth2_rs_key_worker_t *>(data);

    reporter.report = ngx_http_oauth2_rs_report_keys;
    reporter.host = worker;
    worker->fetching = 0;

    if (fetch != nullptr && fetch->status == NGX_HTTP_OK && fetch->body != nullptr) {
        text.data = reinterpret_cast<const char *>(fetch->body->pos);
        text.len = static_cast<size_t>(fetch->body->last - fetch->body->pos);
    }

    if (text.len != 0 &&
        oauth2_rs_key_source_accept(worker->registry, worker->index, text, &reporter)) {
        ngx_http_oauth2_rs_record_success(worker, &text);

    } else if (ngx_exiting && ngx_queue_empty(&worker->waiting)) {
        ngx_http_oauth2_rs_leave(worker);

    } else {
        ngx_http_oauth2_rs_record_failure(worker);
    }

    worker->wake = 1;
    ngx_http_oauth2_rs_tick_soon(worker);
}

static void ngx_http_oauth2_rs_record_success(ngx_http_oauth2_rs_key_worker_t *worker,
                                              const oauth2_rs_text_t *text) {
    ngx_uint_t failures;
    ngx_http_oauth2_rs_key_state_t *state;

    state = ngx_http_oauth2_rs_lock_keys(worker->endpoint->zone);

    state->writing = 1;
    ngx_memory_barrier();
    ngx_memcpy(state->text, text->data, text->len);
    state->len = text->len;
    ngx_memory_barrier();
    state->writing = 0;

    failures = state->failures;
    state->version = ngx_max(ngx_current_msec, state->version + 1);
    state->attempts++;
    state->failures = 0;
    state->fetched = ngx_current_msec;
    state->due = ngx_current_msec +
                 ngx_http_oauth2_rs_jittered(static_cast<ngx_msec_t>(ngx_min(
                     worker->source.cache_timeout_ms, static_cast<int64_t>(NGX_MAX_INT32_VALUE))));
    state->lease = 0;
    worker->version = state->version;
    worker->fetched = state->fetched;
    worker->attempts = state->attempts;
    worker->failing = 0;

    ngx_http_oauth2_rs_unlock_keys(worker->endpoint->zone);

    if (failures != 0) {
        ngx_log_error(NGX_LOG_NOTICE, ngx_cycle->log, 0,
                      "oauth2_secret_store: the keys of \"%V\" are fetched again",
                      &worker->endpoint->uri);
    }
}

static void ngx_http_oauth2_rs_record_failure(ngx_http_oauth2_rs_key_worker_t *worker) {
    ngx_msec_t pause;
    ngx_uint_t failures;
    ngx_http_oauth2_rs_key_state_t *state;

    state = ngx_http_oauth2_rs_lock_keys(worker->endpoint->zone);

    failures = ++state->failures;
    pause = NGX_HTTP_OAUTH2_RS_KEY_FIRST_PAUSE << ngx_min(failures - 1, ngx_uint_t{6});
    pause = ngx_min(pause, ngx_msec_t{NGX_HTTP_OAUTH2_RS_KEY_LONGEST_PAUSE});
    state->attempts++;
    state->due = ngx_current_msec + ngx_http_oauth2_rs_jittered(pause);
    state->lease = 0;
    worker->attempts = state->attempts;
    worker->failing = 1;

    ngx_http_oauth2_rs_unlock_keys(worker->endpoint->zone);

    if (failures == 1) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "oauth2_secret_store: the keys of \"%V\" can't be fetched, those at hand "
                      "stay in use for %uis at most",
                      &worker->endpoint->uri,
                      static_cast<ngx_uint_t>(worker->source.stale_timeout_ms / 1000));
    }
}

/* Given up half-way says nothing of the keys: another worker may begin anew. */
static void ngx_http_oauth2_rs_leave(ngx_http_oauth2_rs_key_worker_t *worker) {
    ngx_http_oauth2_rs_lock_keys(worker->endpoint->zone)->lease = 0;
    ngx_http_oauth2_rs_unlock_keys(worker->endpoint->zone);
}

/* Up to a tenth less, so that nodes which began together don't stay together. */
static ngx_msec_t ngx_http_oauth2_rs_jittered(ngx_msec_t time) {
    return time - static_cast<ngx_msec_t>(ngx_random()) % (time / 10 + 1);
}

void ngx_http_oauth2_rs_tick_soon(ngx_http_oauth2_rs_key_worker_t *worker) {
    // In an event of its own: whoever asks may be a request in the middle of its phases.
    ngx_post_event(&worker->tick, &ngx_posted_events);
}

/* Told once, until keys could be fetched again. */
static void ngx_http_oauth2_rs_report_keys(void *host, oauth2_rs_severity_t /*severity*/,
                                           oauth2_rs_text_t message) {
    if (!static_cast<ngx_http_oauth2_rs_key_worker_t *>(host)->failing) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0, "%*s", message.len, message.data);
    }
}
