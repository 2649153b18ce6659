#ifndef OAUTH2_RS_JOSE_JOSE_HEADER_MEMORY_H
#define OAUTH2_RS_JOSE_JOSE_HEADER_MEMORY_H

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "jose/jose_header.h"

namespace oauth2_rs {

/*
 * The headers of the last few tokens that were good: an issuer writes the same text into each token
 * that it signs with a key, and what a text says never changes. Small and bounded; one thread.
 */
class JoseHeaderMemory {
  public:
    static constexpr std::size_t kMost = 8;
    static constexpr std::size_t kMostBytes = 1024;  // of a text; a longer one is not kept

    /* As parse_jose_header(), whose work it spares where it holds the very same text. */
    Result<JoseHeader> parse(std::string_view encoded) const;

    /* Only for what a signature vouches for: else anybody could drive the others out. */
    void remember(std::string_view encoded, const JoseHeader& header);

  private:
    struct Entry {
        std::string encoded;
        JoseHeader header;
    };
    const Entry* find(std::string_view encoded) const;

    std::vector<Entry> entries_;
    std::size_t oldest_ = 0;
};

}  // namespace oauth2_rs

#endif
