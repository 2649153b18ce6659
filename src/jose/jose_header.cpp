#include "jose/jose_header.h"

#include <string>

#include "base/base64url.h"
#include "jose/json.h"

namespace oauth2_rs {

Result<JoseHeader> parse_jose_header(std::string_view encoded) {
    std::string text;
    JoseHeader header;
    if (!decode_base64url(encoded, &text) || !(header.json = parse_json_object(text))) {
        return Denial{Code::kMalformedToken, "its header is no base64url of a JSON object"};
    }
    const json_t* json = header.json.get();
    if (json_member(json, "crit") != nullptr) {
        return Denial{Code::kUnsupportedHeader, "its header holds \"crit\""};
    }
    const json_t* kid = json_member(json, "kid");
    header.kid = json_text(kid);
    if (kid != nullptr && !header.kid) {
        return Denial{Code::kMalformedToken, "its header's \"kid\" is no text"};
    }
    header.alg = json_text(json, "alg").value_or(std::string_view());
    header.typ = json_member(json, "typ");
    header.zip = json_member(json, "zip");
    return header;
}

JoseHeader share(const JoseHeader& header) {
    return {JsonHandle(json_incref(header.json.get())), header.alg, header.kid, header.typ,
            header.zip};
}

}  // namespace oauth2_rs
