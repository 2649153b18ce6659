#ifndef OAUTH2_RS_SHIM_TEXT_H
#define OAUTH2_RS_SHIM_TEXT_H

#include <string_view>
#include <vector>

#include "shim/oauth2_rs.h"

namespace oauth2_rs {

inline std::string_view view(oauth2_rs_text_t text) { return {text.data, text.len}; }

inline oauth2_rs_text_t text(std::string_view view) { return {view.data(), view.size()}; }

inline std::vector<std::string_view> views(const oauth2_rs_text_t* texts, std::size_t count) {
    std::vector<std::string_view> result;
    result.reserve(count);
    for (std::size_t index = 0; index < count; ++index) {
        result.push_back(view(texts[index]));
    }
    return result;
}

}  // namespace oauth2_rs

#endif
