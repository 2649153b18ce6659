#ifndef OAUTH2_RS_JOSE_KEY_SET_H
#define OAUTH2_RS_JOSE_KEY_SET_H

#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/result.h"
#include "jose/key.h"

namespace oauth2_rs {

/* The keys of one secret, in order; immutable. Finding a key by name costs the same in any size. */
class KeySet {
  public:
    explicit KeySet(std::vector<KeyPointer> keys);

    const std::vector<KeyPointer>& keys() const { return keys_; }

    /*
     * The keys of that name which may serve that purpose, in order. A name that stands for several
     * keys (RFC 7517 section 4.5 allows equivalent ones of different types) gives them all.
     */
    const std::vector<const Key*>& named(std::string_view name, KeyPurpose purpose) const;

    bool holds(const Digest& digest) const { return digests_.count(digest) != 0; }

  private:
    using KeysByName = std::unordered_map<std::string_view, std::vector<const Key*>>;

    std::vector<KeyPointer> keys_;
    KeysByName verifying_;  // by views of the keys' names
    KeysByName decrypting_;
    std::vector<const Key*> none_;
    std::unordered_set<Digest, DigestHash> digests_;
};

/* Why a key of a set can't be used. */
struct KeyProblem {
    std::string message;   // a clause that names the key
    KeyPurposes purposes;  // that it would have served
    KeyPurposes serves;    // those for which it is long enough all the same

    /* Whether the set is to be refused for it where these purposes are wanted. */
    bool matters(KeyPurposes wanted) const {
        return wanted.overlaps(purposes) && !wanted.overlaps(serves);
    }
};

/* What a JWK Set document (RFC 7517 section 5) holds. */
struct JwkSetContent {
    std::vector<KeyPointer> keys;      // sound for a purpose that they may serve
    std::vector<KeyProblem> problems;  // of keys that are broken or weak
    bool holds_private = false;
};

Configured<JwkSetContent> parse_jwk_set(std::string_view text);

}  // namespace oauth2_rs

#endif
