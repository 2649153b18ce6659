#include "nginx/cache_zone.h"

#include <atomic>

/* One token; plain data, in the slab, with the value behind it. */
typedef struct ngx_http_oauth2_rs_cache_node_s ngx_http_oauth2_rs_cache_node_t;

/* What a lookup asks comes first, so that it stands in one line of the processor's cache. */
struct ngx_http_oauth2_rs_cache_node_s {
    u_char key[OAUTH2_RS_CACHE_KEY_LENGTH];
    ngx_http_oauth2_rs_cache_node_t *next;  // in its bucket
    int64_t until_ms;
    ngx_uint_t turn;  // the cache's at the last use
    size_t len;
    ngx_queue_t use;
};

/*
 * The head of a zone, in the slab. A key is a digest, whose first bytes are as good as any hash of
 * it: a table finds it in one or two steps, where a tree of 100,000 takes 17 through memory that no
 * cache of the processor holds.
 */
typedef struct {
    ngx_http_oauth2_rs_cache_node_t **buckets;
    ngx_uint_t mask;
    ngx_queue_t uses;    // the latest first
    ngx_uint_t turn;     // counts the tokens that were put in
    ngx_uint_t writing;  // found set under the lock: who wrote died over it, the rest is not sound
} ngx_http_oauth2_rs_cache_t;

static ngx_int_t ngx_http_oauth2_rs_init_zone(ngx_shm_zone_t *zone, void *data);
static ngx_slab_pool_t *ngx_http_oauth2_rs_request_zone(void *host);
static size_t ngx_http_oauth2_rs_most_bytes(const ngx_slab_pool_t *shpool);
static ngx_int_t ngx_http_oauth2_rs_start_anew(ngx_slab_pool_t *shpool);
static ngx_http_oauth2_rs_cache_t *ngx_http_oauth2_rs_lock(ngx_slab_pool_t *shpool);
static void ngx_http_oauth2_rs_mark_writing(ngx_http_oauth2_rs_cache_t *cache, ngx_uint_t writing);
static ngx_http_oauth2_rs_cache_node_t **ngx_http_oauth2_rs_find(ngx_http_oauth2_rs_cache_t *cache,
                                                                 const u_char *key);
static void ngx_http_oauth2_rs_use(ngx_http_oauth2_rs_cache_t *cache,
                                   ngx_http_oauth2_rs_cache_node_t *cn);
static ngx_http_oauth2_rs_cache_node_t *ngx_http_oauth2_rs_allocate(
    ngx_slab_pool_t *shpool, ngx_http_oauth2_rs_cache_t *cache, size_t len);
static void ngx_http_oauth2_rs_insert(ngx_http_oauth2_rs_cache_t *cache,
                                      ngx_http_oauth2_rs_cache_node_t *cn);
static void ngx_http_oauth2_rs_remove(ngx_slab_pool_t *shpool, ngx_http_oauth2_rs_cache_t *cache,
                                      ngx_http_oauth2_rs_cache_node_t *cn);

/* No value is larger: a token of 64 KiB has claims of 48 KiB at the most. */
enum { NGX_HTTP_OAUTH2_RS_MAX_VALUE = 64 * 1024 };

/* What share of the zone one token may take, lest it drive out all others. */
static const size_t ngx_http_oauth2_rs_share = 8;

/* How many tokens may have to give way to one: a bound on the time under the lock. */
static const ngx_uint_t ngx_http_oauth2_rs_max_evictions = 64;

/* A token takes this many bytes of the slab at least, hence the number of buckets. */
static const size_t ngx_http_oauth2_rs_least_token = 256;

/* What a lookup found is handed out from here: the zone's own may be gone once the lock is. */
static u_char ngx_http_oauth2_rs_found[NGX_HTTP_OAUTH2_RS_MAX_VALUE];

ngx_shm_zone_t *ngx_http_oauth2_rs_cache_zone(ngx_conf_t *cf, ngx_str_t *name, size_t size) {
    ngx_shm_zone_t *zone;

    if (size != 0 && size < 8 * ngx_pagesize) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "oauth2_cache: zone \"%V\" is too small, give it %uz bytes at least",
                           name, 8 * ngx_pagesize);
        return nullptr;
    }

    zone = ngx_shared_memory_add(cf, name, size, &ngx_http_oauth2_rs_module);
    if (zone == nullptr) {
        return nullptr;
    }

    zone->init = ngx_http_oauth2_rs_init_zone;

    return zone;
}

static ngx_int_t ngx_http_oauth2_rs_init_zone(ngx_shm_zone_t *zone, void *data) {
    auto *shpool = reinterpret_cast<ngx_slab_pool_t *>(zone->shm.addr);

    // The tokens of an earlier configuration stay: their keys say by which rules they were judged.
    if (data != nullptr || zone->shm.exists) {
        zone->data = shpool;
        return NGX_OK;
    }

    zone->data = shpool;

    return ngx_http_oauth2_rs_start_anew(shpool);
}

