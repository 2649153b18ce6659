#ifndef OAUTH2_RS_TOKEN_ACCESS_TOKEN_H
#define OAUTH2_RS_TOKEN_ACCESS_TOKEN_H

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "base/handles.h"

namespace oauth2_rs {

/*
 * What the issuer says about a token that was accepted. Owns its claims, of which the scopes are
 * views; a copy shares them.
 */
class ResolvedToken {
  public:
    ResolvedToken(JsonHandle claims, std::vector<std::string_view> scopes)
        : content_(std::make_shared<const Content>(Content{std::move(claims), std::move(scopes)})) {
    }

    /* A JSON object, never nullptr. */
    const json_t* claims() const { return content_->claims.get(); }

    const std::vector<std::string_view>& scopes() const { return content_->scopes; }

  private:
    struct Content {
        JsonHandle claims;
        std::vector<std::string_view> scopes;
    };
    std::shared_ptr<const Content> content_;
};

}  // namespace oauth2_rs

#endif
