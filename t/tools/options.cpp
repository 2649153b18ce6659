#include "options.h"

#include <algorithm>
#include <charconv>

#include "failure.h"

namespace oauth2_rs::mint {

Options::Options(const std::vector<OptionSpec> &specs, const std::vector<std::string> &arguments) {
    bool options_ended = false;
    for (size_t at = 0; at < arguments.size();) {
        const std::string &argument = arguments[at];
        if (options_ended || argument.size() < 2 || argument[0] != '-') {
            operands_.push_back(argument);
            ++at;
        } else if (argument == "--") {
            options_ended = true;
            ++at;
        } else {
            at = take_option(specs, arguments, at);
        }
    }
}

size_t Options::take_option(const std::vector<OptionSpec> &specs,
                            const std::vector<std::string> &arguments, size_t at) {
    const std::string &argument = arguments[at];
    const size_t equals = argument.find('=');
    const std::string name = argument.substr(0, equals);
    const auto spec = std::find_if(specs.begin(), specs.end(),
                                   [&](const OptionSpec &known) { return name == known.name; });
    if (spec == specs.end()) {
        throw UsageError("unknown option " + name);
    }
    if (has(name) && !spec->repeatable) {
        throw UsageError(name + " is given twice");
    }
    if (spec->value == nullptr) {
        if (equals != std::string::npos) {
            throw UsageError(name + " takes no value");
        }
        values_[name].emplace_back();
        return at + 1;
    }
    if (equals != std::string::npos) {
        values_[name].push_back(argument.substr(equals + 1));
        return at + 1;
    }
    if (at + 1 == arguments.size()) {
        throw UsageError(name + " wants a value: " + spec->value);
    }
    values_[name].push_back(arguments[at + 1]);
    return at + 2;
}

std::string Options::text(const std::string &name, const std::string &otherwise) const {
    const auto found = values_.find(name);
    return found == values_.end() ? otherwise : found->second.back();
}

int64_t Options::integer(const std::string &name, int64_t otherwise, int64_t least,
                         int64_t most) const {
    if (!has(name)) {
        return otherwise;
    }
    int64_t number = 0;
    if (!parse_integer(text(name), number) || number < least || number > most) {
        throw UsageError(name + " wants a whole number from " + std::to_string(least) + " to " +
                         std::to_string(most));
    }
    return number;
}

const std::vector<std::string> &Options::all(const std::string &name) const {
    static const std::vector<std::string> none;
    const auto found = values_.find(name);
    return found == values_.end() ? none : found->second;
}

bool parse_integer(const std::string &text, int64_t &number) {
    const char *begin = text.c_str();
    const char *const end = begin + text.size();
    // from_chars knows no leading plus sign.
    if (text.size() > 1 && text[0] == '+' && text[1] != '-') {
        ++begin;
    }
    const auto result = std::from_chars(begin, end, number);
    return result.ec == std::errc() && result.ptr == end;
}

std::pair<std::string, std::string> split_assignment(const std::string &option,
                                                     const std::string &text) {
    const size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
        throw UsageError(option + " wants NAME=VALUE, not '" + text + "'");
    }
    return {text.substr(0, equals), text.substr(equals + 1)};
}

}  // namespace oauth2_rs::mint
