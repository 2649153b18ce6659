#ifndef OAUTH2_RS_TOKEN_ACCESS_TOKEN_H
#define OAUTH2_RS_TOKEN_ACCESS_TOKEN_H

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/handles.h"
#include "token/confirmation.h"
#include "token/key_digests.h"

namespace oauth2_rs {

/*
 * What the issuer says about a token that was accepted. Owns its claims; a copy shares them. What a
 * request needs of every token stands beside the claims, which are parsed when they are asked for.
 */
class ResolvedToken {
  public:
    /* What is known of a token without reading its claims. */
    struct Facts {
        std::string scope;  // the granted scopes, separated by single spaces
        Confirmation confirmation;
        std::optional<std::int64_t> valid_until_ms;  // expiry and skew; nothing: it names none
        KeyDigests keys;                             // that verified or decrypted it
    };

    /* `text` is a JSON object that was read strictly, `claims` its tree, or nullptr: not yet. */
    ResolvedToken(std::string text, JsonHandle claims, Facts facts);

    /* Of a signed token, whose payload the text is; `token` outlives all copies. */
    static ResolvedToken of_payload(std::string_view token, Facts facts);

    /* Says the same of one whose text has been decoded already. */
    void be_payload_of(std::string_view token) { content_->token = token; }

    bool is_payload_of(std::string_view token) const {
        return !content_->token.empty() && content_->token == token;
    }

    const Facts& facts() const { return content_->facts; }

    /* The JSON text of all claims, as it came. Throws std::bad_alloc where memory is short. */
    std::string_view text() const;

    /* A JSON object, never nullptr. Throws std::bad_alloc where memory is short. */
    const json_t* claims() const;

  private:
    struct Content {
        std::string text;
        std::string_view token;  // signed, whose payload `text` is; or empty
        JsonHandle claims;
        Facts facts;
    };

    explicit ResolvedToken(std::shared_ptr<Content> content) : content_(std::move(content)) {}

    std::shared_ptr<Content> content_;
};

}  // namespace oauth2_rs

#endif
