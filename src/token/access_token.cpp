#include "token/access_token.h"

#include <new>
#include <utility>

#include "base/base64url.h"
#include "jose/json.h"
#include "jose/jws.h"

namespace oauth2_rs {

ResolvedToken::ResolvedToken(std::string text, JsonHandle claims, Facts facts)
    : content_(std::make_shared<Content>(
          Content{std::move(text), {}, std::move(claims), std::move(facts)})) {}

ResolvedToken ResolvedToken::of_payload(std::string_view token, Facts facts) {
    return ResolvedToken(std::make_shared<Content>(Content{{}, token, nullptr, std::move(facts)}));
}

std::string_view ResolvedToken::text() const {
    if (content_->text.empty() &&
        !decode_base64url(encoded_payload(content_->token), &content_->text)) {
        throw std::bad_alloc();
    }
    return content_->text;
}

const json_t* ResolvedToken::claims() const {
    if (!content_->claims) {
        content_->claims = parse_json_object(text());
    }
    if (!content_->claims) {
        throw std::bad_alloc();
    }
    return content_->claims.get();
}

}  // namespace oauth2_rs
