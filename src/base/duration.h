#ifndef OAUTH2_RS_BASE_DURATION_H
#define OAUTH2_RS_BASE_DURATION_H

#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace oauth2_rs {

struct Duration {
    std::int64_t milliseconds = 0;  // 0 or more
    bool unlimited = false;         // then milliseconds means nothing
};

/*
 * "2m", "2 minutes", "1 hour and 30 seconds", "10 min, 30 sec", "zero", "disabled", "unlimited"; a
 * bare number is seconds. The error names what is wrong with the text.
 */
Configured<Duration> parse_duration(std::string_view text);

/* The same where only a bound makes sense. */
Configured<std::int64_t> parse_bounded_duration(std::string_view text);

}  // namespace oauth2_rs

#endif
