// Durations of directives and store parameters.

#include <limits>

#include "base/duration.h"
#include "fuzz.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fuzz;

namespace {

std::string in_lower_case(std::string_view text) {
    std::string lower(text);
    for (char& c : lower) {
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return lower;
}

void require_same(const Duration& duration, const std::string& text) {
    const auto other = parse_duration(text);
    require(other.ok() && other.value().milliseconds == duration.milliseconds &&
                other.value().unlimited == duration.unlimited,
            "case and surrounding space don't matter");
}

void require_sum(const Duration& duration, std::string_view text) {
    constexpr std::int64_t kMinute = 60'000;
    const auto longer = parse_duration(std::string(text) + ", 1 minute");
    if (longer.ok()) {
        require(longer.value().milliseconds == duration.milliseconds + kMinute, "parts add up");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = text_of(data, size);
    const auto duration = parse_duration(text);
    const auto bounded = parse_bounded_duration(text);
    if (!duration.ok()) {
        require(!bounded.ok(), "what is no duration is no bounded one");
        require(!duration.error().message.empty(), "an error says what is wrong");
        return 0;
    }
    require(duration.value().milliseconds >= 0 &&
                duration.value().milliseconds <= std::numeric_limits<std::int64_t>::max() / 4,
            "no duration overflows");
    require(bounded.ok() == !duration.value().unlimited, "a bound is a bound");
    require(text.find_first_of("0123456789zZdDuUiI") != std::string_view::npos,
            "a duration has a number or a word");
    require_same(duration.value(), in_lower_case(text));
    require_same(duration.value(), " " + std::string(text) + "\t");
    require_sum(duration.value(), text);
    return 0;
}
