#include "nginx/cache_zone.h"

/* One token; plain data, in the slab. The value follows the struct. */
typedef struct {
    ngx_rbtree_node_t node;  // its key: the first bytes of ours
    ngx_queue_t use;
    u_char key[OAUTH2_RS_CACHE_KEY_LENGTH];
    int64_t until_ms;
    size_t len;
} ngx_http_oauth2_rs_cache_node_t;

/* The head of a zone, in the slab. */
typedef struct {
    ngx_rbtree_t tree;
    ngx_rbtree_node_t sentinel;
    ngx_queue_t uses;    // the latest first
    ngx_uint_t writing;  // found set under the lock: who wrote died over it, the rest is not sound
} ngx_http_oauth2_rs_cache_t;

/* What a lookup found is handed out from here: the zone's own may be gone once the lock is. */
typedef struct {
    u_char *data;
    size_t size;
} ngx_http_oauth2_rs_buffer_t;

static ngx_http_oauth2_rs_buffer_t ngx_http_oauth2_rs_found;

static ngx_int_t ngx_http_oauth2_rs_init_zone(ngx_shm_zone_t *zone, void *data);
static ngx_slab_pool_t *ngx_http_oauth2_rs_request_zone(void *host);
static ngx_int_t ngx_http_oauth2_rs_reserve(size_t size);
static ngx_int_t ngx_http_oauth2_rs_start_anew(ngx_slab_pool_t *shpool);
static ngx_http_oauth2_rs_cache_t *ngx_http_oauth2_rs_lock(ngx_slab_pool_t *shpool);
static ngx_http_oauth2_rs_cache_node_t *ngx_http_oauth2_rs_lookup(ngx_http_oauth2_rs_cache_t *cache,
                                                                  const u_char *key);
static ngx_http_oauth2_rs_cache_node_t *ngx_http_oauth2_rs_allocate(
    ngx_slab_pool_t *shpool, ngx_http_oauth2_rs_cache_t *cache, size_t len);
static void ngx_http_oauth2_rs_remove(ngx_slab_pool_t *shpool, ngx_http_oauth2_rs_cache_t *cache,
                                      ngx_http_oauth2_rs_cache_node_t *cn);
static void ngx_http_oauth2_rs_insert(ngx_rbtree_node_t *temp, ngx_rbtree_node_t *node,
                                      ngx_rbtree_node_t *sentinel);
static ngx_rbtree_key_t ngx_http_oauth2_rs_tree_key(const u_char *key);

/*
 * A value larger than this is not kept: a token of 64 KiB has claims of 48 KiB at the most, and
 * room for a lookup is reserved before the lock is taken.
 */
static const size_t ngx_http_oauth2_rs_max_value = 64 * 1024;

/* How many tokens may have to give way to one: a bound on the time under the lock. */
static const ngx_uint_t ngx_http_oauth2_rs_max_evictions = 64;

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
    ngx_http_oauth2_rs_cache_t *cache;

    cache = static_cast<ngx_http_oauth2_rs_cache_t *>(
        ngx_slab_calloc_locked(shpool, sizeof(ngx_http_oauth2_rs_cache_t)));
    if (cache == nullptr) {
        return NGX_ERROR;
    }

    ngx_rbtree_init(&cache->tree, &cache->sentinel, ngx_http_oauth2_rs_insert);
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

    if (shpool == nullptr || ngx_http_oauth2_rs_reserve(ngx_http_oauth2_rs_max_value) != NGX_OK) {
        return 0;
    }

    value->len = 0;
    cache = ngx_http_oauth2_rs_lock(shpool);
    cn = cache == nullptr ? nullptr : ngx_http_oauth2_rs_lookup(cache, key);

    if (cn != nullptr && cn->until_ms > now) {
        cache->writing = 1;
        ngx_queue_remove(&cn->use);
        ngx_queue_insert_head(&cache->uses, &cn->use);
        cache->writing = 0;

        value->len = cn->len;
        ngx_memcpy(ngx_http_oauth2_rs_found.data, &cn[1], cn->len);
    }

    ngx_shmtx_unlock(&shpool->mutex);

    value->data = reinterpret_cast<char *>(ngx_http_oauth2_rs_found.data);

    return value->len != 0;
}

