#ifndef OAUTH2_RS_BASE_SHA256_H
#define OAUTH2_RS_BASE_SHA256_H

#include <openssl/evp.h>

#include <array>
#include <cstring>
#include <string_view>

#include "base/handles.h"

namespace oauth2_rs {

using Digest = std::array<unsigned char, 32>;

/* For hashed containers: the bytes of a digest are as good as any hash of them. */
struct DigestHash {
    std::size_t operator()(const Digest& digest) const {
        std::size_t hash = 0;
        std::memcpy(&hash, digest.data(), sizeof(hash));
        return hash;
    }
};

/* SHA-256 on a context set up once, for one thread. Throws std::bad_alloc where OpenSSL fails. */
class Sha256 {
  public:
    Sha256();

    /* Of the two texts, one behind the other. */
    Digest of(std::string_view first, std::string_view second = {});

  private:
    DigestHandle method_;
    DigestContextHandle context_;
};

}  // namespace oauth2_rs

#endif
