#ifndef OAUTH2_RS_JOSE_JSON_H
#define OAUTH2_RS_JOSE_JSON_H

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/handles.h"

namespace oauth2_rs {

/*
 * Strict reading of one JSON object: no duplicate members, no NUL, no number beyond int64 or
 * double, no invalid UTF-8, nothing behind it. Null where the text isn't one; std::bad_alloc where
 * memory is short.
 */
JsonHandle parse_json_object(std::string_view text);

/* The member of that name, owned by `object`; nullptr where there is none. */
const json_t* json_member(const json_t* object, std::string_view name);

/* The text of a JSON string, which may be nullptr; nothing where it is no string. */
std::optional<std::string_view> json_text(const json_t* value);
std::optional<std::string_view> json_text(const json_t* object, std::string_view name);

/* The names of an object's members, in order; none for anything else. */
std::vector<std::string_view> json_names(const json_t* object);

bool json_array_holds(const json_t* array, std::string_view text);

/* Any value as compact JSON; control characters in it are always escaped. */
std::string json_compact(const json_t* value);

}  // namespace oauth2_rs

#endif
