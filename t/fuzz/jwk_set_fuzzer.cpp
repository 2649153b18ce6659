// JWK Set documents.

#include "fuzz.h"
#include "jose/key_set.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    auto content = parse_jwk_set(text_of(data, size));
    if (!content.ok()) {
        return 0;
    }
    for (const KeyPointer& key : content.value().keys) {
        require(!key->is_symmetric() || content.value().holds_private,
                "a set with a shared secret is private");
    }
    require_sound(content.value().keys);
    const KeySet set(std::move(content.value().keys));
    for (const KeyPointer& key : set.keys()) {
        require(set.holds(key->digest()), "a set knows its keys");
        const bool named = !set.named(key->name(), KeyPurpose::kVerify).empty() ||
                           !set.named(key->name(), KeyPurpose::kDecrypt).empty();
        require(named != key->name().empty(), "a key is found by its name");
    }
    return 0;
}