/* Under the lock, or before anybody else knows the zone. */
static ngx_int_t ngx_http_oauth2_rs_start_anew(ngx_slab_pool_t *shpool) {
    size_t most;
    ngx_uint_t n;
    ngx_http_oauth2_rs_cache_t *cache;

    most = static_cast<size_t>(shpool->end - shpool->start) / ngx_http_oauth2_rs_least_token;

    for (n = 1; n <= most / 2; n *= 2) { /* void */
    }

    cache = static_cast<ngx_http_oauth2_rs_cache_t *>(
        ngx_slab_calloc_locked(shpool, sizeof(ngx_http_oauth2_rs_cache_t)));
    if (cache == nullptr) {
        return NGX_ERROR;
    }

    cache->buckets = static_cast<ngx_http_oauth2_rs_cache_node_t **>(
        ngx_slab_calloc_locked(shpool, n * sizeof(ngx_http_oauth2_rs_cache_node_t *)));
    if (cache->buckets == nullptr) {
        return NGX_ERROR;
    }

    cache->mask = n - 1;
    ngx_queue_init(&cache->uses);

    shpool->data = cache;
    shpool->log_nomem = 0;  // a full zone is no error: the least used tokens give way

    return NGX_OK;
}

int ngx_http_oauth2_rs_cache_get(void *host, const unsigned char *key, oauth2_rs_text_t *value) {
    int64_t now = ngx_http_oauth2_rs_clock_ms();
    ngx_slab_pool_t *shpool = ngx_http_oauth2_rs_request_zone(host);
    ngx_http_oauth2_rs_cache_t *cache;
    ngx_http_oauth2_rs_cache_node_t *cn;

    if (shpool == nullptr) {
        return 0;
    }

    value->len = 0;
    cache = ngx_http_oauth2_rs_lock(shpool);
    cn = cache == nullptr ? nullptr : *ngx_http_oauth2_rs_find(cache, key);

    if (cn != nullptr && cn->until_ms > now) {
        ngx_http_oauth2_rs_use(cache, cn);
        value->len = cn->len;
        ngx_memcpy(ngx_http_oauth2_rs_found, &cn[1], cn->len);
    }

    ngx_shmtx_unlock(&shpool->mutex);

    value->data = reinterpret_cast<char *>(ngx_http_oauth2_rs_found);

    return value->len != 0;
}

void ngx_http_oauth2_rs_cache_put(void *host, const unsigned char *key, oauth2_rs_text_t value,
                                  int64_t until_ms) {
    ngx_slab_pool_t *shpool = ngx_http_oauth2_rs_request_zone(host);
    ngx_http_oauth2_rs_cache_t *cache;
    ngx_http_oauth2_rs_cache_node_t *cn;

    if (shpool == nullptr || value.len > ngx_http_oauth2_rs_most_bytes(shpool)) {
        return;
    }

    cache = ngx_http_oauth2_rs_lock(shpool);

    if (cache != nullptr) {
        ngx_http_oauth2_rs_mark_writing(cache, 1);

        cn = *ngx_http_oauth2_rs_find(cache, key);
        if (cn != nullptr) {
            ngx_http_oauth2_rs_remove(shpool, cache, cn);
        }

        cn = ngx_http_oauth2_rs_allocate(shpool, cache, value.len);
        if (cn != nullptr) {
            ngx_memcpy(cn->key, key, OAUTH2_RS_CACHE_KEY_LENGTH);
            ngx_memcpy(&cn[1], value.data, value.len);
            cn->len = value.len;
            cn->until_ms = until_ms;
            ngx_http_oauth2_rs_insert(cache, cn);
        }

        ngx_http_oauth2_rs_mark_writing(cache, 0);
    }

    ngx_shmtx_unlock(&shpool->mutex);
}

/* A larger value is not kept. */
static size_t ngx_http_oauth2_rs_most_bytes(const ngx_slab_pool_t *shpool) {
    size_t share = static_cast<size_t>(shpool->end - shpool->start) / ngx_http_oauth2_rs_share;

    return ngx_min(share, static_cast<size_t>(NGX_HTTP_OAUTH2_RS_MAX_VALUE));
}

/* nullptr where the location keeps no tokens. */
static ngx_slab_pool_t *ngx_http_oauth2_rs_request_zone(void *host) {
    auto *r = static_cast<ngx_http_request_t *>(host);
    ngx_http_oauth2_rs_loc_conf_t *conf;

    conf = static_cast<ngx_http_oauth2_rs_loc_conf_t *>(
        ngx_http_get_module_loc_conf(r, ngx_http_oauth2_rs_module));

    return conf->cache_zone == nullptr ? nullptr
                                       : static_cast<ngx_slab_pool_t *>(conf->cache_zone->data);
}

