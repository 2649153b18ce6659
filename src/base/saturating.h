#ifndef OAUTH2_RS_BASE_SATURATING_H
#define OAUTH2_RS_BASE_SATURATING_H

#include <cstdint>
#include <limits>

namespace oauth2_rs {

/* A sum that stays at the ends of int64. */
inline std::int64_t add_saturating(std::int64_t left, std::int64_t right) {
    std::int64_t sum = 0;
    if (__builtin_add_overflow(left, right, &sum)) {
        return right > 0 ? std::numeric_limits<std::int64_t>::max()
                         : std::numeric_limits<std::int64_t>::min();
    }
    return sum;
}

}  // namespace oauth2_rs

#endif
