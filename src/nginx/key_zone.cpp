#include "nginx/key_zone.h"

static ngx_int_t ngx_http_oauth2_rs_init_key_zone(ngx_shm_zone_t *zone, void *data);
static ngx_slab_pool_t *ngx_http_oauth2_rs_slab(const ngx_shm_zone_t *zone);

ngx_shm_zone_t *ngx_http_oauth2_rs_add_key_zone(ngx_conf_t *cf, const ngx_str_t *name) {
    ngx_str_t zone_name = *name;
    ngx_shm_zone_t *zone;

    // The state, rounded up to pages, and as much again for the slab allocator's own needs.
    zone = ngx_shared_memory_add(
        cf, &zone_name, 2 * ngx_align(sizeof(ngx_http_oauth2_rs_key_state_t), ngx_pagesize),
        &ngx_http_oauth2_rs_module);
    if (zone == nullptr) {
        return nullptr;
    }

    zone->init = ngx_http_oauth2_rs_init_key_zone;

    return zone;
}

static ngx_int_t ngx_http_oauth2_rs_init_key_zone(ngx_shm_zone_t *zone, void *data) {
    ngx_http_oauth2_rs_key_state_t *state;
    ngx_slab_pool_t *shpool = ngx_http_oauth2_rs_slab(zone);

    // What an earlier cycle left; or what another process did that shares the memory.
    state = static_cast<ngx_http_oauth2_rs_key_state_t *>(data);
    if (state == nullptr && zone->shm.exists) {
        state = static_cast<ngx_http_oauth2_rs_key_state_t *>(shpool->data);
    }

    if (state == nullptr) {
        state = static_cast<ngx_http_oauth2_rs_key_state_t *>(
            ngx_slab_calloc(shpool, sizeof(ngx_http_oauth2_rs_key_state_t)));
        if (state == nullptr) {
            return NGX_ERROR;
        }

    } else {
        // A new cycle fetches soon: its location may lead elsewhere.
        ngx_shmtx_lock(&shpool->mutex);
        state->due = 0;
        state->missed = 0;
        ngx_shmtx_unlock(&shpool->mutex);
    }

    shpool->data = state;
    zone->data = state;

    return NGX_OK;
}

ngx_http_oauth2_rs_key_state_t *ngx_http_oauth2_rs_lock_keys(ngx_shm_zone_t *zone) {
    auto *state = static_cast<ngx_http_oauth2_rs_key_state_t *>(zone->data);

    ngx_shmtx_lock(&ngx_http_oauth2_rs_slab(zone)->mutex);

    // Its writer died at it, and the master released the lock.
    if (state->writing) {
        ngx_memzero(state, offsetof(ngx_http_oauth2_rs_key_state_t, text));
    }

    return state;
}

void ngx_http_oauth2_rs_unlock_keys(ngx_shm_zone_t *zone) {
    ngx_shmtx_unlock(&ngx_http_oauth2_rs_slab(zone)->mutex);
}

ngx_uint_t ngx_http_oauth2_rs_reached(ngx_msec_t time) {
    return static_cast<ngx_msec_int_t>(ngx_current_msec - time) >= 0;
}

static ngx_slab_pool_t *ngx_http_oauth2_rs_slab(const ngx_shm_zone_t *zone) {
    return reinterpret_cast<ngx_slab_pool_t *>(zone->shm.addr);
}
