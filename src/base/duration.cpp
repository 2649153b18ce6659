#include "base/duration.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string>

#include "base/strings.h"

namespace oauth2_rs {

namespace {

struct Unit {
    std::string_view name;
    std::int64_t milliseconds;
};

constexpr std::int64_t kSecond = 1000;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;
constexpr std::int64_t kLongest = std::numeric_limits<std::int64_t>::max() / 4;

constexpr std::array<Unit, 20> kUnits{{
    {"days", kDay},   {"day", kDay},  {"d", kDay},          {"hours", kHour},
    {"hour", kHour},  {"h", kHour},   {"minutes", kMinute}, {"minute", kMinute},
    {"min", kMinute}, {"m", kMinute}, {"seconds", kSecond}, {"second", kSecond},
    {"sec", kSecond}, {"s", kSecond}, {"milliseconds", 1},  {"millisecond", 1},
    {"millisec", 1},  {"millis", 1},  {"milli", 1},         {"ms", 1},
}};

constexpr std::array<std::string_view, 4> kUnlimited{
    {"unlimited", "indefinite", "infinity", "undefined"}};

ConfigError invalid(std::string_view text, const char* why) {
    return {"invalid duration \"" + printable(text) + "\": " + why};
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* Takes the digits at the front; false where there are none or the number is out of range. */
bool take_number(std::string_view* text, std::int64_t* number) {
    *number = 0;
    std::size_t length = 0;
    for (; length < text->size() && is_digit((*text)[length]); ++length) {
        if (*number > kLongest / 10 - 1) {
            return false;
        }
        *number = *number * 10 + ((*text)[length] - '0');
    }
    text->remove_prefix(length);
    return length > 0;
}

const Unit* find_unit(std::string_view name) {
    for (const Unit& unit : kUnits) {
        if (equals_ignoring_case(unit.name, name)) {
            return &unit;
        }
    }
    return nullptr;
}

/* One number and one unit, nothing behind it. */
Configured<std::int64_t> parse_part(std::string_view part, std::string_view whole) {
    std::string_view rest = trim(part);
    std::int64_t number = 0;
    if (!take_number(&rest, &number)) {
        return invalid(whole, "each part is a number and a unit, as in \"2 minutes\"");
    }
    const Unit* unit = find_unit(trim(rest));
    if (unit == nullptr) {
        return invalid(whole,
                       "units are days, hours, minutes, seconds and ms; write \",\" between parts");
    }
    if (number > kLongest / unit->milliseconds) {
        return invalid(whole, "it is too long");
    }
    return number * unit->milliseconds;
}

/* Takes the text up to the next "," or " and " (in lower case, as the gateway has it). */
std::string_view take_part(std::string_view* rest, bool* more) {
    constexpr std::string_view kAnd = " and ";
    const auto comma = rest->find(',');
    const auto conjunction = rest->find(kAnd);
    const auto end = std::min(comma, conjunction);
    const std::string_view part = rest->substr(0, end);
    *more = end != std::string_view::npos;
    if (*more) {
        rest->remove_prefix(end + (end == comma ? 1 : kAnd.size()));
    }
    return part;
}

Configured<Duration> parse_parts(std::string_view text) {
    std::string_view rest = text;
    std::int64_t total = 0;
    for (bool more = true; more;) {
        const auto part = parse_part(take_part(&rest, &more), text);
        if (!part.ok()) {
            return part.error();
        }
        if (part.value() > kLongest - total) {
            return invalid(text, "it is too long");
        }
        total += part.value();
    }
    return Duration{total, false};
}

}  // namespace

Configured<Duration> parse_duration(std::string_view text) {
    const std::string_view trimmed = trim(text);
    if (equals_ignoring_case(trimmed, "zero") || equals_ignoring_case(trimmed, "disabled")) {
        return Duration{};
    }
    if (equals_ignoring_case(trimmed, "none")) {
        return invalid(text, "\"none\" is ambiguous, write \"zero\"");
    }
    for (const std::string_view word : kUnlimited) {
        if (equals_ignoring_case(trimmed, word)) {
            return Duration{0, true};
        }
    }
    std::string_view rest = trimmed;
    std::int64_t seconds = 0;
    if (take_number(&rest, &seconds) && rest.empty()) {
        if (seconds > kLongest / kSecond) {
            return invalid(text, "it is too long");
        }
        return Duration{seconds * kSecond, false};
    }
    return parse_parts(trimmed);
}

Configured<std::int64_t> parse_bounded_duration(std::string_view text) {
    const auto duration = parse_duration(text);
    if (!duration.ok()) {
        return duration.error();
    }
    if (duration.value().unlimited) {
        return invalid(text, "a bound is needed here");
    }
    return duration.value().milliseconds;
}

}  // namespace oauth2_rs
