#include "secret/store_parameters.h"

#include <algorithm>

#include "base/strings.h"

namespace oauth2_rs {

namespace {

std::string list(std::initializer_list<std::string_view> names) {
    std::string text;
    for (const std::string_view name : names) {
        text += text.empty() ? "" : ", ";
        text += name;
    }
    return text;
}

}  // namespace

Configured<StoreParameters> StoreParameters::parse(const std::vector<std::string_view>& parameters,
                                                   std::initializer_list<std::string_view> known) {
    StoreParameters result;
    for (const std::string_view parameter : parameters) {
        const auto equals = parameter.find('=');
        if (equals == std::string_view::npos || equals == 0) {
            // The text itself is not shown: it may be a secret whose name was forgotten.
            return ConfigError{"a parameter is not of the form name=value"};
        }
        const std::string_view name = parameter.substr(0, equals);
        if (known.size() != 0 && std::find(known.begin(), known.end(), name) == known.end()) {
            return ConfigError{"unknown parameter " + shown(name) + "; the parameters are " +
                               list(known)};
        }
        if (!result.values_.emplace(name, parameter.substr(equals + 1)).second) {
            return ConfigError{"a parameter is given twice"};
        }
    }
    return result;
}

std::string_view StoreParameters::get(std::string_view name, std::string_view otherwise) const {
    const auto found = values_.find(name);
    return found == values_.end() ? otherwise : found->second;
}

Configured<std::optional<Duration>> StoreParameters::duration(std::string_view name) const {
    const auto found = values_.find(name);
    if (found == values_.end()) {
        return std::optional<Duration>();
    }
    const auto duration = parse_duration(found->second);
    if (!duration.ok()) {
        return ConfigError{std::string(name) + ": " + duration.error().message};
    }
    return std::optional<Duration>(duration.value());
}

Configured<std::int64_t> StoreParameters::cache_timeout_ms() const {
    const auto timeout = duration("cache_timeout");
    if (!timeout.ok()) {
        return timeout.error();
    }
    if (!timeout.value()) {
        return std::int64_t{0};
    }
    if (!timeout.value()->unlimited && timeout.value()->milliseconds == 0) {
        return ConfigError{"cache_timeout must be longer than zero; leave it out to never re-read"};
    }
    return timeout.value()->milliseconds;
}

std::string short_timeout_warning(std::string_view name, std::int64_t milliseconds) {
    constexpr std::int64_t kShort = 10 * 1000;
    return milliseconds == 0 || milliseconds >= kShort
               ? std::string()
               : std::string(name) + " is shorter than 10 seconds, which is seldom meant";
}

std::string resolve_path(std::string_view path, std::string_view base_directory) {
    return starts_with(path, "/") ? std::string(path)
                                  : std::string(base_directory) + std::string(path);
}

}  // namespace oauth2_rs
