#ifndef OAUTH2_RS_FUZZ_BENCH_H
#define OAUTH2_RS_FUZZ_BENCH_H

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "shim/oauth2_rs.h"

namespace oauth2_rs::fuzz {

constexpr std::int64_t kNowMs = 1'700'000'000'000;
constexpr std::string_view kIssuer = "https://as.example.com";
constexpr std::string_view kAudience = "https://api.example.com";

/* What a token must be. */
enum class Protection { kSigned, kEncrypted, kSignedAndEncrypted, kUnsigned, kIntrospected };

/* What decides how a bench judges, beside its keys. */
struct Rules {
    Protection protection = Protection::kSigned;
    oauth2_rs_profile_t profile = OAUTH2_RS_PROFILE_ANY;
    bool wants_audience = false;
    bool caches = false;
    std::int64_t skew_ms = 0;
};

/*
 * A resolver over one secret store, as a location of a configuration has it. The verification
 * secret is "known", the decryption secret "sealing"; one that introspects has neither.
 */
class Bench {
  public:
    /* The program ends where NGINX wouldn't start with that store. */
    Bench(const std::string& store_type, const std::vector<std::string>& store_parameters,
          const Rules& rules);
    ~Bench();
    Bench(const Bench&) = delete;
    Bench& operator=(const Bench&) = delete;

    const oauth2_rs_resolver_t* resolver() const { return resolver_; }

  private:
    oauth2_rs_registry_t* registry_;
    const oauth2_rs_resolver_t* resolver_;
};

/* The host of a request: its clock stands still, its cache lasts as long as it does. */
class Host {
  public:
    Host();
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;

    const oauth2_rs_host_t* callbacks() const { return &callbacks_; }

    std::string certificate;  // as text; empty: the client has none

    /* What an introspection endpoint answers, and what it was asked; empty: not asked. */
    int status = 0;
    std::string media_type;
    std::string body;
    std::string form;

  private:
    static oauth2_rs_fetch_state_t fetched(void* host, oauth2_rs_fetch_key_t key,
                                           oauth2_rs_fetch_answer_t* answer);
    static int start_fetch(void* host, oauth2_rs_fetch_key_t key,
                           const oauth2_rs_fetch_request_t* request);
    static int find(void* host, const unsigned char* key, oauth2_rs_text_t* value);
    static void keep(void* host, const unsigned char* key, oauth2_rs_text_t value,
                     std::int64_t until_ms);

    oauth2_rs_host_t callbacks_{};
    std::map<std::string, std::string> cache_;
};

/* What a request brings, and what its location demands. */
struct Exchange {
    bool tls = true;
    bool requires_https = true;
    oauth2_rs_confirmation_t confirmation = OAUTH2_RS_CONFIRMATION_ON;
    std::vector<std::string_view> authorization;
    std::vector<std::string_view> scopes;
    std::string_view realm;
};

/* What was answered. */
struct Outcome {
    bool granted = false;
    bool from_cache = false;
    std::string claims;
    std::string scope;
};

/*
 * Judges a request and reads every variable. Requires of any answer what holds whatever was sent:
 * no control character gets out, and a refused request has no claims.
 */
Outcome judge(const Bench& bench, const Host& host, const Exchange& exchange);

/* The one client whose certificate some tokens are bound to. */
std::string client_der();
std::string client_thumbprint();

}  // namespace oauth2_rs::fuzz

#endif
