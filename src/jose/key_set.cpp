#include "jose/key_set.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "jose/json.h"
#include "jose/jwk.h"

namespace oauth2_rs {

namespace {

std::string problem_of(std::size_t index, const json_t* jwk, const std::string& message) {
    std::string problem = "key " + std::to_string(index + 1);
    const auto kid = json_text(jwk, "kid");
    if (kid) {
        problem += " " + quoted(printable(*kid));
    }
    return problem + ": " + message;
}

void add_jwk(std::size_t index, const json_t* jwk, JwkSetContent* content) {
    content->holds_private = content->holds_private || is_private_jwk(jwk);
    auto key = parse_jwk(jwk);
    if (!key.ok()) {
        if (!key.error().ignorable) {
            content->problems.push_back(problem_of(index, jwk, key.error().message));
        }
        return;
    }
    if (!key.value()->may_verify()) {
        return;
    }
    const char* weakness = key.value()->weakness();
    if (weakness != nullptr) {
        content->problems.push_back(problem_of(index, jwk, weakness));
        return;
    }
    content->keys.push_back(std::move(key.value()));
}

}  // namespace

KeySet::KeySet(std::vector<KeyPointer> keys) : keys_(std::move(keys)) {
    by_name_.reserve(keys_.size());
    digests_.reserve(keys_.size());
    for (const KeyPointer& key : keys_) {
        digests_.insert(key->digest());
        if (!key->name().empty()) {
            by_name_.emplace(key->name(), key.get());
        }
    }
}

std::vector<const Key*> KeySet::named(std::string_view name) const {
    std::vector<const Key*> found;
    const auto [first, last] = by_name_.equal_range(name);
    for (auto entry = first; entry != last; ++entry) {
        if (entry->second->may_verify()) {
            found.push_back(entry->second);
        }
    }
    return found;
}

Configured<JwkSetContent> parse_jwk_set(std::string_view text) {
    const JsonHandle document = parse_json_object(text);
    const json_t* keys = json_member(document.get(), "keys");
    if (!json_is_array(keys)) {
        return ConfigError{"it is no JSON Web Key Set (an object with an array \"keys\")"};
    }
    JwkSetContent content;
    std::size_t index = 0;
    const json_t* jwk = nullptr;
    json_array_foreach(keys, index, jwk) { add_jwk(index, jwk, &content); }
    return content;
}

}  // namespace oauth2_rs
