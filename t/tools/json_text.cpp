#include "json_text.h"

#include <algorithm>
#include <cstdio>

namespace oauth2_rs::mint {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_hex_digit(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Keeps the open brackets in a string rather than on the call stack: depth is the caller's. */
class Scanner {
  public:
    explicit Scanner(std::string_view text) : text_(text) {}

    bool scan() {
        while (begin_value()) {
            bool ended = false;
            if (!end_values(ended)) {
                return false;
            }
            if (ended) {
                return at_ == text_.size();
            }
        }
        return false;
    }

  private:
    char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

    bool take(char c) {
        if (at_ >= text_.size() || text_[at_] != c) {
            return false;
        }
        ++at_;
        return true;
    }

    void skip_space() {
        while (at_ < text_.size() &&
               std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) {
            ++at_;
        }
    }

    /* Goes down to the first value that is not the beginning of a filled array or object. */
    bool begin_value() {
        for (;;) {
            skip_space();
            const char opener = peek();
            if (opener != '[' && opener != '{') {
                return scalar();
            }
            ++at_;
            skip_space();
            const char closer = opener == '[' ? ']' : '}';
            if (take(closer)) {
                return true;
            }
            open_.push_back(closer);
            if (opener == '{' && !member_name()) {
                return false;
            }
        }
    }

    /* After a value: closes what ends here, up to the comma before the next value or the end. */
    bool end_values(bool &ended) {
        for (;;) {
            skip_space();
            if (open_.empty()) {
                ended = true;
                return true;
            }
            if (take(',')) {
                return open_.back() == ']' || member_name();
            }
            if (!take(open_.back())) {
                return false;
            }
            open_.pop_back();
        }
    }

    bool member_name() {
        skip_space();
        if (!string()) {
            return false;
        }
        skip_space();
        return take(':');
    }

    bool scalar() {
        switch (peek()) {
            case '"':
                return string();
            case 't':
                return literal("true");
            case 'f':
                return literal("false");
            case 'n':
                return literal("null");
            default:
                return number();
        }
    }

    bool literal(std::string_view word) {
        if (text_.substr(at_, word.size()) != word) {
            return false;
        }
        at_ += word.size();
        return true;
    }

    bool string() {
        if (!take('"')) {
            return false;
        }
        while (at_ < text_.size()) {
            const char c = text_[at_++];
            if (c == '"') {
                return true;
            }
            if (static_cast<unsigned char>(c) < 0x20 || (c == '\\' && !escape())) {
                return false;
            }
        }
        return false;
    }

    bool escape() {
        const char c = peek();
        ++at_;
        if (c != 'u') {
            return c != '\0' && std::string_view("\"\\/bfnrt").find(c) != std::string_view::npos;
        }
        for (int i = 0; i < 4; ++i, ++at_) {
            if (!is_hex_digit(peek())) {
                return false;
            }
        }
        return true;
    }

    bool digits() {
        const size_t start = at_;
        while (is_digit(peek())) {
            ++at_;
        }
        return at_ > start;
    }

    bool number() {
        take('-');
        if (!take('0') && !digits()) {
            return false;
        }
        if (take('.') && !digits()) {
            return false;
        }
        if (take('e') || take('E')) {
            if (!take('+')) {
                take('-');
            }
            return digits();
        }
        return true;
    }

    std::string_view text_;
    std::string open_;
    size_t at_ = 0;
};

}  // namespace

bool is_json(std::string_view text) { return Scanner(text).scan(); }

std::string json_quoted(std::string_view text) {
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            quoted.push_back('\\');
            quoted.push_back(c);
        } else if (static_cast<unsigned char>(c) < 0x20) {
            char escaped[8];
            std::snprintf(escaped, sizeof(escaped), "\\u%04x", static_cast<unsigned>(c));
            quoted += escaped;
        } else {
            quoted.push_back(c);
        }
    }
    return quoted + '"';
}

void Members::set(const std::string &name, const std::string &value) {
    const auto first = std::find_if(members_.begin(), members_.end(),
                                    [&](const auto &member) { return member.first == name; });
    if (first == members_.end()) {
        append(name, value);
        return;
    }
    first->second = value;
    members_.erase(std::remove_if(first + 1, members_.end(),
                                  [&](const auto &member) { return member.first == name; }),
                   members_.end());
}

void Members::append(const std::string &name, const std::string &value) {
    members_.emplace_back(name, value);
}

void Members::remove(const std::string &name) {
    members_.erase(std::remove_if(members_.begin(), members_.end(),
                                  [&](const auto &member) { return member.first == name; }),
                   members_.end());
}

bool Members::has(const std::string &name) const { return !value(name).empty(); }

std::string Members::value(const std::string &name) const {
    const auto first = std::find_if(members_.begin(), members_.end(),
                                    [&](const auto &member) { return member.first == name; });
    return first == members_.end() ? "" : first->second;
}

std::string Members::text() const {
    std::string text = "{";
    for (const auto &[name, value] : members_) {
        text += (text.size() > 1 ? "," : "") + json_quoted(name) + ":" + value;
    }
    return text + "}";
}

}  // namespace oauth2_rs::mint