/*
 * Takes the lock; it must be given back whatever comes. A worker that is killed leaves it to NGINX,
 * and the zone in whatever state it was: then nothing in it is believed. nullptr: no use of it.
 */
static ngx_http_oauth2_rs_cache_t *ngx_http_oauth2_rs_lock(ngx_slab_pool_t *shpool) {
    ngx_http_oauth2_rs_cache_t *cache;

    ngx_shmtx_lock(&shpool->mutex);

    cache = static_cast<ngx_http_oauth2_rs_cache_t *>(shpool->data);

    if (cache != nullptr && !cache->writing) {
        return cache;
    }

    shpool->data = nullptr;
    ngx_slab_init(shpool);

    if (ngx_http_oauth2_rs_start_anew(shpool) != NGX_OK) {
        return nullptr;
    }

    return static_cast<ngx_http_oauth2_rs_cache_t *>(shpool->data);
}

/* Without the fences the compiler may move what is written out of the time that is marked. */
static void ngx_http_oauth2_rs_mark_writing(ngx_http_oauth2_rs_cache_t *cache, ngx_uint_t writing) {
    std::atomic_signal_fence(std::memory_order_seq_cst);
    cache->writing = writing;
    std::atomic_signal_fence(std::memory_order_seq_cst);
}

/* The link in its bucket that leads to the key, or ends the bucket. */
static ngx_http_oauth2_rs_cache_node_t **ngx_http_oauth2_rs_find(ngx_http_oauth2_rs_cache_t *cache,
                                                                 const u_char *key) {
    ngx_uint_t hash;
    ngx_http_oauth2_rs_cache_node_t **link;

    ngx_memcpy(&hash, key, sizeof(hash));
    link = &cache->buckets[hash & cache->mask];

    while (*link != nullptr && ngx_memcmp((*link)->key, key, OAUTH2_RS_CACHE_KEY_LENGTH) != 0) {
        link = &(*link)->next;
    }

    return link;
}

/*
 * Nothing gives way before the next token is put in, so that a second use until then changes
 * nothing worth a write: workers that only look up share the memory without taking it away from
 * each other.
 */
static void ngx_http_oauth2_rs_use(ngx_http_oauth2_rs_cache_t *cache,
                                   ngx_http_oauth2_rs_cache_node_t *cn) {
    if (cn->turn == cache->turn) {
        return;
    }

    ngx_http_oauth2_rs_mark_writing(cache, 1);
    ngx_queue_remove(&cn->use);
    ngx_queue_insert_head(&cache->uses, &cn->use);
    cn->turn = cache->turn;
    ngx_http_oauth2_rs_mark_writing(cache, 0);
}

/* Room for a value; the least used tokens give way. nullptr where that isn't enough. */
static ngx_http_oauth2_rs_cache_node_t *ngx_http_oauth2_rs_allocate(
    ngx_slab_pool_t *shpool, ngx_http_oauth2_rs_cache_t *cache, size_t len) {
    size_t size = sizeof(ngx_http_oauth2_rs_cache_node_t) + len;
    void *room = ngx_slab_alloc_locked(shpool, size);
    ngx_uint_t n;
    ngx_http_oauth2_rs_cache_node_t *cn;

    for (n = 0; room == nullptr && n < ngx_http_oauth2_rs_max_evictions; n++) {
        if (ngx_queue_empty(&cache->uses)) {
            return nullptr;
        }

        cn = ngx_queue_data(ngx_queue_last(&cache->uses), ngx_http_oauth2_rs_cache_node_t, use);
        ngx_http_oauth2_rs_remove(shpool, cache, cn);
        room = ngx_slab_alloc_locked(shpool, size);
    }

    return static_cast<ngx_http_oauth2_rs_cache_node_t *>(room);
}

static void ngx_http_oauth2_rs_insert(ngx_http_oauth2_rs_cache_t *cache,
                                      ngx_http_oauth2_rs_cache_node_t *cn) {
    ngx_http_oauth2_rs_cache_node_t **link = ngx_http_oauth2_rs_find(cache, cn->key);

    cn->next = nullptr;
    *link = cn;

    cn->turn = ++cache->turn;
    ngx_queue_insert_head(&cache->uses, &cn->use);
}

static void ngx_http_oauth2_rs_remove(ngx_slab_pool_t *shpool, ngx_http_oauth2_rs_cache_t *cache,
                                      ngx_http_oauth2_rs_cache_node_t *cn) {
    *ngx_http_oauth2_rs_find(cache, cn->key) = cn->next;
    ngx_queue_remove(&cn->use);
    ngx_slab_free_locked(shpool, cn);
}