void ngx_http_oauth2_rs_cache_put(void *host, const unsigned char *key, oauth2_rs_text_t value,
                                  int64_t until_ms) {
    ngx_slab_pool_t *shpool = ngx_http_oauth2_rs_request_zone(host);
    ngx_http_oauth2_rs_cache_t *cache;
    ngx_http_oauth2_rs_cache_node_t *cn;

    if (shpool == nullptr || value.len > ngx_http_oauth2_rs_max_value) {
        return;
    }

    cache = ngx_http_oauth2_rs_lock(shpool);

    if (cache != nullptr) {
        cache->writing = 1;

        cn = ngx_http_oauth2_rs_lookup(cache, key);
        if (cn != nullptr) {
            ngx_http_oauth2_rs_remove(shpool, cache, cn);
        }

        cn = ngx_http_oauth2_rs_allocate(shpool, cache, value.len);
        if (cn != nullptr) {
            ngx_memcpy(cn->key, key, OAUTH2_RS_CACHE_KEY_LENGTH);
            ngx_memcpy(&cn[1], value.data, value.len);
            cn->len = value.len;
            cn->until_ms = until_ms;
            cn->node.key = ngx_http_oauth2_rs_tree_key(key);
            ngx_rbtree_insert(&cache->tree, &cn->node);
            ngx_queue_insert_head(&cache->uses, &cn->use);
        }

        cache->writing = 0;
    }

    ngx_shmtx_unlock(&shpool->mutex);
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

/* Room for what is found, kept for the life of the worker. */
static ngx_int_t ngx_http_oauth2_rs_reserve(size_t size) {
    if (ngx_http_oauth2_rs_found.size >= size) {
        return NGX_OK;
    }

    ngx_http_oauth2_rs_found.data = static_cast<u_char *>(ngx_alloc(size, ngx_cycle->log));
    if (ngx_http_oauth2_rs_found.data == nullptr) {
        return NGX_ERROR;
    }

    ngx_http_oauth2_rs_found.size = size;

    return NGX_OK;
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

static ngx_http_oauth2_rs_cache_node_t *ngx_http_oauth2_rs_lookup(ngx_http_oauth2_rs_cache_t *cache,
                                                                  const u_char *key) {
    ngx_int_t rc;
    ngx_rbtree_key_t tree_key = ngx_http_oauth2_rs_tree_key(key);
    ngx_rbtree_node_t *node = cache->tree.root;
    ngx_http_oauth2_rs_cache_node_t *cn;

    while (node != cache->tree.sentinel) {
        if (tree_key != node->key) {
            node = tree_key < node->key ? node->left : node->right;
            continue;
        }

        cn = reinterpret_cast<ngx_http_oauth2_rs_cache_node_t *>(node);
        rc = ngx_memcmp(key, cn->key, OAUTH2_RS_CACHE_KEY_LENGTH);
        if (rc == 0) {
            return cn;
        }

        node = rc < 0 ? node->left : node->right;
    }

    return nullptr;
}

/* Room for a value; the least used tokens give way. nullptr where that isn't enough. */
static ngx_http_oauth2_rs_cache_node_t *ngx_http_oauth2_rs_allocate(
    ngx_slab_pool_t *shpool, ngx_http_oauth2_rs_cache_t *cache, size_t len) {
    size_t size = sizeof(ngx_http_oauth2_rs_cache_node_t) + len;
    void *room = ngx_slab_alloc_locked(shpool, size);
    ngx_uint_t n;
    ngx_queue_t *q;

    for (n = 0; room == nullptr && n < ngx_http_oauth2_rs_max_evictions; n++) {
        if (ngx_queue_empty(&cache->uses)) {
            return nullptr;
        }

        q = ngx_queue_last(&cache->uses);
        ngx_http_oauth2_rs_remove(shpool, cache,
                                  ngx_queue_data(q, ngx_http_oauth2_rs_cache_node_t, use));
        room = ngx_slab_alloc_locked(shpool, size);
    }

    return static_cast<ngx_http_oauth2_rs_cache_node_t *>(room);
}

static void ngx_http_oauth2_rs_remove(ngx_slab_pool_t *shpool, ngx_http_oauth2_rs_cache_t *cache,
                                      ngx_http_oauth2_rs_cache_node_t *cn) {
    ngx_rbtree_delete(&cache->tree, &cn->node);
    ngx_queue_remove(&cn->use);
    ngx_slab_free_locked(shpool, cn);
}

static void ngx_http_oauth2_rs_insert(ngx_rbtree_node_t *temp, ngx_rbtree_node_t *node,
                                      ngx_rbtree_node_t *sentinel) {
    ngx_rbtree_node_t **p;
    auto *cn = reinterpret_cast<ngx_http_oauth2_rs_cache_node_t *>(node);
    ngx_http_oauth2_rs_cache_node_t *cnt;

    for (;;) {
        if (node->key != temp->key) {
            p = node->key < temp->key ? &temp->left : &temp->right;

        } else {
            cnt = reinterpret_cast<ngx_http_oauth2_rs_cache_node_t *>(temp);
            p = ngx_memcmp(cn->key, cnt->key, OAUTH2_RS_CACHE_KEY_LENGTH) < 0 ? &temp->left
                                                                              : &temp->right;
        }

        if (*p == sentinel) {
            break;
        }

        temp = *p;
    }

    *p = node;
    node->parent = temp;
    node->left = sentinel;
    node->right = sentinel;
    ngx_rbt_red(node);
}

static ngx_rbtree_key_t ngx_http_oauth2_rs_tree_key(const u_char *key) {
    ngx_rbtree_key_t tree_key;

    ngx_memcpy(&tree_key, key, sizeof(tree_key));

    return tree_key;
}
