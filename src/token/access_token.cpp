#include "token/access_token.h"

#include <new>
#include <utility>

#include "jose/json.h"

namespace oauth2_rs {

ResolvedToken::ResolvedToken(std::string text, JsonHandle claims, Facts facts)
    : content_(std::make_shared<Content>(
          Content{std::move(text), std::move(claims), std::move(facts)})) {}

const json_t* ResolvedToken::claims() const {
    if (!content_->claims) {
        content_->claims = parse_json_object(content_->text);
    }
    if (!content_->claims) {
        throw std::bad_alloc();
    }
    return content_->claims.get();
}

}  // namespace oauth2_rs
