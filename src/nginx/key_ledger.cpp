#include "nginx/key_ledger.h"

static oauth2_rs_text_t ngx_http_oauth2_rs_copy_news(const ngx_http_oauth2_rs_key_worker_t *worker,
                                                     const ngx_http_oauth2_rs_key_state_t *state);
static ngx_uint_t ngx_http_oauth2_rs_is_old(const ngx_http_oauth2_rs_key_worker_t *worker,
                                            ngx_msec_t fetched);
static ngx_msec_t ngx_http_oauth2_rs_cache_timeout(const ngx_http_oauth2_rs_key_worker_t *worker);
static void ngx_http_oauth2_rs_tell_failure(const ngx_http_oauth2_rs_key_worker_t *worker,
                                            ngx_uint_t version);
static ngx_msec_t ngx_http_oauth2_rs_jittered(ngx_msec_t time);
static void ngx_http_oauth2_rs_report_keys(void *host, oauth2_rs_severity_t severity,
                                           oauth2_rs_text_t message);

enum { NGX_HTTP_OAUTH2_RS_KEY_FIRST_PAUSE = 1000, NGX_HTTP_OAUTH2_RS_KEY_LONGEST_PAUSE = 60000 };

void ngx_http_oauth2_rs_sync_keys(ngx_http_oauth2_rs_key_worker_t *worker) {
    ngx_uint_t version;
    ngx_msec_t fetched;
    oauth2_rs_text_t text;
    oauth2_rs_reporter_t reporter = ngx_http_oauth2_rs_key_reporter(worker);
    ngx_http_oauth2_rs_key_state_t *state;

    state = ngx_http_oauth2_rs_lock_keys(worker->endpoint->zone);

    text = ngx_http_oauth2_rs_copy_news(worker, state);
    version = state->version;
    fetched = state->fetched;
    worker->endings += state->attempts != worker->attempts && !worker->fetching;
    worker->attempts = state->attempts;
    worker->failing = state->failures != 0;

    ngx_http_oauth2_rs_unlock_keys(worker->endpoint->zone);

    // Where memory is short it is tried again at the next look.
    if (text.len != 0 &&
        oauth2_rs_key_source_accept(worker->registry, worker->index, text, &reporter)) {
        worker->version = version;
        worker->fetched = fetched;
    }

    if (worker->version != 0 && ngx_http_oauth2_rs_is_old(worker, worker->fetched)) {
        worker->version = 0;
        oauth2_rs_key_source_drop(worker->registry, worker->index);
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "oauth2_secret_store: the keys of \"%V\" are too old to be used (server at "
                      "%s:%ui)",
                      &worker->endpoint->uri, worker->endpoint->server->file_name,
                      worker->endpoint->server->line);
    }
}

/* The text of the zone, where its keys are others than those in use and may be used. */
static oauth2_rs_text_t ngx_http_oauth2_rs_copy_news(const ngx_http_oauth2_rs_key_worker_t *worker,
                                                     const ngx_http_oauth2_rs_key_state_t *state) {
    static char copy[NGX_HTTP_OAUTH2_RS_MAX_ANSWER];  // a worker is one thread

    if (state->version == 0 || state->version == worker->version ||
        worker->version == NGX_HTTP_OAUTH2_RS_OWN_KEYS ||
        ngx_http_oauth2_rs_is_old(worker, state->fetched)) {
        return {nullptr, 0};
    }

    ngx_memcpy(copy, state->text, state->len);

    return {copy, state->len};
}

static ngx_uint_t ngx_http_oauth2_rs_is_old(const ngx_http_oauth2_rs_key_worker_t *worker,
                                            ngx_msec_t fetched) {
    int64_t longest = worker->source.cache_timeout_ms + worker->source.stale_timeout_ms;

    longest = ngx_min(longest, static_cast<int64_t>(NGX_MAX_INT_T_VALUE / 2));

    return ngx_http_oauth2_rs_reached(fetched + static_cast<ngx_msec_t>(longest));
}

ngx_uint_t ngx_http_oauth2_rs_take_lease(ngx_http_oauth2_rs_key_worker_t *worker) {
    ngx_uint_t mine, leads;
    ngx_http_oauth2_rs_key_state_t *state;

    state = ngx_http_oauth2_rs_lock_keys(worker->endpoint->zone);

    leads = ngx_http_oauth2_rs_leads_keys(worker->endpoint->zone);
    mine = leads && !worker->fetching && worker->background.request == nullptr &&
           ngx_http_oauth2_rs_is_due(worker, state) && !ngx_http_oauth2_rs_is_leased(state);

    if (mine || (leads && worker->fetching)) {
        state->lease = ngx_current_msec + NGX_HTTP_OAUTH2_RS_KEY_LEASE;
    }

    ngx_http_oauth2_rs_unlock_keys(worker->endpoint->zone);

    return mine;
}

ngx_uint_t ngx_http_oauth2_rs_is_due(const ngx_http_oauth2_rs_key_worker_t *worker,
                                     const ngx_http_oauth2_rs_key_state_t *state) {
    if (state->due == 0 || ngx_http_oauth2_rs_reached(state->due)) {
        return 1;
    }

    // Whoever fetched may be content with older keys than this store of the same URI.
    return state->version != 0 && state->failures == 0 &&
           ngx_http_oauth2_rs_reached(state->fetched + ngx_http_oauth2_rs_cache_timeout(worker));
}

static ngx_msec_t ngx_http_oauth2_rs_cache_timeout(const ngx_http_oauth2_rs_key_worker_t *worker) {
    return static_cast<ngx_msec_t>(
        ngx_min(worker->source.cache_timeout_ms, static_cast<int64_t>(NGX_MAX_INT32_VALUE)));
}

