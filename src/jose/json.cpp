#include "jose/json.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <functional>
#include <new>
#include <utility>

namespace oauth2_rs {

namespace {

/*
 * jansson 2.14 loses a character of a text where memory is short, goes on, and may then write
 * beyond the text's end. So a block stands by: what can't be had is taken from it, and the reading
 * is told that its text has ended, so that it needs little more. Lent for the time of one call
 * only, since all of NGINX shares the library.
 */
class LentAllocation {
  public:
    /* What jansson may want at once for a text of that size, and for a little more of it. */
    explicit LentAllocation(std::size_t text_size) : size_(2 * text_size + 16 * 1024) {
        json_get_alloc_funcs(&host_allocate_, &host_release_);
        begin_ = static_cast<char*>(host_allocate_(size_));
        if (begin_ == nullptr) {
            throw std::bad_alloc();
        }
        lent = this;
        json_set_alloc_funcs(allocate, release);
    }
    ~LentAllocation() {
        json_set_alloc_funcs(host_allocate_, host_release_);
        lent = nullptr;
        host_release_(begin_);
    }
    LentAllocation(const LentAllocation&) = delete;
    LentAllocation& operator=(const LentAllocation&) = delete;

    bool failed() const { return failed_; }

  private:
    static void* allocate(std::size_t size) {
        void* const memory = lent->host_allocate_(size);
        return memory == nullptr ? lent->take(size) : memory;
    }
    static void release(void* memory) {
        const auto* const block = static_cast<const char*>(memory);
        const std::less<const char*> before;
        if (before(block, lent->begin_) || !before(block, lent->begin_ + lent->size_)) {
            lent->host_release_(memory);
        }
    }

    void* take(std::size_t size) {
        constexpr std::size_t kAlignment = alignof(std::max_align_t);
        failed_ = true;
        const std::size_t rounded = (size + kAlignment - 1) / kAlignment * kAlignment;
        if (rounded < size || rounded > size_ - used_) {
            return nullptr;
        }
        used_ += rounded;
        return begin_ + used_ - rounded;
    }

    static LentAllocation* lent;

    json_malloc_t host_allocate_ = nullptr;
    json_free_t host_release_ = nullptr;
    char* begin_ = nullptr;
    std::size_t size_;
    std::size_t used_ = 0;
    bool failed_ = false;
};

LentAllocation* LentAllocation::lent = nullptr;

/* A text that is handed out in small pieces, and comes to an end where memory is short. */
struct Source {
    std::string_view rest;
    const LentAllocation& memory;

    static std::size_t read(void* buffer, std::size_t room, void* data) {
        constexpr std::size_t kPiece = 64;
        auto* const source = static_cast<Source*>(data);
        if (source->memory.failed()) {
            return 0;
        }
        const std::size_t size =
            source->rest.copy(static_cast<char*>(buffer), std::min(room, kPiece));
        source->rest.remove_prefix(size);
        return size;
    }
};

/* Throws std::bad_alloc where memory is short: that is no verdict on the text. */
JsonHandle load(std::string_view text) {
    const LentAllocation lent(text.size());
    Source source{text, lent};
    json_error_t error;
    JsonHandle value(json_load_callback(Source::read, &source, JSON_REJECT_DUPLICATES, &error));
    if (lent.failed()) {
        value.reset();  // while what it may hold of the block is still there
        throw std::bad_alloc();
    }
    return value;
}

}  // namespace

JsonHandle parse_json_object(std::string_view text) {
    JsonHandle value = load(text);
    return json_is_object(value.get()) ? std::move(value) : nullptr;
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
