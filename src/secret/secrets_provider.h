#ifndef OAUTH2_RS_SECRET_SECRETS_PROVIDER_H
#define OAUTH2_RS_SECRET_SECRETS_PROVIDER_H

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "secret/secret_store.h"

namespace oauth2_rs {

/* What is asked for when a signature is to be verified, or something to be decrypted. */
struct SecretQuery {
    std::string_view secret_id;
    std::optional<std::string_view> kid;
    const Algorithm* algorithm;             // "alg"; never nullptr
    const Algorithm* encryption = nullptr;  // "enc" of what is to be decrypted
    Curve curve = Curve::kNone;             // of its "epk"

    KeyPurpose purpose() const {
        return encryption == nullptr ? KeyPurpose::kVerify : KeyPurpose::kDecrypt;
    }
    bool is_fit(const Key& key) const {
        return encryption == nullptr ? key.fits(*algorithm)
                                     : key.fits(*algorithm, *encryption, curve);
    }
};

/* The keys to try, in order; few, so that no token makes us try many. */
class KeyChoice {
  public:
    static constexpr std::size_t kMostToVerify = 8;
    static constexpr std::size_t kMostToDecrypt = 4;

    explicit KeyChoice(KeyPurpose purpose)
        : most_(purpose == KeyPurpose::kVerify ? kMostToVerify : kMostToDecrypt) {}

    void add(const Key* key) {
        if (count_ < most_) {
            keys_[count_++] = key;
        }
    }
    /* A store could not be asked: that no key of these fits says nothing of the token. */
    void mark_incomplete() { incomplete_ = true; }
    bool incomplete() const { return incomplete_; }
    /* A key bears the token's "kid": no other one, be it new, is to be tried. */
    void mark_final() { final_ = true; }
    bool final() const { return final_; }

    bool empty() const { return count_ == 0; }
    const Key* const* begin() const { return keys_.data(); }
    const Key* const* end() const { return keys_.data() + count_; }

  private:
    std::array<const Key*, kMostToVerify> keys_{};
    std::size_t most_;
    std::size_t count_ = 0;
    bool incomplete_ = false;
    bool final_ = false;
};

/* The secret stores of a resolver, queried in the order written. */
class SecretsProvider {
  public:
    explicit SecretsProvider(std::vector<std::shared_ptr<const SecretStore>> stores);

    /*
     * RFC 7515 section 6 and RFC 7516 section 6, as the gateway has it: where a key of the secret
     * bears the token's "kid", it alone counts, and may not fit; otherwise every key that fits
     * does, stores in order, keys in order.
     */
    Step<KeyChoice> choose(KeyWaiter& waiter, const SecretQuery& query) const;

    /*
     * After none of those verified: true when a store has other keys now, Pending while one fetches
     * them.
     */
    Step<bool> renew(KeyWaiter& waiter) const;

    /*
     * Whether that very key, which was chosen once, is still one of the secret's, as far as can be
     * said at once.
     */
    bool holds(std::string_view secret_id, const Digest& key) const;

  private:
    std::vector<std::shared_ptr<const SecretStore>> stores_;
    bool lasting_;  // no store's keys change
};

}  // namespace oauth2_rs

#endif