/* Under the lock. The flag tells whoever takes it next that the writer died at it. */
static void ngx_http_oauth2_rs_write_text(ngx_http_oauth2_rs_key_state_t *state,
                                          const oauth2_rs_text_t *text) {
    state->writing = 1;
    ngx_memory_barrier();
    ngx_memcpy(state->text, text->data, text->len);
    state->len = text->len;
    ngx_memory_barrier();
    state->writing = 0;
}

void ngx_http_oauth2_rs_record_success(ngx_http_oauth2_rs_key_worker_t *worker,
                                       const oauth2_rs_text_t *text) {
    ngx_uint_t failures;
    ngx_http_oauth2_rs_key_state_t *state;

    state = ngx_http_oauth2_rs_lock_keys(worker->endpoint->zone);

    if (!ngx_http_oauth2_rs_leads_keys(worker->endpoint->zone)) {
        ngx_http_oauth2_rs_unlock_keys(worker->endpoint->zone);
        worker->version = NGX_HTTP_OAUTH2_RS_OWN_KEYS;
        worker->fetched = ngx_current_msec;
        return;
    }

    ngx_http_oauth2_rs_write_text(state, text);

    failures = state->failures;
    state->version = ngx_max(ngx_current_msec, state->version + 1);
    state->attempts++;
    state->failures = 0;
    state->fetched = ngx_current_msec;
    state->due =
        ngx_current_msec + ngx_http_oauth2_rs_jittered(ngx_http_oauth2_rs_cache_timeout(worker));
    state->lease = 0;
    worker->version = state->version;
    worker->fetched = state->fetched;
    worker->attempts = state->attempts;
    worker->failing = 0;

    ngx_http_oauth2_rs_unlock_keys(worker->endpoint->zone);

    if (failures != 0) {
        ngx_log_error(
            NGX_LOG_NOTICE, ngx_cycle->log, 0,
            "oauth2_secret_store: the keys of \"%V\" are fetched again (server at %s:%ui)",
            &worker->endpoint->uri, worker->endpoint->server->file_name,
            worker->endpoint->server->line);
    }
}

void ngx_http_oauth2_rs_record_failure(ngx_http_oauth2_rs_key_worker_t *worker) {
    ngx_msec_t pause;
    ngx_uint_t failures, version;
    ngx_http_oauth2_rs_key_state_t *state;

    state = ngx_http_oauth2_rs_lock_keys(worker->endpoint->zone);

    if (!ngx_http_oauth2_rs_leads_keys(worker->endpoint->zone)) {
        ngx_http_oauth2_rs_unlock_keys(worker->endpoint->zone);
        return;
    }

    failures = ++state->failures;
    version = state->version;
    pause = NGX_HTTP_OAUTH2_RS_KEY_FIRST_PAUSE << ngx_min(failures - 1, ngx_uint_t{6});
    pause = ngx_min(pause, ngx_msec_t{NGX_HTTP_OAUTH2_RS_KEY_LONGEST_PAUSE});
    state->attempts++;
    state->due = ngx_current_msec + ngx_http_oauth2_rs_jittered(pause);
    state->lease = 0;
    worker->attempts = state->attempts;
    worker->failing = 1;

    ngx_http_oauth2_rs_unlock_keys(worker->endpoint->zone);

    if (failures == 1) {
        ngx_http_oauth2_rs_tell_failure(worker, version);
    }
}

static void ngx_http_oauth2_rs_tell_failure(const ngx_http_oauth2_rs_key_worker_t *worker,
                                            ngx_uint_t version) {
    const ngx_http_oauth2_rs_endpoint_t *endpoint = worker->endpoint;

    if (version == 0) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "oauth2_secret_store: the keys of \"%V\" can't be fetched, and none are at "
                      "hand: requests are answered with 503 (server at %s:%ui)",
                      &endpoint->uri, endpoint->server->file_name, endpoint->server->line);
        return;
    }

    ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                  "oauth2_secret_store: the keys of \"%V\" can't be fetched, those at hand stay in "
                  "use for %uis at most (server at %s:%ui)",
                  &endpoint->uri, static_cast<ngx_uint_t>(worker->source.stale_timeout_ms / 1000),
                  endpoint->server->file_name, endpoint->server->line);
}

void ngx_http_oauth2_rs_leave_lease(ngx_http_oauth2_rs_key_worker_t *worker) {
    ngx_http_oauth2_rs_key_state_t *state = ngx_http_oauth2_rs_lock_keys(worker->endpoint->zone);

    if (ngx_http_oauth2_rs_leads_keys(worker->endpoint->zone)) {
        state->lease = 0;
    }

    ngx_http_oauth2_rs_unlock_keys(worker->endpoint->zone);
}

/* Up to a tenth less, so that nodes which began together don't stay together. */
static ngx_msec_t ngx_http_oauth2_rs_jittered(ngx_msec_t time) {
    return time - static_cast<ngx_msec_t>(ngx_random()) % (time / 10 + 1);
}

oauth2_rs_reporter_t ngx_http_oauth2_rs_key_reporter(ngx_http_oauth2_rs_key_worker_t *worker) {
    return {ngx_http_oauth2_rs_report_keys, worker};
}

static void ngx_http_oauth2_rs_report_keys(void *host, oauth2_rs_severity_t /*severity*/,
                                           oauth2_rs_text_t message) {
    const auto *worker = static_cast<const ngx_http_oauth2_rs_key_worker_t *>(host);

    if (!worker->failing) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0, "%*s (server at %s:%ui)", message.len,
                      message.data, worker->endpoint->server->file_name,
                      worker->endpoint->server->line);
    }
}
