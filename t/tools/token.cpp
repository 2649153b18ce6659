#include "token.h"

#include "encode.h"
#include "failure.h"

namespace oauth2_rs::mint {

namespace {

constexpr int64_t kLifetime = 3600;

/* JSON stays as it is written, `@+60` is a time from now, all else is text. */
std::string value_text(const std::string &value, int64_t now) {
    int64_t offset = 0;
    const bool is_offset = value.size() > 2 && value[0] == '@' &&
                           (value[1] == '+' || value[1] == '-') &&
                           parse_integer(value.substr(1), offset);
    int64_t time = 0;
    if (is_offset && !__builtin_add_overflow(now, offset, &time)) {
        return std::to_string(time);
    }
    return is_json(value) ? value : json_quoted(value);
}

void edit(Members &members, const Options &options, const std::string &kind, int64_t now) {
    for (const std::string &name : options.all("--no-" + kind)) {
        if (name == "*") {
            members.clear();
        } else {
            members.remove(name);
        }
    }
    for (const std::string &assignment : options.all("--" + kind)) {
        const auto [name, value] = split_assignment("--" + kind, assignment);
        members.set(name, value_text(value, now));
    }
}

void set_kid(Members &header, const Key &key) {
    const json_t *const kid = json_object_get(key.jwk.get(), "kid");
    if (json_is_string(kid)) {
        header.set("kid", json_quoted(json_string_value(kid)));
    }
}

Members default_header(const Signer &signer) {
    Members header;
    header.set("typ", "\"at+jwt\"");
    header.set("alg", json_quoted(signer.algorithm().name));
    set_kid(header, signer.key());
    return header;
}

Members default_encryption_header(const Recipient &recipient, const Draft &draft) {
    const bool nested = draft.signer != nullptr;
    Members header;
    // RFC 7519 section 5.2: a nested token's content is a JWT, which has a "typ" of its own.
    header.set(nested ? "cty" : "typ", nested ? "\"JWT\"" : "\"at+jwt\"");
    header.set("alg", json_quoted(recipient.algorithm->name));
    header.set("enc", json_quoted(recipient.encryption->name));
    set_kid(header, *recipient.key);
    return header;
}

/* RFC 9068 section 2.2. */
Members default_claims(int64_t now) {
    Members claims;
    claims.set("iss", "\"https://as.example.com\"");
    claims.set("sub", "\"alice\"");
    claims.set("aud", "\"https://api.example.com\"");
    claims.set("client_id", "\"app\"");
    claims.set("scope", "\"read write\"");
    claims.set("iat", std::to_string(now));
    claims.set("nbf", std::to_string(now));
    claims.set("exp", std::to_string(now + kLifetime));
    claims.set("jti", json_quoted(base64url(random_octets(16))));
    return claims;
}

}  // namespace

Draft make_draft(const Options &options, const Signer *signer, int64_t now) {
    Draft draft{signer, now, signer == nullptr ? Members() : default_header(*signer),
                default_claims(now), std::nullopt};
    edit(draft.header, options, "header", now);
    edit(draft.claims, options, "claim", now);
    if (options.has("--payload")) {
        draft.raw_payload = options.text("--payload");
    }
    return draft;
}

Envelope make_envelope(const Options &options, const Recipient &recipient, const Draft &draft) {
    Envelope envelope{};
    envelope.recipient = recipient;
    envelope.header = default_encryption_header(recipient, draft);
    envelope.compresses = options.has("--zip");
    if (envelope.compresses) {
        envelope.header.set("zip", "\"DEF\"");
    }
    edit(envelope.header, options, "encrypt-header", draft.now);
    return envelope;
}

}  // namespace oauth2_rs::mint
