/*
 * An allocator that fails when it is told to, for LD_PRELOAD. It is told, and tells, by the file
 * that the environment names in FAILING_MALLOC: one struct, shared by all processes that have it
 * open.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* As t/memory_shortage.t packs it. */
typedef struct {
    int64_t process;   /* the one that is meant; all others have memory enough */
    int64_t remaining; /* allocations until one fails; 0: none does */
    int64_t lasting;   /* all that follow fail too */
    int64_t failures;  /* how many have failed */
    int64_t blocks;    /* that the process has taken and not given back */
} orders_t;

typedef struct {
    void *(*malloc)(size_t);
    void *(*realloc)(void *, size_t);
    int (*posix_memalign)(void **, size_t, size_t);
    void (*free)(void *);
} allocator_t;

/* dlsym() itself allocates a little, which is never given back. */
static char early[8192];
static size_t early_used;

static allocator_t real;
static orders_t no_orders;
static volatile orders_t *orders = &no_orders;

static int is_early(const void *memory) {
    return (const char *)memory >= early && (const char *)memory < early + sizeof(early);
}

static void *allocate_early(size_t size) {
    size_t rounded = (size + 15) / 16 * 16;
    if (rounded > sizeof(early) - early_used) {
        return NULL;
    }
    early_used += rounded;
    return early + early_used - rounded;
}

static void find_real(void) {
    static int finding;
    if (real.free != NULL || finding) {
        return;
    }
    finding = 1;
    /* POSIX wants this way round the difference between functions and objects. */
    *(void **)&real.malloc = dlsym(RTLD_NEXT, "malloc");
    *(void **)&real.realloc = dlsym(RTLD_NEXT, "realloc");
    *(void **)&real.posix_memalign = dlsym(RTLD_NEXT, "posix_memalign");
    *(void **)&real.free = dlsym(RTLD_NEXT, "free");
}

__attribute__((constructor)) static void open_orders(void) {
    const char *path = getenv("FAILING_MALLOC");
    int file = path == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);
    void *shared;
    find_real();
    if (file < 0) {
        return;
    }
    shared = mmap(NULL, sizeof(orders_t), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (shared != MAP_FAILED) {
        orders = shared;
    }
}

static int is_meant(void) { return orders->process == (int64_t)getpid(); }

static int strikes(void) {
    if (orders->remaining == 0 || !is_meant() || --orders->remaining > 0) {
        return 0;
    }
    orders->remaining = orders->lasting ? 1 : 0;
    ++orders->failures;
    errno = ENOMEM;
    return 1;
}

static void count(int64_t blocks) {
    if (is_meant()) {
        orders->blocks += blocks;
    }
}

void *malloc(size_t size) {
    void *memory;
    find_real();
    if (real.malloc == NULL) {
        return allocate_early(size);
    }
    memory = strikes() ? NULL : real.malloc(size);
    count(memory != NULL);
    return memory;
}

void *calloc(size_t number, size_t size) {
    void *memory;
    if (size != 0 && number > SIZE_MAX / size) {
        errno = ENOMEM;
        return NULL;
    }
    memory = malloc(number * size);
    if (memory != NULL) {
        memset(memory, 0, number * size);
    }
    return memory;
}

void *realloc(void *memory, size_t size) {
    void *moved;
    find_real();
    if (memory == NULL || is_early(memory)) {
        moved = malloc(size);
        if (moved != NULL && memory != NULL) {
            memcpy(moved, memory, size < sizeof(early) ? size : sizeof(early));
        }
        return moved;
    }
    return strikes() ? NULL : real.realloc(memory, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
    int failed;
    find_real();
    failed = strikes() ? ENOMEM : real.posix_memalign(memory, alignment, size);
    count(!failed);
    return failed;
}

void free(void *memory) {
    find_real();
    if (memory == NULL || is_early(memory)) {
        return;
    }
    count(-1);
    real.free(memory);
}
