// Files with one secret. The first line of the input holds the format, and what the secret is for.

#include "base/strings.h"
#include "fuzz.h"
#include "secret/secret_format.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view rest = text_of(data, size);
    std::string_view words = take_line(&rest);
    const auto format = find_secret_format(next_word(&words));
    const std::string_view purpose = next_word(&words);
    const KeyPurposes purposes{purpose != "decrypt", purpose != "verify"};
    auto secret =
        parse_secret(to_secret(rest), format.value_or(SecretFormat::kPem), "known", purposes);
    if (!secret.ok()) {
        return 0;
    }
    const Key& key = *secret.value().key;
    require(key.name() == "known", "the stable id is the store's");
    require((key.may_verify() || !purposes.verify) && (key.may_decrypt() || !purposes.decrypt),
            "a secret serves what it is loaded for");
    require(!key.is_symmetric() || secret.value().is_private, "a shared secret is private");
    require(!key.is_symmetric() || key.secret_size() >= (purposes.verify ? 32 : 16),
            "a shared secret is long enough");
    std::vector<KeyPointer> keys;
    keys.push_back(std::move(secret.value().key));
    require_sound(keys);
    return 0;
}
