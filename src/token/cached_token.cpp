#include "token/cached_token.h"

#include <array>
#include <cstring>
#include <limits>
#include <utility>

namespace oauth2_rs {

namespace {

constexpr std::int64_t kNoExpiry = std::numeric_limits<std::int64_t>::max();

enum class Claims : unsigned char { kBehind, kInToken };

/*
 * The fixed part. Keys follow, the thumbprint where the token is bound to one, the scope, and to
 * the end the claims where they don't stand in the token.
 */
struct Head {
    std::int64_t stored_ms;
    std::int64_t valid_until_ms;  // kNoExpiry: the token names none
    std::uint32_t scope_size;
    unsigned char key_count;
    Confirmation::Kind confirmation;
    Claims claims;
};

/* Takes bytes from the front; stays empty, and says so, once too few were left. */
class Reader {
  public:
    explicit Reader(std::string_view bytes) : rest_(bytes) {}

    bool copy(void* out, std::size_t size) {
        const std::string_view part = take(size);
        if (part.size() == size && size > 0) {
            std::memcpy(out, part.data(), size);
        }
        return good_;
    }

    std::string_view take(std::size_t size) {
        good_ = good_ && size <= rest_.size();
        if (!good_) {
            return {};
        }
        const std::string_view part = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return part;
    }

    std::string_view take_rest() { return take(rest_.size()); }
    bool good() const { return good_; }

  private:
    std::string_view rest_;
    bool good_ = true;
};

void append(std::string* out, const void* bytes, std::size_t size) {
    out->append(static_cast<const char*>(bytes), size);
}

}  // namespace

std::string encode_cached_token(std::string_view text, const ResolvedToken& token,
                                std::int64_t stored_ms) {
    const ResolvedToken::Facts& facts = token.facts();
    // What a signed token says stands in it; what an encrypted or opaque one says doesn't.
    const bool in_token = token.is_payload_of(text);
    Head head{};
    head.stored_ms = stored_ms;
    head.valid_until_ms = facts.valid_until_ms.value_or(kNoExpiry);
    head.scope_size = static_cast<std::uint32_t>(facts.scope.size());
    head.key_count = static_cast<unsigned char>(facts.keys.size());
    head.claims = in_token ? Claims::kInToken : Claims::kBehind;
    head.confirmation = facts.confirmation.kind;
    std::string bytes;
    bytes.reserve(sizeof(head) + facts.keys.size() * sizeof(Digest) + sizeof(Thumbprint) +
                  facts.scope.size() + (in_token ? 0 : token.text().size()));
    append(&bytes, &head, sizeof(head));
    for (const Digest& key : facts.keys) {
        append(&bytes, key.data(), key.size());
    }
    if (head.confirmation == Confirmation::Kind::kThumbprint) {
        append(&bytes, facts.confirmation.thumbprint.data(), facts.confirmation.thumbprint.size());
    }
    bytes += facts.scope;
    bytes += in_token ? std::string_view() : token.text();
    return bytes;
}

std::optional<CachedToken> decode_cached_token(std::string_view text, std::string_view bytes) {
    Reader reader(bytes);
    Head head{};
    if (!reader.copy(&head, sizeof(head)) || head.key_count > KeyDigests::kMost) {
        return std::nullopt;
    }
    ResolvedToken::Facts facts;
    facts.confirmation.kind = head.confirmation;
    if (head.valid_until_ms != kNoExpiry) {
        facts.valid_until_ms = head.valid_until_ms;
    }
    for (unsigned char count = 0; count < head.key_count; ++count) {
        Digest key;
        reader.copy(key.data(), key.size());
        facts.keys.add(key);
    }
    if (head.confirmation == Confirmation::Kind::kThumbprint) {
        reader.copy(facts.confirmation.thumbprint.data(), facts.confirmation.thumbprint.size());
    }
    facts.scope = reader.take(head.scope_size);
    const std::string_view claims = reader.take_rest();
    if (!reader.good()) {
        return std::nullopt;
    }
    if (head.claims == Claims::kInToken) {
        return CachedToken{ResolvedToken::of_payload(text, std::move(facts)), head.stored_ms};
    }
    return CachedToken{ResolvedToken(std::string(claims), nullptr, std::move(facts)),
                       head.stored_ms};
}

}  // namespace oauth2_rs
