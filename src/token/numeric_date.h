#ifndef OAUTH2_RS_TOKEN_NUMERIC_DATE_H
#define OAUTH2_RS_TOKEN_NUMERIC_DATE_H

#include <cstdint>
#include <optional>

#include "base/handles.h"

namespace oauth2_rs {

/*
 * RFC 7519 section 2, "NumericDate": a JSON number of seconds since the epoch, maybe with a
 * fraction. What lies beyond int64 is the nearest end of it. Nothing where the value, which may be
 * nullptr, is no number.
 */
std::optional<std::int64_t> numeric_date_ms(const json_t* value);
std::optional<std::int64_t> numeric_date_seconds(const json_t* value);

}  // namespace oauth2_rs

#endif
