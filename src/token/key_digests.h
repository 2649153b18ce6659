#ifndef OAUTH2_RS_TOKEN_KEY_DIGESTS_H
#define OAUTH2_RS_TOKEN_KEY_DIGESTS_H

#include <array>
#include <cstddef>
#include <new>

#include "base/sha256.h"

namespace oauth2_rs {

/* The keys that vouch for a token, in the order of use: first to decrypt, then to verify. */
class KeyDigests {
  public:
    static constexpr std::size_t kMost = 2;

    /* Throws std::bad_alloc where there is no room: one that is left out would not be asked for. */
    void add(const Digest& digest) {
        if (count_ == kMost) {
            throw std::bad_alloc();
        }
        digests_[count_++] = digest;
    }

    std::size_t size() const { return count_; }
    const Digest* begin() const { return digests_.data(); }
    const Digest* end() const { return digests_.data() + count_; }

  private:
    std::array<Digest, kMost> digests_;
    std::size_t count_ = 0;
};

}  // namespace oauth2_rs

#endif
