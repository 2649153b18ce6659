#include "nginx/key_zone.h"

/* A zone as one cycle knows it; in the pool of the cycle. */
typedef struct {
    ngx_http_oauth2_rs_key_state_t *state;
    ngx_uint_t cycle;
} ngx_http_oauth2_rs_key_zone_t;

static ngx_int_t ngx_http_oauth2_rs_init_key_zone(ngx_shm_zone_t *zone, void *data);
static ngx_http_oauth2_rs_key_state_t *ngx_http_oauth2_rs_find_state(ngx_shm_zone_t *zone,
                                                                     void *data);
static ngx_http_oauth2_rs_key_zone_t *ngx_http_oauth2_rs_zone_of(const ngx_shm_zone_t *zone);
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
    zone->data = ngx_pcalloc(cf->pool, sizeof(ngx_http_oauth2_rs_key_zone_t));

    return zone->data == nullptr ? nullptr : zone;
}

static ngx_int_t ngx_http_oauth2_rs_init_key_zone(ngx_shm_zone_t *zone, void *data) {
    ngx_slab_pool_t *shpool = ngx_http_oauth2_rs_slab(zone);
    ngx_http_oauth2_rs_key_zone_t *known = ngx_http_oauth2_rs_zone_of(zone);
    ngx_http_oauth2_rs_key_state_t *state = ngx_http_oauth2_rs_find_state(zone, data);

    if (state == nullptr) {
        state = static_cast<ngx_http_oauth2_rs_key_state_t *>(
            ngx_slab_calloc(shpool, sizeof(ngx_http_oauth2_rs_key_state_t)));
        if (state == nullptr) {
            return NGX_ERROR;
        }
    }

    shpool->data = state;
    known->state = state;

    ngx_shmtx_lock(&shpool->mutex);
    known->cycle = ++state->cycles;
    ngx_shmtx_unlock(&shpool->mutex);

    return NGX_OK;
}

/*
 * What an earlier cycle left; or what another process did that shares the memory. From version 1.27
 * on NGINX hands over the data of a zone that isn't used again, too, and then unmaps its memory.
 */
static ngx_http_oauth2_rs_key_state_t *ngx_http_oauth2_rs_find_state(ngx_shm_zone_t *zone,
                                                                     void *data) {
    if (data != nullptr && !zone->noreuse) {
        return static_cast<ngx_http_oauth2_rs_key_zone_t *>(data)->state;
    }

    return zone->shm.exists
               ? static_cast<ngx_http_oauth2_rs_key_state_t *>(ngx_http_oauth2_rs_slab(zone)->data)
               : nullptr;
}

ngx_http_oauth2_rs_key_state_t *ngx_http_oauth2_rs_lock_keys(ngx_shm_zone_t *zone) {
    ngx_http_oauth2_rs_key_state_t *state = ngx_http_oauth2_rs_zone_of(zone)->state;

    ngx_shmtx_lock(&ngx_http_oauth2_rs_slab(zone)->mutex);

    // Its writer died at it, and the master released the lock.
    if (state->writing) {
        state->writing = 0;
        state->version = 0;
        state->due = 0;
    }

    return state;
}

void ngx_http_oauth2_rs_unlock_keys(ngx_shm_zone_t *zone) {
    ngx_shmtx_unlock(&ngx_http_oauth2_rs_slab(zone)->mutex);
}

void ngx_http_oauth2_rs_join_keys(ngx_shm_zone_t *zone) {
    const ngx_uint_t cycle = ngx_http_oauth2_rs_zone_of(zone)->cycle;
    ngx_http_oauth2_rs_key_state_t *state = ngx_http_oauth2_rs_lock_keys(zone);

    if (state->newest < cycle) {
        state->newest = cycle;
        state->due = 0;
        state->lease = 0;
    }

    ngx_http_oauth2_rs_unlock_keys(zone);
}

ngx_uint_t ngx_http_oauth2_rs_leads_keys(const ngx_shm_zone_t *zone) {
    const ngx_http_oauth2_rs_key_zone_t *known = ngx_http_oauth2_rs_zone_of(zone);

    return known->cycle == known->state->newest;
}

ngx_uint_t ngx_http_oauth2_rs_is_leased(const ngx_http_oauth2_rs_key_state_t *state) {
    return state->lease != 0 && !ngx_http_oauth2_rs_reached(state->lease);
}

ngx_uint_t ngx_http_oauth2_rs_reached(ngx_msec_t time) {
    return static_cast<ngx_msec_int_t>(ngx_current_msec - time) >= 0;
}

static ngx_http_oauth2_rs_key_zone_t *ngx_http_oauth2_rs_zone_of(const ngx_shm_zone_t *zone) {
    return static_cast<ngx_http_oauth2_rs_key_zone_t *>(zone->data);
}

static ngx_slab_pool_t *ngx_http_oauth2_rs_slab(const ngx_shm_zone_t *zone) {
    return reinterpret_cast<ngx_slab_pool_t *>(zone->shm.addr);
}
