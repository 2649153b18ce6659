#include "nginx/refresh.h"

/* POD, in the pool of the cycle. */
typedef struct {
    ngx_connection_t dummy;  // NGINX's debug log takes an event's data for its connection
    ngx_event_t timer;
    oauth2_rs_registry_t *registry;
    size_t index;
} ngx_http_oauth2_rs_refresher_t;

static ngx_int_t ngx_http_oauth2_rs_start_refresher(ngx_cycle_t *cycle,
                                                    oauth2_rs_registry_t *registry, size_t index);
static void ngx_http_oauth2_rs_schedule(ngx_http_oauth2_rs_refresher_t *refresher);
static void ngx_http_oauth2_rs_refresh(ngx_event_t *ev);
static void ngx_http_oauth2_rs_report_refresh(void *host, oauth2_rs_severity_t severity,
                                              oauth2_rs_text_t message);

ngx_int_t ngx_http_oauth2_rs_start_refreshing(ngx_cycle_t *cycle,
                                              const ngx_http_oauth2_rs_main_conf_t *omcf) {
    size_t i, n;

    n = oauth2_rs_refresher_count(omcf->registry);

    for (i = 0; i < n; i++) {
        if (ngx_http_oauth2_rs_start_refresher(cycle, omcf->registry, i) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}

static ngx_int_t ngx_http_oauth2_rs_start_refresher(ngx_cycle_t *cycle,
                                                    oauth2_rs_registry_t *registry, size_t index) {
    oauth2_rs_reporter_t reporter = {ngx_http_oauth2_rs_report_refresh, cycle->log};
    ngx_http_oauth2_rs_refresher_t *refresher;

    refresher = static_cast<ngx_http_oauth2_rs_refresher_t *>(
        ngx_pcalloc(cycle->pool, sizeof(ngx_http_oauth2_rs_refresher_t)));
    if (refresher == nullptr) {
        return NGX_ERROR;
    }

    refresher->registry = registry;
    refresher->index = index;
    refresher->dummy.fd = static_cast<ngx_socket_t>(-1);
    refresher->timer.data = refresher;
    refresher->timer.handler = ngx_http_oauth2_rs_refresh;
    refresher->timer.log = cycle->log;
    refresher->timer.cancelable = 1;

    // All workers run as the same user: one of them tells.
    if (ngx_worker == 0) {
        oauth2_rs_refresher_check(registry, index, &reporter);
    }

    // The worker may replace one that died: long after the files were read for its configuration.
    ngx_http_oauth2_rs_refresh(&refresher->timer);

    return NGX_OK;
}

static void ngx_http_oauth2_rs_schedule(ngx_http_oauth2_rs_refresher_t *refresher) {
    const int64_t longest = NGX_MAX_INT32_VALUE;
    int64_t interval = oauth2_rs_refresher_interval_ms(refresher->registry, refresher->index);

    ngx_add_timer(&refresher->timer, static_cast<ngx_msec_t>(ngx_min(interval, longest)));
}

static void ngx_http_oauth2_rs_refresh(ngx_event_t *ev) {
    auto *refresher = static_cast<ngx_http_oauth2_rs_refresher_t *>(ev->data);
    oauth2_rs_reporter_t reporter = {ngx_http_oauth2_rs_report_refresh, ev->log};

    if (ngx_exiting) {
        return;
    }

    oauth2_rs_refresher_run(refresher->registry, refresher->index, &reporter);
    ngx_http_oauth2_rs_schedule(refresher);
}

static void ngx_http_oauth2_rs_report_refresh(void *host, oauth2_rs_severity_t severity,
                                              oauth2_rs_text_t message) {
    static const ngx_uint_t levels[] = {NGX_LOG_NOTICE, NGX_LOG_WARN, NGX_LOG_ERR};

    ngx_log_error(levels[severity], static_cast<ngx_log_t *>(host), 0, "%*s", message.len,
                  message.data);
}
