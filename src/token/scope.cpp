#include "token/scope.h"

#include <algorithm>

#include "base/strings.h"
#include "jose/json.h"

namespace oauth2_rs {

namespace {

using Scopes = std::vector<std::string_view>;

constexpr Denial kMalformed{Code::kMalformedClaims,
                            "\"scope\" is neither text nor an array of scopes"};

void append_words(std::string_view text, Scopes* scopes) {
    for (std::string_view word = next_word(&text); !word.empty(); word = next_word(&text)) {
        scopes->push_back(word);
    }
}

bool holds_word(std::string_view text, std::string_view wanted) {
    for (std::string_view word = next_word(&text); !word.empty(); word = next_word(&text)) {
        if (word == wanted) {
            return true;
        }
    }
    return false;
}

Result<Scopes> scopes_in_array(const json_t* array) {
    Scopes scopes;
    scopes.reserve(json_array_size(array));
    std::size_t index = 0;
    const json_t* item = nullptr;
    json_array_foreach(array, index, item) {
        const auto scope = json_text(item);
        // A space would make two scopes of one where they are joined.
        if (!scope || scope->find(' ') != std::string_view::npos) {
            return kMalformed;
        }
        scopes.push_back(*scope);
    }
    return scopes;
}

}  // namespace

Result<Scopes> granted_scopes(const json_t* claims) {
    const json_t* claim = json_member(claims, "scope");
    if (claim == nullptr) {
        claim = json_member(claims, "scp");
    }
    Scopes scopes;
    if (claim == nullptr) {
        return scopes;
    }
    if (json_is_array(claim)) {
        return scopes_in_array(claim);
    }
    const auto text = json_text(claim);
    if (!text) {
        return kMalformed;
    }
    append_words(*text, &scopes);
    return scopes;
}

Result<Scopes> required_scopes(const std::vector<std::string_view>& values) {
    Scopes scopes;
    scopes.reserve(values.size());
    for (const std::string_view value : values) {
        const std::size_t before = scopes.size();
        append_words(value, &scopes);
        if (scopes.size() == before) {
            return Denial{Code::kScopeUndefined, "a configured scope evaluates to nothing"};
        }
    }
    if (!std::all_of(scopes.begin(), scopes.end(), is_scope_token)) {
        return Denial{Code::kScopeUndefined, "a configured scope holds a character no scope has"};
    }
    return scopes;
}

bool grants_all(std::string_view granted, const Scopes& required) {
    return std::all_of(required.begin(), required.end(),
                       [granted](std::string_view scope) { return holds_word(granted, scope); });
}

}  // namespace oauth2_rs
