#include "jose/jwe.h"

#include <array>
#include <optional>
#include <utility>

#include "base/base64url.h"
#include "jose/decompression.h"
#include "jose/json.h"
#include "jose/jwk.h"
#include "jose/jws.h"
#include "jose/key.h"

namespace oauth2_rs {

namespace {

constexpr std::size_t kPartCount = 5;
constexpr std::size_t kAesBlockBytes = 16;
constexpr std::size_t kGcmIvBytes = 12;
constexpr std::size_t kGcmTagBytes = 16;
constexpr std::size_t kMostPartyInfoBytes = 1024;  // it is a name

using Parts = std::array<std::string_view, kPartCount>;

Denial malformed(const char* why) { return {Code::kMalformedToken, why}; }

Denial undecipherable(const char* why) { return {Code::kDecryptionFailed, why}; }

Parts split(std::string_view token) {
    Parts parts;
    for (std::string_view& part : parts) {
        part = token.substr(0, token.find('.'));
        token.remove_prefix(part.size() == token.size() ? part.size() : part.size() + 1);
    }
    return parts;
}

/* RFC 7516 sections 4.1.1 to 4.1.3. */
Verdict read_algorithms(Jwe* jwe) {
    const auto enc = json_text(jwe->header.json.get(), "enc");
    jwe->algorithm = find_algorithm(AlgorithmKind::kKeyManagement, jwe->header.alg);
    jwe->encryption = enc ? find_algorithm(AlgorithmKind::kContentEncryption, *enc) : nullptr;
    if (jwe->algorithm == nullptr || jwe->encryption == nullptr) {
        return Denial{Code::kUnsupportedAlgorithm,
                      "its \"alg\" or \"enc\" is missing, unknown or not offered"};
    }
    jwe->compressed = jwe->header.zip != nullptr;
    if (jwe->compressed && json_text(jwe->header.zip) != "DEF") {
        return Denial{Code::kUnsupportedHeader, "its header's \"zip\" is not \"DEF\""};
    }
    return Done{};
}

Verdict decode_parts(const Parts& parts, Jwe* jwe) {
    if (!decode_base64url(parts[1], &jwe->encrypted_key) || !decode_base64url(parts[2], &jwe->iv) ||
        !decode_base64url(parts[3], &jwe->ciphertext) || !decode_base64url(parts[4], &jwe->tag)) {
        return malformed("one of its parts is no base64url");
    }
    return Done{};
}

/* RFC 7518 sections 5.2.2 and 5.3. */
Verdict check_content_lengths(const Jwe& jwe) {
    const bool gcm = jwe.encryption->scheme == Scheme::kAesGcm;
    if (jwe.iv.size() != (gcm ? kGcmIvBytes : kAesBlockBytes)) {
        return undecipherable("its initialization vector has the wrong length");
    }
    // The MAC is cut to half the hash, which is as long as the key that MACs and encrypts.
    if (jwe.tag.size() != (gcm ? kGcmTagBytes : jwe.encryption->size / 2)) {
        return undecipherable("its authentication tag has the wrong length");
    }
    if (!gcm && (jwe.ciphertext.empty() || jwe.ciphertext.size() % kAesBlockBytes != 0)) {
        return undecipherable("its ciphertext is no whole number of blocks");
    }
    return Done{};
}

/* Bytes of an encrypted key; nothing where its length is the RSA modulus's. */
std::optional<std::size_t> encrypted_key_size(const Jwe& jwe) {
    switch (jwe.algorithm->scheme) {
        case Scheme::kAesKeyWrap:
        case Scheme::kEcdhEsKeyWrap:
            return jwe.encryption->size + 8;  // RFC 3394 section 2.2.1
        case Scheme::kAesGcmKeyWrap:
            return jwe.encryption->size;
        case Scheme::kRsaOaep:
            return std::nullopt;
        default:
            return 0;  // RFC 7516 section 5.2, steps 10 and 12
    }
}

Verdict check_encrypted_key_length(const Jwe& jwe) {
    const auto size = encrypted_key_size(jwe);
    if (size ? jwe.encrypted_key.size() != *size : jwe.encrypted_key.empty()) {
        return undecipherable("its encrypted key has the wrong length");
    }
    return Done{};
}

/* A base64url member of the header, which may be missing. */
bool read_bytes(const JoseHeader& header, std::string_view name, std::string* out) {
    const json_t* value = json_member(header.json.get(), name);
    const auto text = json_text(value);
    return value == nullptr || (text && decode_base64url(*text, out));
}

/* RFC 7518 section 4.7.1. */
Verdict read_wrapping(Jwe* jwe) {
    if (json_member(jwe->header.json.get(), "iv") == nullptr ||
        json_member(jwe->header.json.get(), "tag") == nullptr ||
        !read_bytes(jwe->header, "iv", &jwe->wrapping_iv) ||
        !read_bytes(jwe->header, "tag", &jwe->wrapping_tag)) {
        return malformed("its header's \"iv\" or \"tag\" is missing or no base64url");
    }
    if (jwe->wrapping_iv.size() != kGcmIvBytes || jwe->wrapping_tag.size() != kGcmTagBytes) {
        return undecipherable("its header's \"iv\" or \"tag\" has the wrong length");
    }
    return Done{};
}

/* RFC 7518 section 4.6.1. */
Verdict read_agreement(Jwe* jwe) {
    const json_t* epk = json_member(jwe->header.json.get(), "epk");
    if (!json_is_object(epk) || !read_bytes(jwe->header, "apu", &jwe->party_u_info) ||
        !read_bytes(jwe->header, "apv", &jwe->party_v_info)) {
        return malformed("its header's \"epk\" is no object, or \"apu\" or \"apv\" no base64url");
    }
    if (jwe->party_u_info.size() > kMostPartyInfoBytes ||
        jwe->party_v_info.size() > kMostPartyInfoBytes) {
        return undecipherable("its header's \"apu\" or \"apv\" is too long");
    }
    auto ephemeral = parse_ephemeral_key(epk);
    if (!ephemeral) {
        return undecipherable("its header's \"epk\" is no public key on a curve of ours");
    }
    jwe->curve = ephemeral->curve;
    jwe->ephemeral_key = std::move(ephemeral->key);
    return Done{};
}

Verdict read_parameters(Jwe* jwe) {
    switch (jwe->algorithm->scheme) {
        case Scheme::kAesGcmKeyWrap:
            return read_wrapping(jwe);
        case Scheme::kEcdhEs:
        case Scheme::kEcdhEsKeyWrap:
            return read_agreement(jwe);
        default:
            return Done{};
    }
}

}  // namespace

Result<Jwe> parse_jwe(std::string_view token) {
    if (count_parts(token) != kPartCount) {
        return malformed("an encrypted token has five parts");
    }
    const Parts parts = split(token);
    auto header = parse_jose_header(parts[0]);
    if (!header.ok()) {
        return header.error();
    }
    Jwe jwe;
    jwe.header = std::move(header.value());
    jwe.token = token;
    jwe.encoded_header = parts[0];
    if (auto verdict = read_algorithms(&jwe); !verdict.ok()) {
        return verdict.error();
    }
    if (auto verdict = decode_parts(parts, &jwe); !verdict.ok()) {
        return verdict.error();
    }
    for (const auto& check : {check_content_lengths, check_encrypted_key_length}) {
        if (auto verdict = check(jwe); !verdict.ok()) {
            return verdict.error();
        }
    }
    if (auto verdict = read_parameters(&jwe); !verdict.ok()) {
        return verdict.error();
    }
    return jwe;
}

Result<SecretBytes> decrypt(const Jwe& jwe, const Key& key) {
    auto content = key.decrypt(jwe);
    if (!content) {
        return undecipherable("the key doesn't decrypt it");
    }
    if (!jwe.compressed) {
        return std::move(*content);
    }
    return decompress(*content);
}

}  // namespace oauth2_rs
