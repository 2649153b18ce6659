#ifndef OAUTH2_RS_UNIT_TOLD_FAILURES_H
#define OAUTH2_RS_UNIT_TOLD_FAILURES_H

#include <cstdio>
#include <set>
#include <string>
#include <string_view>

namespace oauth2_rs::fakes {

/*
 * Says, once, that this function of a library has failed, for t/unit/library_calls.sh to read: one
 * that is wrapped may yet never be called. Takes the name of its wrapper as well.
 */
inline void tell_failed(std::string_view name) {
    constexpr std::string_view kWrapper = "__wrap_";
    static std::set<std::string> told;
    name.remove_prefix(name.substr(0, kWrapper.size()) == kWrapper ? kWrapper.size() : 0);
    const auto [place, is_new] = told.emplace(name);
    if (is_new) {
        std::printf("failed in turn: %s\n", place->c_str());
    }
}

}  // namespace oauth2_rs::fakes

#endif
