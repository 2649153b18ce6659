/*
 * Death at the worst moment. Preloaded into NGINX, it kills the process that copies bytes with
 * $TEST_KILL_MARK in them to memory that processes share, in the middle of the copy.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MOST_AREAS = 64 };

static char mark[256];
static struct {
    char *begin;
    char *end;
} areas[MOST_AREAS];
static size_t area_count;
static void *(*real_mmap)(void *, size_t, int, int, int, off_t);

/* NGINX empties the environment of its workers, so that it is read before. */
__attribute__((constructor)) static void set_up(void) {
    const char *text = getenv("TEST_KILL_MARK");
    snprintf(mark, sizeof(mark), "%s", text == NULL ? "" : text);
    *(void **)&real_mmap = dlsym(RTLD_NEXT, "mmap64");
}

void *mmap64(void *address, size_t size, int protection, int flags, int fd, off_t offset) {
    char *area = real_mmap(address, size, protection, flags, fd, offset);
    if ((flags & MAP_SHARED) != 0 && area != MAP_FAILED && area_count < MOST_AREAS) {
        areas[area_count].begin = area;
        areas[area_count].end = area + size;
        ++area_count;
    }
    return area;
}

static int is_shared(const char *address) {
    size_t index;
    for (index = 0; index < area_count; ++index) {
        if (address >= areas[index].begin && address < areas[index].end) {
            return 1;
        }
    }
    return 0;
}

void *memcpy(void *restrict to, const void *restrict from, size_t size) {
    if (mark[0] != '\0' && is_shared(to) && memmem(from, size, mark, strlen(mark)) != NULL) {
        memmove(to, from, size / 2);
        kill(getpid(), SIGKILL);
    }
    return memmove(to, from, size);
}
