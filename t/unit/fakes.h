#ifndef OAUTH2_RS_UNIT_FAKES_H
#define OAUTH2_RS_UNIT_FAKES_H

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/handles.h"
#include "base/request_context.h"
#include "jose/key_set.h"
#include "secret/secret_store.h"
#include "token/access_token_resolver.h"

namespace oauth2_rs::fakes {

/* The moment at which the tests take place, in seconds. */
constexpr std::int64_t kNow = 1'700'000'000;

/* A request whose clock the test sets, and whose client has the certificate that the test gives it.
 */
class FakeRequestContext final : public RequestContext {
  public:
    std::int64_t now_ms() override {
        ++questions;
        return now;
    }

    Result<Thumbprint> client_thumbprint() override {
        ++certificate_questions;
        return thumbprint;
    }

    std::optional<std::string_view> cache_get(const Digest& key) override {
        const auto found = cache.find(key);
        return found == cache.end() ? std::nullopt : std::optional<std::string_view>(found->second);
    }

    void cache_put(const Digest& key, std::string_view bytes, std::int64_t until_ms) override {
        cache[key] = bytes;
        kept_until = until_ms;
    }

    void note_cache(CacheStatus status) override { cache_status = status; }

    FetchState fetched(const FetchKey& key, FetchAnswer* got) override {
        if (!started || key.owner != owner) {
            return FetchState::kNone;
        }
        if (answer) {
            *got = *answer;
        }
        return answer ? FetchState::kEnded : FetchState::kPending;
    }

    bool start_fetch(const FetchKey& key, const FetchRequest& request) override {
        ++fetches;
        owner = key.owner;
        uri = request.uri;
        form = request.form;
        started = may_fetch;
        return may_fetch;
    }

    FetchState await_keys(const void* store, KeyDemand demand) override {
        waits.emplace_back(store, demand);
        if (on_wait) {
            on_wait();
        }
        return keys_state;
    }

    std::int64_t now = kNow * 1000;
    int questions = 0;
    std::map<Digest, std::string> cache;
    std::int64_t kept_until = 0;
    CacheStatus cache_status = CacheStatus::kUnused;
    Result<Thumbprint> thumbprint = Denial{Code::kCertificateMissing, "the client has none"};
    int certificate_questions = 0;

    /* The one fetch of the request, Pending until the test gives it an answer. */
    bool may_fetch = true;
    bool started = false;
    int fetches = 0;
    const void* owner = nullptr;
    std::string uri;
    std::string form;
    std::optional<FetchAnswer> answer;

    /* What became of the keys that a store waits for, and what happens meanwhile. */
    FetchState keys_state = FetchState::kNone;
    std::function<void()> on_wait;
    std::vector<std::pair<const void*, KeyDemand>> waits;
};

/* What a store gets that is loaded by itself: it finds no passwords. */
LoadContext loading(Warnings* warnings, KeyPurpose purpose = KeyPurpose::kVerify);

/* A token whose claims are that JSON text, as a leaf would resolve it; fails the test where it
 * wouldn't. */
ResolvedToken resolved_token(const std::string& claims);

/* A store that holds what the test puts in, and can be made to wait or to fail. */
class FakeSecretStore final : public SecretStore {
  public:
    void hold(const std::string& secret_id, std::vector<KeyPointer> keys) {
        sets_.insert_or_assign(secret_id, KeySet(std::move(keys)));
    }
    void hold(const std::string& secret_id, KeyPointer key);

    Configured<Done> load(const std::string& /*secret_id*/,
                          const LoadContext& /*context*/) override {
        return Done{};
    }
    Step<const KeySet*> keys(KeyWaiter& waiter, std::string_view secret_id) const override;
    Step<bool> renew(KeyWaiter& waiter) const override;

    bool is_lasting() const override { return lasting; }

    bool lasting = false;
    bool pending = false;
    std::optional<Denial> denial;
    std::function<Step<bool>()> on_renewal;  // none: there are never other keys
    mutable int questions = 0;
    mutable int renewals = 0;

  private:
    std::map<std::string, KeySet, std::less<>> sets_;
};

/* A resolver that is Pending until the test gives it claims. */
class FakeResolver final : public AccessTokenResolver {
  public:
    Resolution resolve(std::string_view token, RequestContext& request) const override;

    std::string claims;  // empty: Pending
    mutable int questions = 0;
};

/*
 * A private key that signs whatever it is told to, good or bad. `alg` is what it signs with; what a
 * token's header says is the test's business.
 */
class Signer {
  public:
    static Signer rsa(std::size_t bits = 2048);
    static Signer rsa_pss();
    static Signer rsa_pss(const EVP_MD* digest, const EVP_MD* mask_digest, int least_salt);
    static Signer ec(const char* curve);   // "P-256", "P-384", "P-521", "secp256k1"
    static Signer okp(const char* curve);  // "Ed25519", "Ed448"
    static Signer oct(std::string secret);

    /* The public key (of oct: the key) as a JWK with further members, as in `,"kid":"a"`. */
    std::string jwk(const std::string& members = "") const;

    /* What parse_jwk makes of it; fails the test where it makes none. */
    KeyPointer key(const std::string& members = "") const;

    std::string sign(std::string_view alg, std::string_view input) const;

    /* A compact JWS; `header` and `payload` are taken to the letter. */
    std::string token(std::string_view alg, std::string_view header,
                      std::string_view payload) const;

    EVP_PKEY* native() const { return key_.get(); }

  private:
    Signer(std::string curve, PublicKeyHandle key, std::string secret)
        : curve_(std::move(curve)), key_(std::move(key)), secret_(std::move(secret)) {}

    std::string sign_with_key(std::string_view alg, std::string_view input) const;

    std::string curve_;
    PublicKeyHandle key_;
    std::string secret_;
};

/* A folder of the test's own; it goes with all that is in it. */
class TemporaryDirectory {
  public:
    TemporaryDirectory();
    ~TemporaryDirectory();
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    std::string path(const std::string& name) const { return path_ + name; }

    /* Makes a file and returns its path. */
    std::string write(const std::string& name, std::string_view content, unsigned mode = 0600);

  private:
    std::string path_;  // ends in "/"
};

/* One key of each kind for a whole program: making RSA keys is slow. */
const Signer& rsa_signer();
const Signer& ec_signer();   // P-256
const Signer& oct_signer();  // 64 bytes

std::string encode_base64(std::string_view bytes);
std::string encode_base64url(std::string_view bytes);

/* header.payload.signature of three texts that are encoded here. */
std::string compact(std::string_view header, std::string_view payload, std::string_view signature);

/* The text with every 'was' made 'is', once at least. */
std::string replaced(std::string text, std::string_view was, std::string_view is);

template <class... Keys>
std::vector<KeyPointer> key_list(Keys... keys) {
    std::vector<KeyPointer> list;
    (list.push_back(std::move(keys)), ...);
    return list;
}

JsonHandle json(std::string_view text);

}  // namespace oauth2_rs::fakes

#endif
