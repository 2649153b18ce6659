#include "jose/json.h"

#include <new>

namespace oauth2_rs {

JsonHandle parse_json_object(std::string_view text) {
    json_error_t error;
    JsonHandle value(json_loadb(text.data(), text.size(), JSON_REJECT_DUPLICATES, &error));
    if (!json_is_object(value.get())) {
        return nullptr;
    }
    return value;
}

const json_t* json_member(const json_t* object, std::string_view name) {
    return json_object_getn(object, name.data(), name.size());
}

std::optional<std::string_view> json_text(const json_t* value) {
    if (!json_is_string(value)) {
        return std::nullopt;
    }
    return std::string_view(json_string_value(value), json_string_length(value));
}

std::optional<std::string_view> json_text(const json_t* object, std::string_view name) {
    return json_text(json_member(object, name));
}

std::vector<std::string_view> json_names(const json_t* object) {
    std::vector<std::string_view> names;
    auto* const members = const_cast<json_t*>(object);  // iterating changes nothing
    for (void* at = json_object_iter(members); at != nullptr;
         at = json_object_iter_next(members, at)) {
        names.emplace_back(json_object_iter_key(at), json_object_iter_key_len(at));
    }
    return names;
}

bool json_array_holds(const json_t* array, std::string_view text) {
    std::size_t index = 0;
    const json_t* item = nullptr;
    json_array_foreach(array, index, item) {
        if (json_text(item) == text) {
            return true;
        }
    }
    return false;
}

std::string json_compact(const json_t* value) {
    std::string result;
    const auto append = [](const char* buffer, std::size_t size, void* out) {
        try {
            static_cast<std::string*>(out)->append(buffer, size);
        } catch (const std::bad_alloc&) {
            return -1;
        }
        return 0;
    };
    if (json_dump_callback(value, append, &result, JSON_COMPACT | JSON_ENCODE_ANY) != 0) {
        throw std::bad_alloc();
    }
    // jansson escapes all control characters but DEL, which can stand in strings only.
    for (auto at = result.find('\x7f'); at != std::string::npos; at = result.find('\x7f', at)) {
        result.replace(at, 1, "\\u007f");
    }
    return result;
}

}  // namespace oauth2_rs
