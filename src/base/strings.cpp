#include "base/strings.h"

#include <algorithm>
#include <cstdio>

namespace oauth2_rs {

namespace {

constexpr auto kNotFound = std::string_view::npos;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

bool is_alphanumeric(char c) {
    return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z');
}

bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
}

std::string json_escape(char c) {
    switch (c) {
        case '\\':
            return "\\\\";
        case '\b':
            return "\\b";
        case '\f':
            return "\\f";
        case '\n':
            return "\\n";
        case '\r':
            return "\\r";
        case '\t':
            return "\\t";
        default:
            break;
    }
    char buffer[sizeof("\\u0000")];
    std::snprintf(buffer, sizeof(buffer), "\\u%04x",
                  static_cast<unsigned>(static_cast<unsigned char>(c)));
    return buffer;
}

}  // namespace

bool equals_ignoring_case(std::string_view left, std::string_view right) {
    return left.size() == right.size() &&
           std::equal(left.begin(), left.end(), right.begin(),
                      [](char a, char b) { return lower(a) == lower(b); });
}

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool starts_with(std::string_view text, std::string_view prefix) {
    return text.substr(0, prefix.size()) == prefix;
}

std::string_view next_word(std::string_view* rest) {
    const auto first = rest->find_first_not_of(' ');
    if (first == std::string_view::npos) {
        *rest = {};
        return {};
    }
    rest->remove_prefix(first);
    const std::string_view word = rest->substr(0, rest->find(' '));
    rest->remove_prefix(word.size());
    return word;
}

std::string join(const std::vector<std::string_view>& texts, char separator) {
    std::string result;
    for (const std::string_view text : texts) {
        if (!result.empty()) {
            result += separator;
        }
        result += text;
    }
    return result;
}

bool is_scope_token(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return c >= 0x21 && c <= 0x7e && c != '"' && c != '\\';
    });
}

bool is_secret_id(std::string_view text) {
    bool segment_open = false;
    for (const char c : text) {
        if (is_alphanumeric(c)) {
            segment_open = true;
        } else if (segment_open && (c == '.' || c == '_' || c == '-')) {
            segment_open = false;
        } else {
            return false;
        }
    }
    return segment_open;
}

bool is_b64token(std::string_view text) {
    const auto last = text.find_last_not_of('=');
    return last != std::string_view::npos &&
           std::all_of(text.begin(), text.begin() + last + 1, [](char c) {
               return is_alphanumeric(c) || std::string_view("-._~+/").find(c) != kNotFound;
           });
}

std::string form_encoded(std::string_view text) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string result;
    result.reserve(text.size());
    for (const char c : text) {
        if (is_alphanumeric(c) || c == '-' || c == '.' || c == '_') {
            result += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            result += {'%', kDigits[byte >> 4U], kDigits[byte & 15U]};
        }
    }
    return result;
}

std::string printable(std::string_view text) {
    std::string result(text);
    std::replace_if(
        result.begin(), result.end(), [](char c) { return c < 0x20 || c > 0x7e; }, '?');
    return result;
}

std::string quoted(std::string_view text) {
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            result += '\\';
        }
        result += c;
    }
    result += '"';
    return result;
}

std::string shown(std::string_view text) {
    constexpr std::size_t kMost = 80;
    return quoted(printable(text.substr(0, kMost)) + (text.size() > kMost ? "..." : ""));
}

bool has_control_characters(std::string_view text) {
    return std::any_of(text.begin(), text.end(), is_control);
}

std::string escape_control_characters(std::string_view text) {
    std::string result;
    for (const char c : text) {
        if (c == '\\' || is_control(c)) {
            result += json_escape(c);
        } else {
            result += c;
        }
    }
    return result;
}

}  // namespace oauth2_rs
