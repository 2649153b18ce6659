#ifndef OAUTH2_RS_BENCH_CLOCK_H
#define OAUTH2_RS_BENCH_CLOCK_H

#include <time.h>

#include <cstdint>

namespace oauth2_rs::bench {

inline std::int64_t now_ns(clockid_t clock) {
    timespec now{};
    clock_gettime(clock, &now);
    return now.tv_sec * std::int64_t{1000000000} + now.tv_nsec;
}

}  // namespace oauth2_rs::bench

#endif
