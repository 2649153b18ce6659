#include "token/numeric_date.h"

#include <cmath>
#include <limits>

namespace oauth2_rs {

namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();

std::int64_t clamp(double value) {
    constexpr double kBeyond = 9223372036854775808.0;  // 2^63
    if (value >= kBeyond) {
        return kMost;
    }
    return value < -kBeyond ? kLeast : static_cast<std::int64_t>(value);
}

std::optional<std::int64_t> scaled(const json_t* value, std::int64_t factor) {
    if (json_is_real(value)) {
        return clamp(std::floor(json_real_value(value) * static_cast<double>(factor)));
    }
    if (!json_is_integer(value)) {
        return std::nullopt;
    }
    const std::int64_t seconds = json_integer_value(value);
    if (seconds > kMost / factor) {
        return kMost;
    }
    return seconds < kLeast / factor ? kLeast : seconds * factor;
}

}  // namespace

std::optional<std::int64_t> numeric_date_ms(const json_t* value) { return scaled(value, 1000); }

std::optional<std::int64_t> numeric_date_seconds(const json_t* value) { return scaled(value, 1); }

}  // namespace oauth2_rs
