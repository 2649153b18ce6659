#include "bad_encryption.h"

#include <algorithm>

#include "bad_token.h"
#include "ciphers.h"
#include "encode.h"
#include "failure.h"
#include "off_curve.h"

namespace oauth2_rs::mint {

namespace {

/* ---- Steps that the faults share */

void flip_middle_bit(std::string &octets) {
    char &middle = octets[octets.size() / 2];
    middle = static_cast<char>(middle ^ 1);
}

/* The envelope with everything done. */
Envelope &sealed(const Draft &draft, Envelope &jwe) {
    jwe.plaintext = draft.token();
    jwe.wrap_key();
    jwe.seal();
    return jwe;
}

/* The envelope with its keys, and its content still to be encrypted. */
Envelope &keyed(const Draft &draft, Envelope &jwe) {
    jwe.plaintext = draft.token();
    jwe.wrap_key();
    return jwe;
}

std::string sealed_text(Envelope &jwe) {
    jwe.seal();
    return jwe.compact();
}

std::string token_of_header(const Draft &draft, Envelope &jwe, const char *name,
                            const std::string &value) {
    jwe.header.set(name, value);
    return sealed(draft, jwe).compact();
}

std::string token_of_epk(const Draft &draft, Envelope &jwe, const std::string &epk) {
    keyed(draft, jwe).header.set("epk", epk);
    return sealed_text(jwe);
}

std::string token_of_tag(const Draft &draft, Envelope &jwe, size_t octets) {
    sealed(draft, jwe).tag.resize(octets);
    return jwe.compact();
}

std::string token_of_iv(const Draft &draft, Envelope &jwe, size_t octets) {
    keyed(draft, jwe).iv.resize(octets);
    return sealed_text(jwe);
}

bool has_wrapped_key(const Envelope &jwe) {
    const Algorithm &algorithm = *jwe.recipient.algorithm;
    return algorithm.scheme != Scheme::kDirect &&
           (algorithm.scheme != Scheme::kEcdhEs || algorithm.bits != 0);
}

void require(bool fits, const std::string &what) {
    if (!fits) {
        throw Failure("this fault wants " + what);
    }
}

void require_gcm_wrap(const Envelope &jwe) {
    require(jwe.recipient.algorithm->scheme == Scheme::kAesGcmKw, "A*GCMKW");
}

void require_curve(const Envelope &jwe, KeyType type, const std::string &what) {
    const bool agrees = jwe.recipient.algorithm->scheme == Scheme::kEcdhEs;
    require(agrees && jwe.recipient.key->type == type, what);
}

void require_signature(const Draft &draft) {
    require(draft.signer != nullptr, "a signed token: --encrypt, not --encrypt-only");
}

void require_agreement(const Envelope &jwe) {
    require(jwe.recipient.algorithm->scheme == Scheme::kEcdhEs, "ECDH-ES");
}

std::string &wrapped_key(const Draft &draft, Envelope &jwe) {
    require(has_wrapped_key(jwe), "an algorithm with an encrypted key");
    return sealed(draft, jwe).encrypted_key;
}

/* ---- The parts */

std::string tampered_ciphertext(Draft &draft, Envelope &jwe) {
    flip_middle_bit(sealed(draft, jwe).ciphertext);
    return jwe.compact();
}

std::string tampered_tag(Draft &draft, Envelope &jwe) {
    flip_middle_bit(sealed(draft, jwe).tag);
    return jwe.compact();
}

std::string tampered_iv(Draft &draft, Envelope &jwe) {
    flip_middle_bit(sealed(draft, jwe).iv);
    return jwe.compact();
}

std::string tampered_key(Draft &draft, Envelope &jwe) {
    flip_middle_bit(wrapped_key(draft, jwe));
    return jwe.compact();
}

std::string tampered_header(Draft &draft, Envelope &jwe) {
    sealed(draft, jwe).header.set("tampered", "true");
    return jwe.compact();
}

std::string short_tag(Draft &draft, Envelope &jwe) { return token_of_tag(draft, jwe, 8); }

std::string long_tag(Draft &draft, Envelope &jwe) {
    return token_of_tag(draft, jwe, jwe.recipient.encryption->tag_octets + 1);
}

std::string empty_tag(Draft &draft, Envelope &jwe) { return token_of_tag(draft, jwe, 0); }

std::string empty_iv(Draft &draft, Envelope &jwe) { return token_of_iv(draft, jwe, 0); }

std::string short_iv(Draft &draft, Envelope &jwe) { return token_of_iv(draft, jwe, 8); }

std::string long_iv(Draft &draft, Envelope &jwe) {
    return token_of_iv(draft, jwe, jwe.recipient.encryption->iv_octets + 8);
}

std::string empty_ciphertext(Draft &draft, Envelope &jwe) {
    keyed(draft, jwe).plaintext.clear();
    jwe.compresses = false;
    jwe.seal();
    if (!jwe.recipient.encryption->mac_digest) {
        return jwe.compact();
    }
    // CBC has padded the empty plaintext to a block.
    jwe.ciphertext.clear();
    jwe.tag = jwe.mac();
    return jwe.compact();
}

std::string key_in_dir(Draft &draft, Envelope &jwe) {
    require(!has_wrapped_key(jwe), "dir or ECDH-ES");
    sealed(draft, jwe);
    jwe.encrypted_key = random_octets(jwe.content_key.size());
    return jwe.compact();
}

std::string truncated_key(Draft &draft, Envelope &jwe) {
    // 8 octets are what RFC 3394 counts in.
    std::string &key = wrapped_key(draft, jwe);
    key.resize(key.size() - 8);
    return jwe.compact();
}

std::string long_key(Draft &draft, Envelope &jwe) {
    wrapped_key(draft, jwe).append(8, '\0');
    return jwe.compact();
}

std::string empty_key(Draft &draft, Envelope &jwe) {
    wrapped_key(draft, jwe).clear();
    return jwe.compact();
}

std::string key_short_iv(Draft &draft, Envelope &jwe) {
    require_gcm_wrap(jwe);
    keyed(draft, jwe).wrap_by_gcm(random_octets(8));
    return sealed_text(jwe);
}

std::string key_short_tag(Draft &draft, Envelope &jwe) {
    require_gcm_wrap(jwe);
    // A quotation mark, and 16 characters for 12 octets.
    const std::string tag = keyed(draft, jwe).header.value("tag").substr(0, 17);
    jwe.header.set("tag", tag + '"');
    return sealed_text(jwe);
}

std::string four_parts(Draft &draft, Envelope &jwe) {
    const std::string token = sealed(draft, jwe).compact();
    return token.substr(0, token.rfind('.'));
}

std::string six_parts(Draft &draft, Envelope &jwe) {
    const std::string token = sealed(draft, jwe).compact();
    return token + token.substr(token.rfind('.'));
}

/* ---- The header */

std::string crit(Draft &draft, Envelope &jwe) {
    jwe.header.set("crit", "[\"urn:example:policy\"]");
    return token_of_header(draft, jwe, "urn:example:policy", "true");
}

std::string alg_unknown(Draft &draft, Envelope &jwe) {
    return token_of_header(draft, jwe, "alg", "\"XX256\"");
}

std::string enc_unknown(Draft &draft, Envelope &jwe) {
    return token_of_header(draft, jwe, "enc", "\"XX256\"");
}

std::string rsa1_5(Draft &draft, Envelope &jwe) {
    static const Algorithm algorithm = {"RSA1_5", Scheme::kRsaPkcs1, KeyType::kRsa, {}, nullptr, 0,
                                        false};
    require(fits(algorithm, *jwe.recipient.key), "an RSA key");
    jwe.recipient.algorithm = &algorithm;
    return token_of_header(draft, jwe, "alg", "\"RSA1_5\"");
}

std::string pbes2(Draft &draft, Envelope &jwe) {
    jwe.header.set("alg", "\"PBES2-HS256+A128KW\"");
    jwe.header.set("p2s", json_quoted(base64url(random_octets(16))));
    jwe.header.set("p2c", "2147483647");
    sealed(draft, jwe);
    jwe.encrypted_key = random_octets(jwe.content_key.size() + 8);
    return jwe.compact();
}

std::string zip_bomb(Draft &draft, Envelope &jwe) {
    constexpr size_t kFiller = 1U << 20U;
    require(!draft.raw_payload, "claims and no --payload");
    draft.claims.set("filler", json_quoted(std::string(kFiller, 'a')));
    jwe.compresses = true;
    return token_of_header(draft, jwe, "zip", "\"DEF\"");
}

std::string zip_unknown(Draft &draft, Envelope &jwe) {
    jwe.compresses = false;
    return token_of_header(draft, jwe, "zip", "\"XX\"");
}

/* ---- The ephemeral key */

std::string epk_missing(Draft &draft, Envelope &jwe) {
    require_agreement(jwe);
    keyed(draft, jwe).header.remove("epk");
    return sealed_text(jwe);
}

std::string epk_off_curve(Draft &draft, Envelope &jwe) {
    require_curve(jwe, KeyType::kEc, "ECDH-ES with an EC key");
    require(jwe.recipient.key->has_private(), "the private key: it multiplies the point");
    const OffCurvePoint point = off_curve_point(*jwe.recipient.key);
    keyed(draft, jwe).derive_keys(point.shared_secret);
    jwe.header.set("epk", point.jwk);
    return sealed_text(jwe);
}

std::string epk_low_order(Draft &draft, Envelope &jwe) {
    require_curve(jwe, KeyType::kOkp, "ECDH-ES with an X25519 or X448 key");
    // RFC 7748 section 6: with u = 0 the shared secret is 0 whatever the private key.
    const Curve &curve = *jwe.recipient.key->curve;
    const std::string zero(curve.octets, '\0');
    keyed(draft, jwe).derive_keys(zero);
    jwe.header.set("epk", R"({"kty":"OKP","crv":")" + std::string(curve.name) + R"(","x":")" +
                              base64url(zero) + "\"}");
    return sealed_text(jwe);
}

std::string epk_other_curve(Draft &draft, Envelope &jwe) {
    require_agreement(jwe);
    const auto &curves = jwe.recipient.algorithm->curves;
    const std::string own = jwe.recipient.key->curve->name;
    const KeyType type = jwe.recipient.key->type;
    const auto other = std::find_if(curves.begin(), curves.end(), [&](const char *name) {
        return own != name && find_curve(name)->type == type;
    });
    const Key fresh = generate_on_curve(*find_curve(*other));
    return token_of_epk(draft, jwe, json_line(public_half(fresh.jwk.get()).get()));
}

std::string epk_private(Draft &draft, Envelope &jwe) {
    require_agreement(jwe);
    keyed(draft, jwe).header.set("epk", jwe.ephemeral_jwk);
    return sealed_text(jwe);
}

/* ---- What is inside */

std::string wrong_key(Draft &draft, Envelope &jwe) {
    const Key fresh = generate_similar(*jwe.recipient.key);
    jwe.recipient.key = &fresh;
    return sealed(draft, jwe).compact();
}

std::string nested_twice(Draft &draft, Envelope &jwe) {
    Envelope outer = jwe;
    outer.header.set("cty", "\"JWT\"");
    outer.plaintext = sealed(draft, jwe).compact();
    return outer.finish();
}

std::string token_of_bad_inner(Draft &draft, Envelope &jwe, const char *name) {
    require_signature(draft);
    jwe.plaintext = find_bad_token(name)->make(draft);
    return jwe.finish();
}

std::string inner_unsigned(Draft &draft, Envelope &jwe) {
    return token_of_bad_inner(draft, jwe, "alg-none");
}

std::string inner_bad_signature(Draft &draft, Envelope &jwe) {
    return token_of_bad_inner(draft, jwe, "tampered-signature");
}

std::string inner_json(Draft &draft, Envelope &jwe) {
    require_signature(draft);
    jwe.header.remove("cty");
    jwe.header.set("typ", "\"at+jwt\"");
    jwe.plaintext = draft.payload();
    return jwe.finish();
}

constexpr BadEncryption kBadEncryptions[] = {
    {"jwe-tampered-ciphertext", "one bit of the ciphertext flipped", tampered_ciphertext},
    {"jwe-tampered-tag", "one bit of the tag flipped", tampered_tag},
    {"jwe-tampered-iv", "one bit of the IV flipped", tampered_iv},
    {"jwe-tampered-key", "one bit of the encrypted key flipped", tampered_key},
    {"jwe-tampered-header", "a header member added after encrypting", tampered_header},
    {"jwe-short-tag", "the first 8 octets of the tag", short_tag},
    {"jwe-long-tag", "the tag and one octet more", long_tag},
    {"jwe-empty-tag", "nothing behind the last dot", empty_tag},
    {"jwe-short-iv", "an IV of 8 octets; the tag fits", short_iv},
    {"jwe-empty-iv", "no IV, which counts as zeros; the tag fits", empty_iv},
    {"jwe-long-iv", "an IV with 8 octets more; the tag fits", long_iv},
    {"jwe-empty-ciphertext", "no ciphertext; the tag fits", empty_ciphertext},
    {"jwe-key-in-dir", "dir and ECDH-ES only: an encrypted key where none is due", key_in_dir},
    {"jwe-truncated-key", "the last 8 octets of the encrypted key are missing", truncated_key},
    {"jwe-long-key", "the encrypted key and 8 octets more", long_key},
    {"jwe-empty-key", "no encrypted key where one is due", empty_key},
    {"jwe-key-short-iv", "A*GCMKW only: wrapped with an IV of 8 octets", key_short_iv},
    {"jwe-key-short-tag", "A*GCMKW only: the first 12 octets of the wrapping's tag", key_short_tag},
    {"jwe-four-parts", "the tag and its dot are missing", four_parts},
    {"jwe-six-parts", "the tag a second time behind a fifth dot", six_parts},
    {"jwe-crit", "a critical header extension that nobody knows", crit},
    {"jwe-alg-unknown", "alg \"XX256\", encrypted by the key's algorithm", alg_unknown},
    {"jwe-enc-unknown", "enc \"XX256\", encrypted by ENC", enc_unknown},
    {"jwe-rsa1_5", "RSA only: alg RSA1_5, and encrypted so", rsa1_5},
    {"jwe-pbes2", "alg PBES2-HS256+A128KW with 2^31 - 1 iterations, and no password", pbes2},
    {"jwe-zip-bomb", "a compressed claim of 1 MiB", zip_bomb},
    {"jwe-zip-unknown", "zip \"XX\"; the plaintext is not compressed", zip_unknown},
    {"jwe-epk-missing", "ECDH-ES* only: no \"epk\"", epk_missing},
    {"jwe-epk-off-curve", "EC only: a point off the curve, decryptable by who does not check it",
     epk_off_curve},
    {"jwe-epk-low-order", "X25519 and X448 only: the point 0, whose shared secret is 0",
     epk_low_order},
    {"jwe-epk-other-curve", "ECDH-ES* only: an \"epk\" on another curve than the key's",
     epk_other_curve},
    {"jwe-epk-private", "ECDH-ES* only: \"epk\" with its private half", epk_private},
    {"jwe-wrong-key", "encrypted for a fresh key of the same type, \"kid\" kept", wrong_key},
    {"jwe-nested-twice", "the encrypted token encrypted once more", nested_twice},
    {"jwe-inner-unsigned", "the token inside has alg \"none\" and no signature", inner_unsigned},
    {"jwe-inner-bad-signature", "one bit of the inner signature flipped", inner_bad_signature},
    {"jwe-inner-json", "the claims themselves inside, as --encrypt-only has them", inner_json},
};

}  // namespace

const BadEncryption *find_bad_encryption(std::string_view name) {
    const auto *const found =
        std::find_if(std::begin(kBadEncryptions), std::end(kBadEncryptions),
                     [&](const BadEncryption &known) { return name == known.name; });
    return found == std::end(kBadEncryptions) ? nullptr : found;
}

std::string bad_encryption_list() {
    constexpr size_t kColumn = 25;
    std::string text;
    for (const BadEncryption &bad : kBadEncryptions) {
        const std::string name = bad.name;
        text += "  " + name + std::string(kColumn - name.size(), ' ') + bad.help + '\n';
    }
    return text;
}

}  // namespace oauth2_rs::mint
