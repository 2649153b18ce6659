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
        problem += " " + shown(*kid);
    }
    return problem + ": " + message;
}

/* Of a key whose private half is broken the public one is still good to verify with. */
Result<KeyPointer, JwkProblem> parse_what_is_whole(std::size_t index, const json_t* jwk,
                                                   JwkSetContent* content) {
    auto key = parse_jwk(jwk);
    if (key.ok() || key.error().ignorable) {
        return key;
    }
    JwkProblem problem = key.error();
    if (problem.purposes.verify && problem.purposes.decrypt) {
        key = parse_jwk(jwk, {true, false});
        problem.purposes.verify = !key.ok() && !key.error().ignorable;
    }
    content->problems.push_back({problem_of(index, jwk, problem.message), problem.purposes, {}});
    return key;
}

void add_jwk(std::size_t index, const json_t* jwk, JwkSetContent* content) {
    content->holds_private = content->holds_private || is_private_jwk(jwk);
    auto key = parse_what_is_whole(index, jwk, content);
    if (!key.ok()) {
        return;
    }
    KeyPurposes serves;
    KeyPurposes weak;
    for (const KeyPurpose purpose : {KeyPurpose::kVerify, KeyPurpose::kDecrypt}) {
        if (key.value()->may(purpose)) {
            (key.value()->weakness(purpose) == nullptr ? serves : weak).add(purpose);
        }
    }
    if (weak.verify || weak.decrypt) {
        const char* why = key.value()->weakness(weak);
        content->problems.push_back({problem_of(index, jwk, why), weak, serves});
    }
    if (serves.verify || serves.decrypt) {
        content->keys.push_back(std::move(key.value()));
    }
}

}  // namespace

KeySet::KeySet(std::vector<KeyPointer> keys) : keys_(std::move(keys)) {
    digests_.reserve(keys_.size());
    for (const KeyPointer& key : keys_) {
        digests_.insert(key->digest());
        if (!key->name().empty() && key->may_verify()) {
            verifying_[key->name()].push_back(key.get());
        }
        if (!key->name().empty() && key->may_decrypt()) {
            decrypting_[key->name()].push_back(key.get());
        }
    }
}

const std::vector<const Key*>& KeySet::named(std::string_view name, KeyPurpose purpose) const {
    const KeysByName& keys = purpose == KeyPurpose::kVerify ? verifying_ : decrypting_;
    const auto found = keys.find(name);
    return found == keys.end() ? none_ : found->second;
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
