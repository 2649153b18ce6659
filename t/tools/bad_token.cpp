#include "bad_token.h"

#include <algorithm>

#include "encode.h"
#include "failure.h"

namespace oauth2_rs::mint {

namespace {

constexpr int64_t kHour = 3600;

struct Parts {
    std::string header;
    std::string payload;
    std::string signature;

    std::string text() const { return header + '.' + payload + '.' + signature; }
};

Parts split(const std::string &token) {
    const size_t first = token.find('.');
    const size_t second = token.find('.', first + 1);
    return {token.substr(0, first), token.substr(first + 1, second - first - 1),
            token.substr(second + 1)};
}

Parts signed_parts(const Draft &draft) { return split(draft.token()); }

std::string signature_octets(const Parts &parts) {
    return base64url_decode(parts.signature, "the signature");
}

/* Signs the parts as they are written, right or wrong. */
std::string sign_parts(const Signer &signer, Parts parts) {
    parts.signature = base64url(signer.sign(parts.header + '.' + parts.payload));
    return parts.text();
}

std::string token_of_claim(Draft &draft, const char *name, const std::string &value) {
    draft.claims.set(name, value);
    return draft.token();
}

std::string token_of_header(Draft &draft, const char *name, const std::string &value) {
    draft.header.set(name, value);
    return draft.token();
}

std::string token_by(const Signer &other, const Draft &draft) {
    return other.compact(draft.header.text(), draft.payload());
}

std::string insert_into_signature(const Draft &draft, char c) {
    Parts parts = signed_parts(draft);
    parts.signature.insert(parts.signature.size() / 2, 1, c);
    return parts.text();
}

std::string tampered_header(Draft &draft) {
    Parts parts = signed_parts(draft);
    draft.header.set("tampered", "true");
    parts.header = base64url(draft.header.text());
    return parts.text();
}

std::string tampered_payload(Draft &draft) {
    Parts parts = signed_parts(draft);
    draft.claims.set("sub", "\"tampered\"");
    parts.payload = base64url(draft.payload());
    return parts.text();
}

std::string tampered_signature(Draft &draft) {
    Parts parts = signed_parts(draft);
    std::string octets = signature_octets(parts);
    char &middle = octets[octets.size() / 2];
    middle = static_cast<char>(middle ^ 1);
    parts.signature = base64url(octets);
    return parts.text();
}

std::string empty_signature(Draft &draft) {
    Parts parts = signed_parts(draft);
    parts.signature.clear();
    return parts.text();
}

std::string no_signature_part(Draft &draft) {
    const Parts parts = signed_parts(draft);
    return parts.header + '.' + parts.payload;
}

std::string alg_none(Draft &draft) {
    draft.header.set("alg", "\"none\"");
    return empty_signature(draft);
}

std::string alg_none_signed(Draft &draft) { return token_of_header(draft, "alg", "\"none\""); }

std::string alg_unknown(Draft &draft) { return token_of_header(draft, "alg", "\"XX256\""); }

std::string der_signature(Draft &draft) {
    if (draft.signer->algorithm().scheme != Scheme::kEcdsa) {
        throw Failure("der-signature wants an EC key");
    }
    Parts parts = signed_parts(draft);
    parts.signature = base64url(ecdsa_to_der(signature_octets(parts)));
    return parts.text();
}

std::string truncated(Draft &draft) {
    Parts parts = signed_parts(draft);
    std::string octets = signature_octets(parts);
    octets.resize(octets.size() - 4);
    parts.signature = base64url(octets);
    return parts.text();
}

std::string four_parts(Draft &draft) {
    const Parts parts = signed_parts(draft);
    return parts.text() + '.' + parts.signature;
}

std::string six_parts(Draft &draft) {
    const std::string token = draft.token();
    return token + '.' + token;
}

/* A signature whose length is a multiple of 3 needs no padding; then the payload gets it. */
std::string padded(Draft &draft) {
    Parts parts = signed_parts(draft);
    const std::string octets = signature_octets(parts);
    if (octets.size() % 3 != 0) {
        parts.signature.append(3 - octets.size() % 3, '=');
        return parts.text();
    }
    std::string payload = draft.payload();
    payload.append(payload.size() % 3 == 0 ? 1 : 0, ' ');
    parts.payload = base64url(payload) + std::string(3 - payload.size() % 3, '=');
    return sign_parts(*draft.signer, std::move(parts));
}

std::string whitespace(Draft &draft) { return insert_into_signature(draft, ' '); }

std::string foreign_character(Draft &draft) { return insert_into_signature(draft, '!'); }

std::string standard_base64(Draft &draft) {
    // Six of these in a row hold a '+' and a '/' wherever they begin in the encoding.
    draft.claims.set("note", "\">>>???\"");
    Parts parts = signed_parts(draft);
    std::replace(parts.payload.begin(), parts.payload.end(), '-', '+');
    std::replace(parts.payload.begin(), parts.payload.end(), '_', '/');
    return sign_parts(*draft.signer, std::move(parts));
}

std::string duplicate_claim(Draft &draft) {
    if (!draft.claims.has("sub")) {
        draft.claims.append("sub", "\"alice\"");
    }
    draft.claims.append("sub", "\"mallory\"");
    return draft.token();
}

std::string duplicate_header_member(Draft &draft) {
    const std::string alg = json_quoted(draft.signer->algorithm().name);
    draft.header.set("alg", alg);
    draft.header.append("alg", alg);
    return draft.token();
}

std::string crit(Draft &draft) {
    draft.header.set("crit", "[\"urn:example:policy\"]");
    return token_of_header(draft, "urn:example:policy", "true");
}

std::string jwk_header(Draft &draft) {
    const Key fresh = generate_similar(draft.signer->key());
    const Signer signer(fresh, draft.signer->algorithm());
    draft.header.set("jwk", json_line(public_half(fresh.jwk.get()).get()));
    return token_by(signer, draft);
}

std::string hs_with_public_key(Draft &draft) {
    if (draft.signer->key().type == KeyType::kOct) {
        throw Failure("hs-with-public-key wants a key with a public half");
    }
    Key secret{KeyType::kOct, nullptr, Json(json_object()), nullptr,
               public_pem(draft.signer->key())};
    json_object_set_new(secret.jwk.get(), "kty", json_string("oct"));
    json_object_set_new(secret.jwk.get(), "k", json_string(base64url(secret.octets).c_str()));
    const Signer signer(secret, *find_algorithm(signature_algorithms(), "HS256"));
    draft.header.set("alg", "\"HS256\"");
    return token_by(signer, draft);
}

std::string not_json(Draft &draft) {
    draft.raw_payload = "these are no claims";
    return draft.token();
}

std::string array_claims(Draft &draft) {
    draft.raw_payload = '[' + draft.claims.text() + ']';
    return draft.token();
}

std::string nul_in_claim(Draft &draft) {
    return token_of_claim(draft, "sub", R"("alice\u0000mallory")");
}

std::string deep_json(Draft &draft) {
    // jansson stops at 2,048 levels. More would not fit into NGINX's 8 KiB header buffer.
    constexpr size_t kDepth = 2100;
    return token_of_claim(draft, "deep", std::string(kDepth, '[') + std::string(kDepth, ']'));
}

std::string invalid_utf8(Draft &draft) {
    return token_of_claim(draft, "sub", "\"alice\xc3\x28\xff\"");
}

std::string huge_number(Draft &draft) {
    return token_of_claim(draft, "exp", "9223372036854775808");
}

std::string oversized(Draft &draft) {
    constexpr size_t kFiller = 49152;
    return token_of_claim(draft, "filler", json_quoted(std::string(kFiller, 'a')));
}

std::string zip_def(Draft &draft) { return token_of_header(draft, "zip", "\"DEF\""); }

std::string wrong_key(Draft &draft) {
    const Key fresh = generate_similar(draft.signer->key());
    const Signer signer(fresh, draft.signer->algorithm());
    return token_by(signer, draft);
}

std::string expired(Draft &draft) {
    draft.claims.set("iat", std::to_string(draft.now - 2 * kHour));
    draft.claims.set("nbf", std::to_string(draft.now - 2 * kHour));
    return token_of_claim(draft, "exp", std::to_string(draft.now - kHour));
}

std::string not_yet_valid(Draft &draft) {
    draft.claims.set("exp", std::to_string(draft.now + 2 * kHour));
    return token_of_claim(draft, "nbf", std::to_string(draft.now + kHour));
}

std::string no_exp(Draft &draft) {
    draft.claims.remove("exp");
    return draft.token();
}

std::string wrong_issuer(Draft &draft) {
    return token_of_claim(draft, "iss", "\"https://other-as.example.net\"");
}

constexpr BadToken kBadTokens[] = {
    {"tampered-header", Fault::kSignature, "a header member added after signing", tampered_header},
    {"tampered-payload", Fault::kSignedClaims, "\"sub\" changed after signing", tampered_payload},
    {"tampered-signature", Fault::kSignature, "one bit of the signature flipped",
     tampered_signature},
    {"empty-signature", Fault::kSignature, "nothing behind the second dot", empty_signature},
    {"no-signature-part", Fault::kSignature, "two parts: the second dot is gone too",
     no_signature_part},
    {"alg-none", Fault::kSignature, "alg \"none\" and an empty signature", alg_none},
    {"alg-none-signed", Fault::kSignature, "alg \"none\", signed all the same", alg_none_signed},
    {"alg-unknown", Fault::kSignature, "alg \"XX256\", signed by the key's algorithm", alg_unknown},
    {"der-signature", Fault::kSignature, "ES* only: the signature in DER, not as r and s",
     der_signature},
    {"truncated", Fault::kSignature, "the last 4 octets of the signature are missing", truncated},
    {"four-parts", Fault::kSignature, "the signature a second time behind a third dot", four_parts},
    {"six-parts", Fault::kSignature, "the whole token twice, joined by a dot", six_parts},
    {"padded", Fault::kSignature,
     "'=' behind the signature, or behind the payload if the signature needs none", padded},
    {"whitespace", Fault::kSignature, "a space within the signature part", whitespace},
    {"foreign-character", Fault::kSignature, "a '!' within the signature part", foreign_character},
    {"standard-base64", Fault::kSignedClaims, "the payload part written with '+' and '/'",
     standard_base64},
    {"duplicate-claim", Fault::kClaims, "\"sub\" twice, with two values", duplicate_claim},
    {"duplicate-header-member", Fault::kSignature, "\"alg\" twice, with the same value",
     duplicate_header_member},
    {"crit", Fault::kSignature, "a critical header extension that nobody knows", crit},
    {"jwk-header", Fault::kSignature, "signed by a fresh key that stands in the header's \"jwk\"",
     jwk_header},
    {"hs-with-public-key", Fault::kSignature, "HS256 with the public key's PEM as the secret",
     hs_with_public_key},
    {"not-json", Fault::kClaims, "the payload is plain text", not_json},
    {"array-claims", Fault::kClaims, "the claims object within an array", array_claims},
    {"nul-in-claim", Fault::kClaims, R"(\u0000 within "sub")", nul_in_claim},
    {"deep-json", Fault::kClaims, "a claim of 2,100 nested arrays", deep_json},
    {"invalid-utf8", Fault::kClaims, "octets within \"sub\" that are no UTF-8", invalid_utf8},
    {"huge-number", Fault::kClaims, "\"exp\" is 2^63, one beyond a signed 64-bit number",
     huge_number},
    {"oversized", Fault::kClaims, "a claim that makes the token longer than 64 KiB", oversized},
    {"zip-def", Fault::kSignature, R"(header "zip":"DEF"; the payload is not compressed)", zip_def},
    {"wrong-key", Fault::kSignature, "signed by a fresh key of the same type, \"kid\" kept",
     wrong_key},
    {"expired", Fault::kClaims, "\"exp\" an hour ago", expired},
    {"not-yet-valid", Fault::kClaims, "\"nbf\" in an hour", not_yet_valid},
    {"no-exp", Fault::kClaims, "no \"exp\"", no_exp},
    {"wrong-issuer", Fault::kClaims, "\"iss\" is https://other-as.example.net", wrong_issuer},
};

}  // namespace

const BadToken *find_bad_token(std::string_view name) {
    const auto *const found =
        std::find_if(std::begin(kBadTokens), std::end(kBadTokens),
                     [&](const BadToken &known) { return name == known.name; });
    return found == std::end(kBadTokens) ? nullptr : found;
}

std::string bad_token_list() {
    constexpr size_t kColumn = 25;
    std::string text;
    for (const BadToken &bad : kBadTokens) {
        const std::string name = bad.name;
        text += "  " + name + std::string(kColumn - name.size(), ' ') + bad.help + '\n';
    }
    return text;
}

}  // namespace oauth2_rs::mint
