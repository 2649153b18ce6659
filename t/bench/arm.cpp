#include "arm.h"

#include <fstream>

namespace oauth2_rs::bench {

const std::string& required(const Settings& settings, const std::string& name) {
    const auto found = settings.find(name);
    if (found == settings.end()) {
        throw Failure("an arm has no \"" + name + "\"");
    }
    return found->second;
}

std::vector<std::string> read_tokens(const std::string& path) {
    std::ifstream file(path);
    std::vector<std::string> tokens;
    for (std::string line; std::getline(file, line);) {
        tokens.push_back(line);
    }
    if (tokens.empty()) {
        throw Failure("no tokens in " + path);
    }
    return tokens;
}

}  // namespace oauth2_rs::bench
