#include "shim/key_checks.h"

#include <algorithm>

#include "base/strings.h"
#include "secret/secrets_provider.h"

namespace oauth2_rs {

namespace {

using Keys = std::vector<const Key*>;
using Algorithms = std::vector<const Algorithm*>;

template <class Predicate>
std::size_t count(const Keys& keys, Predicate predicate) {
    return static_cast<std::size_t>(std::count_if(keys.begin(), keys.end(), predicate));
}

std::size_t count_fitting(const Keys& keys, const Algorithm* algorithm) {
    return count(keys, [algorithm](const Key* key) { return key->fits(*algorithm); });
}

/* The most keys that a token of that "alg" may have to be tried with, whatever else it says. */
std::size_t count_decrypting(const Keys& keys, const Algorithm* algorithm) {
    std::size_t most = 0;
    for (const Algorithm* encryption : algorithms_of(AlgorithmKind::kContentEncryption)) {
        for (const Key* alike : keys) {
            most = std::max(most, count(keys, [&](const Key* key) {
                                return key->fits(*algorithm, *encryption, alike->curve());
                            }));
        }
    }
    return most;
}

std::string name_of(const Key& key, const std::string& secret_id) {
    return (key.name().empty() ? "a key of " : "key " + shown(key.name()) + " of ") +
           quoted(secret_id);
}

ConfigError nowhere(const std::string& directive, const std::string& secret_id) {
    return {directive + ": no oauth2_secret_store holds " + quoted(secret_id)};
}

void warn_of_many(const std::string& directive, std::size_t fitting, const Algorithm& algorithm,
                  std::size_t most, Warnings* warnings) {
    if (fitting > most) {
        warnings->push_back(directive + ": " + std::to_string(fitting) + " keys fit " +
                            std::string(algorithm.name) +
                            "; a token whose \"kid\" names none of them is tried with the first " +
                            std::to_string(most) + " only");
    }
}

/* RFC 7518 section 3.2: an HMAC key is no shorter than the hash. */
const Algorithm* hash_longer_than_secrets(const Keys& keys, const Algorithms& allowed) {
    const bool symmetric =
        std::any_of(keys.begin(), keys.end(), [](const Key* key) { return key->is_symmetric(); });
    for (const Algorithm* algorithm : allowed) {
        if (symmetric && algorithm->scheme == Scheme::kHmac &&
            count_fitting(keys, algorithm) == 0) {
            return algorithm;
        }
    }
    return nullptr;
}

}  // namespace

Configured<Done> check_verification_keys(const Keys& keys, const Algorithms& allowed,
                                         const std::string& secret_id, Warnings* warnings) {
    const std::string directive = "oauth2_verification_secret";
    if (keys.empty()) {
        return nowhere(directive, secret_id);
    }
    if (const Algorithm* longer = hash_longer_than_secrets(keys, allowed); longer != nullptr) {
        return ConfigError{"oauth2_algorithms: " + std::string(longer->name) +
                           " needs a longer secret than " + quoted(secret_id)};
    }
    bool usable = false;
    for (const Algorithm* algorithm :
         allowed.empty() ? algorithms_of(AlgorithmKind::kSignature) : allowed) {
        const std::size_t fitting = count_fitting(keys, algorithm);
        usable = usable || fitting > 0;
        warn_of_many(directive, fitting, *algorithm, KeyChoice::kMostToVerify, warnings);
    }
    if (!usable) {
        return ConfigError{directive + ": no key of " + quoted(secret_id) +
                           (allowed.empty()
                                ? " may verify signatures; name a secret that does"
                                : " is usable with the algorithms that oauth2_algorithms allows")};
    }
    return Done{};
}

Configured<Done> check_decryption_keys(const Keys& keys, const std::string& secret_id,
                                       Warnings* warnings) {
    const std::string directive = "oauth2_decryption_secret";
    if (keys.empty()) {
        return nowhere(directive, secret_id);
    }
    bool usable = false;
    for (const Algorithm* algorithm : algorithms_of(AlgorithmKind::kKeyManagement)) {
        const std::size_t fitting = count_decrypting(keys, algorithm);
        usable = usable || fitting > 0;
        warn_of_many(directive, fitting, *algorithm, KeyChoice::kMostToDecrypt, warnings);
    }
    if (!usable) {
        return ConfigError{directive + ": no key of " + quoted(secret_id) +
                           " may decrypt; give a symmetric key, or a private one, whose \"use\", "
                           "\"key_ops\" and \"alg\" allow it"};
    }
    return Done{};
}

Configured<Done> check_shared_keys(const Keys& keys, const std::string& secret_id) {
    for (const Key* key : keys) {
        if (key->may_decrypt() && !key->is_symmetric()) {
            return ConfigError{"oauth2_decryption_secret: " + name_of(*key, secret_id) +
                               " is a private key, and anyone can encrypt to its public half: name "
                               "in oauth2_verification_secret what verifies the tokens inside, or "
                               "use a symmetric key"};
        }
    }
    return Done{};
}

}  // namespace oauth2_rs
