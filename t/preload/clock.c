/*
 * A clock that a test can set. Preloaded into NGINX, it moves the time of day by the milliseconds
 * that stand in the file $TEST_CLOCK_FILE; the monotonic clock goes on as it does.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>

static char path[4096];
static int (*real_gettimeofday)(struct timeval *, void *);

/* NGINX empties the environment of its workers, so that it is read before. */
__attribute__((constructor)) static void set_up(void) {
    const char *file = getenv("TEST_CLOCK_FILE");
    snprintf(path, sizeof(path), "%s", file == NULL ? "" : file);
    *(void **)&real_gettimeofday = dlsym(RTLD_NEXT, "gettimeofday");
}

static long long offset_ms(void) {
    long long offset = 0;
    FILE *file = fopen(path, "r");
    if (file != NULL) {
        if (fscanf(file, "%lld", &offset) != 1) {
            offset = 0;
        }
        fclose(file);
    }
    return offset;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    int result = real_gettimeofday(now, zone);
    long long us = now->tv_sec * 1000000LL + now->tv_usec + offset_ms() * 1000;
    now->tv_sec = us / 1000000;
    now->tv_usec = us % 1000000;
    return result;
}
