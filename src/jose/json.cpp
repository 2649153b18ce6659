#include "jose/json.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <new>

namespace oauth2_rs {

namespace {

bool allocation_failed = false;
json_malloc_t host_allocate = nullptr;

void* allocate(std::size_t size) {
    void* const memory = host_allocate(size);
    allocation_failed = allocation_failed || memory == nullptr;
    return memory;
}

/*
 * jansson doesn't tell short memory from bad JSON, and may go on with a text that was cut. Lent for
 * the time of one call only, since all of NGINX shares the library.
 */
class WatchedAllocation {
  public:
    WatchedAllocation() {
        json_get_alloc_funcs(&host_allocate, &release_);
        allocation_failed = false;
        json_set_alloc_funcs(allocate, release_);
    }
    ~WatchedAllocation() { json_set_alloc_funcs(host_allocate, release_); }
    WatchedAllocation(const WatchedAllocation&) = delete;
    WatchedAllocation& operator=(const WatchedAllocation&) = delete;

  private:
    json_free_t release_ = nullptr;
};

json_t* load(std::string_view text) {
    const WatchedAllocation watched;
    json_error_t error;
    return json_loadb(text.data(), text.size(), JSON_REJECT_DUPLICATES, &error);
}

}  // namespace

JsonHandle parse_json_object(std::string_view text) {
    JsonHandle value(load(text));
    if (allocation_failed) {
        throw std::bad_alloc();
    }
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

namespace {

/* The shortest text that stands for the number; jansson writes 17 digits of it. */
std::string compact_real(double number) {
    std::array<char, 32> digits;
    const auto end = std::to_chars(digits.begin(), digits.end(), number).ptr;
    return {digits.begin(), end};
}

/*
 * The digits that jansson has to write for the numbers in `value` to be read back the same: 15
 * serve any number that was written with so many, and show no noise behind them; 17 serve all.
 */
std::size_t real_precision(const json_t* value) {
    constexpr std::size_t kShort = 15;
    constexpr std::size_t kFull = 17;
    if (json_is_real(value)) {
        std::array<char, 32> digits;
        const double number = json_real_value(value);
        const auto end = std::to_chars(digits.begin(), digits.end(), number,
                                       std::chars_format::scientific, kShort - 1)
                             .ptr;
        double read = 0;
        std::from_chars(digits.begin(), end, read);
        return read == number ? kShort : kFull;
    }
    std::size_t precision = kShort;
    const auto consider = [&precision](const json_t* part) {
        precision = std::max(precision, real_precision(part));
    };
    std::size_t index = 0;
    json_t* item = nullptr;
    json_array_foreach(value, index, item) { consider(item); }
    const char* name = nullptr;
    json_object_foreach(const_cast<json_t*>(value), name, item) { consider(item); }
    return precision;
}

}  // namespace

std::string json_compact(const json_t* value) {
    if (json_is_real(value)) {
        return compact_real(json_real_value(value));
    }
    std::string result;
    const auto append = [](const char* buffer, std::size_t size, void* out) {
        try {
            static_cast<std::string*>(out)->append(buffer, size);
        } catch (const std::bad_alloc&) {
            return -1;
        }
        return 0;
    };
    if (json_dump_callback(
            value, append, &result,
            JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(real_precision(value))) != 0) {
        throw std::bad_alloc();
    }
    // jansson escapes all control characters but DEL, which can stand in strings only.
    for (auto at = result.find('\x7f'); at != std::string::npos; at = result.find('\x7f', at)) {
        result.replace(at, 1, "\\u007f");
    }
    return result;
}

}  // namespace oauth2_rs
