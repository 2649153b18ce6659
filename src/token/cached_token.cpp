#include "token/cached_token.h"

#include <array>
#include <cstring>
#include <limits>
#include <utility>

namespace oauth2_rs {

namespace {

constexpr std::int64_t kNoExpiry = std::numeric_limits<std::int64_t>::max();
constexpr std::uint32_t kMostKeys = 4;

/* The fixed part; keys, scope and claims follow, in this order, to the end. */
struct Head {
    std::int64_t stored_ms;
    std::int64_t valid_until_ms;  // kNoExpiry: the token names none
    std::uint32_t key_count;
    std::uint32_t scope_size;
    Confirmation confirmation;
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

std::string encode_cached_token(const ResolvedToken& token, std::int64_t stored_ms) {
    const ResolvedToken::Facts& facts = token.facts();
    const Head head{stored_ms, facts.valid_until_ms.value_or(kNoExpiry),
                    static_cast<std::uint32_t>(facts.keys.size()),
                    static_cast<std::uint32_t>(facts.scope.size()), facts.confirmation};
    std::string bytes;
    bytes.reserve(sizeof(head) + facts.keys.size() * sizeof(Digest) + facts.scope.size() +
                  token.text().size());
    append(&bytes, &head, sizeof(head));
    for (const Digest& key : facts.keys) {
        append(&bytes, key.data(), key.size());
    }
    bytes += facts.scope;
    bytes += token.text();
    return bytes;
}

std::optional<CachedToken> decode_cached_token(std::string_view bytes) {
    Reader reader(bytes);
    Head head{};
    if (!reader.copy(&head, sizeof(head)) || head.key_count > kMostKeys) {
        return std::nullopt;
    }
    ResolvedToken::Facts facts;
    facts.confirmation = head.confirmation;
    if (head.valid_until_ms != kNoExpiry) {
        facts.valid_until_ms = head.valid_until_ms;
    }
    facts.keys.resize(head.key_count);
    for (Digest& key : facts.keys) {
        reader.copy(key.data(), key.size());
    }
    facts.scope = reader.take(head.scope_size);
    const std::string_view text = reader.take_rest();
    if (!reader.good()) {
        return std::nullopt;
    }
    return CachedToken{ResolvedToken(std::string(text), nullptr, std::move(facts)), head.stored_ms};
}

}  // namespace oauth2_rs
