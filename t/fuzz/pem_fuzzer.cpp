// Files with one secret. The first line of the input is the format.

#include "fuzz.h"
#include "secret/secret_format.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view rest = text_of(data, size);
    const auto format = find_secret_format(take_line(&rest));
    auto secret = parse_secret(to_secret(rest), format.value_or(SecretFormat::kPem), "known");
    if (!secret.ok()) {
        return 0;
    }
    const Key& key = *secret.value().key;
    require(key.name() == "known", "the stable id is the store's");
    require(key.may_verify() && key.weakness() == nullptr, "a secret is a sound key");
    require(!key.is_symmetric() || (secret.value().is_private && key.secret_size() >= 32),
            "a shared secret is private and long enough");
    std::vector<KeyPointer> keys;
    keys.push_back(std::move(secret.value().key));
    require_strangers_refused(keys);
    return 0;
}
