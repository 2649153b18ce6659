#ifndef OAUTH2_RS_TOKEN_ACCESS_TOKEN_H
#define OAUTH2_RS_TOKEN_ACCESS_TOKEN_H

#include <string_view>
#include <utility>
#include <vector>

#include "base/handles.h"

namespace oauth2_rs {

/*
 * What the issuer says about a token that was accepted. Owns its claims; the scopes are views of
 * them.
 */
class ResolvedToken {
  public:
    ResolvedToken(JsonHandle claims, std::vector<std::string_view> scopes)
        : claims_(std::move(claims)), scopes_(std::move(scopes)) {}

    /* A JSON object, never nullptr. */
    const json_t* claims() const { return claims_.get(); }

    const std::vector<std::string_view>& scopes() const { return scopes_; }

  private:
    JsonHandle claims_;
    std::vector<std::string_view> scopes_;
};

}  // namespace oauth2_rs

#endif
