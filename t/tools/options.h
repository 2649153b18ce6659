#ifndef MINT_OPTIONS_H
#define MINT_OPTIONS_H

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace oauth2_rs::mint {

struct OptionSpec {
    const char *name;   // with its dashes
    const char *value;  // what the value is called in the usage; null for a switch
    bool repeatable;
    const char *help;
};

/*
 * What stood on a command's line. Every question checks what it converts and throws UsageError.
 */
class Options {
  public:
    /* Options may stand before, between and behind the operands; `--` ends them. */
    Options(const std::vector<OptionSpec> &specs, const std::vector<std::string> &arguments);

    const std::vector<std::string> &operands() const { return operands_; }
    bool has(const std::string &name) const { return values_.count(name) != 0; }
    std::string text(const std::string &name, const std::string &otherwise = "") const;
    int64_t integer(const std::string &name, int64_t otherwise, int64_t least, int64_t most) const;
    const std::vector<std::string> &all(const std::string &name) const;

  private:
    size_t take_option(const std::vector<OptionSpec> &specs,
                       const std::vector<std::string> &arguments, size_t at);

    std::vector<std::string> operands_;
    std::map<std::string, std::vector<std::string>> values_;
};

/* One whole decimal number, with an optional sign. */
bool parse_integer(const std::string &text, int64_t &number);

/* "NAME=VALUE" cut at its first '='. */
std::pair<std::string, std::string> split_assignment(const std::string &option,
                                                     const std::string &text);

}  // namespace oauth2_rs::mint

#endif
