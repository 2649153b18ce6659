#include "jose/jose_header_memory.h"

#include <algorithm>
#include <utility>

namespace oauth2_rs {

Result<JoseHeader> JoseHeaderMemory::parse(std::string_view encoded) const {
    const Entry* const known = find(encoded);
    if (known != nullptr) {
        return share(known->header);
    }
    return parse_jose_header(encoded);
}

void JoseHeaderMemory::remember(std::string_view encoded, const JoseHeader& header) {
    if (encoded.size() > kMostBytes || find(encoded) != nullptr) {
        return;
    }
    Entry entry{std::string(encoded), share(header)};
    if (entries_.size() < kMost) {
        entries_.push_back(std::move(entry));
        return;
    }
    entries_[oldest_] = std::move(entry);
    oldest_ = (oldest_ + 1) % kMost;
}

const JoseHeaderMemory::Entry* JoseHeaderMemory::find(std::string_view encoded) const {
    const auto entry =
        std::find_if(entries_.begin(), entries_.end(),
                     [encoded](const Entry& known) { return known.encoded == encoded; });
    return entry == entries_.end() ? nullptr : &*entry;
}

}  // namespace oauth2_rs
