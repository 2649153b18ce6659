// Memory runs short at every place in turn, in C++, jansson and OpenSSL: nothing is granted that
// should not be, nothing crosses the C interface, and the next call is fine.

// link: -Wl,--wrap=malloc

#include <openssl/crypto.h>

#include <cstdlib>
#include <new>
#include <optional>
#include <string>
#include <vector>

#include "checks.h"
#include "fakes.h"
#include "shim/oauth2_rs.h"
#include "shim/text.h"

extern "C" void* __real_malloc(std::size_t size);

namespace {

/* The allocation that fails, counted from now on; a lasting shortage takes all that follow too. */
struct Shortage {
    int remaining = 0;  // 0: none fails
    bool lasting = false;
    bool struck = false;
};
Shortage shortage;

bool strikes() {
    if (shortage.remaining == 0 || --shortage.remaining > 0) {
        return false;
    }
    shortage.struck = true;
    shortage.remaining = shortage.lasting ? 1 : 0;
    return true;
}

/* Memory enough for what a test does between the calls it looks at. */
class Relief {
  public:
    Relief() { shortage.remaining = 0; }
    ~Relief() { shortage = kept_; }
    Relief(const Relief&) = delete;
    Relief& operator=(const Relief&) = delete;

  private:
    const Shortage kept_ = shortage;
};

void* allocate(std::size_t size) { return strikes() ? nullptr : __real_malloc(size); }

/* jansson bears one failure; of a lasting one an assertion in its lexer ends the process. */
void* allocate_for_jansson(std::size_t size) {
    return shortage.lasting ? __real_malloc(size) : allocate(size);
}

void* allocate_for_openssl(std::size_t size, const char* /*file*/, int /*line*/) {
    return allocate(size);
}

void* reallocate_for_openssl(void* memory, std::size_t size, const char* /*file*/, int /*line*/) {
    return strikes() ? nullptr : std::realloc(memory, size);
}

void free_for_openssl(void* memory, const char* /*file*/, int /*line*/) { std::free(memory); }

}  // namespace

/* What our own code calls malloc for is handed to jansson. */
extern "C" void* __wrap_malloc(std::size_t size) { return allocate_for_jansson(size); }

void* operator new(std::size_t size) {
    void* memory = allocate(size);
    if (memory == nullptr) {
        throw std::bad_alloc();
    }
    return memory;
}

void operator delete(void* memory) noexcept { std::free(memory); }

void operator delete(void* memory, std::size_t /*size*/) noexcept { std::free(memory); }

namespace {

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

/*
 * Runs `work` once for each allocation it makes, which fails, alone and with all that follow;
 * returns how many there were.
 */
template <class Work>
int with_every_failure(Work&& work) {
    constexpr int kBound = 100000;
    for (int number = 1; number < kBound; ++number) {
        bool struck = false;
        for (const bool lasting : {false, true}) {
            shortage = {number, lasting, false};
            work();
            shortage.remaining = 0;
            struck = struck || shortage.struck;
            if (lasting) {
                // OpenSSL does without some of it, and says so in the queue all the same.
                ERR_clear_error();
            }
            check_no_error_queued();
        }
        if (!struck) {
            return number - 1;
        }
    }
    fail_msg("it never came to an end");
    return 0;
}

void ignore(void* /*host*/, oauth2_rs_severity_t /*severity*/, oauth2_rs_text_t message) {
    assert_true(message.len > 0);
}
const oauth2_rs_reporter_t kReporter{ignore, nullptr};

std::int64_t now(void* /*host*/) { return kNow * 1000; }

/* The client has no certificate. */
int no_certificate(void* /*host*/, oauth2_rs_certificate_t* /*certificate*/) { return 1; }

int nothing_cached(void* /*host*/, const unsigned char* /*key*/, oauth2_rs_text_t* /*value*/) {
    return 0;
}
void keep_nothing(void* /*host*/, const unsigned char* /*key*/, oauth2_rs_text_t /*value*/,
                  std::int64_t /*until_ms*/) {}

const oauth2_rs_host_t kHost{now, no_certificate, nothing_cached, keep_nothing, nullptr};

const std::string kClaims = R"({"iss":"https://as","scope":["read","write"],"n":[1,2],"exp":)" +
                            std::to_string(kNow + 60) + "}";

/* Settings of a jwks store over one file with a key of each kind. */
class Settings {
  public:
    Settings() {
        const std::string keys = rsa_signer().jwk() + "," + ec_signer().jwk() + "," + okp().jwk() +
                                 "," + oct_signer().jwk();
        parameter_ = "file=" + directory_.write("keys.json", R"({"keys":[)" + keys + "]}");
        parameter_text_ = text(parameter_);
        store_ = {text("jwks"), &parameter_text_, 1};
        settings_.issuer = text("https://as");
        settings_.verification_secret = text("any");
        settings_.stores = &store_;
        settings_.store_count = 1;
    }

    static const Signer& okp() {
        static const Signer signer = Signer::okp("Ed25519");
        return signer;
    }

    const oauth2_rs_settings_t* get() const { return &settings_; }

  private:
    TemporaryDirectory directory_;
    std::string parameter_;
    oauth2_rs_text_t parameter_text_{};
    oauth2_rs_store_settings_t store_{};
    oauth2_rs_settings_t settings_{};
};

/* A request with one header, under one resolver. */
class Request {
  public:
    Request(const oauth2_rs_resolver_t* resolver, const std::string& token)
        : header_("Bearer " + token),
          authorization_(text(header_)),
          resolution_(oauth2_rs_resolution_create(resolver)) {}
    ~Request() { oauth2_rs_resolution_destroy(resolution_); }
    Request(const Request&) = delete;
    Request& operator=(const Request&) = delete;

    bool is_granted() {
        const oauth2_rs_request_t request{0, 0,     OAUTH2_RS_CONFIRMATION_ON, &authorization_,
                                          1, &kHost};
        return oauth2_rs_resolve(resolution_, &request) == OAUTH2_RS_GRANTED;
    }
    oauth2_rs_resolution_t* resolution() { return resolution_; }

  private:
    std::string header_;
    oauth2_rs_text_t authorization_;
    oauth2_rs_resolution_t* resolution_;
};

struct Kind {
    const char* alg;
    const Signer* signer;
};

std::vector<Kind> kinds() {
    return {{"RS256", &rsa_signer()},
            {"PS384", &rsa_signer()},
            {"ES256", &ec_signer()},
            {"EdDSA", &Settings::okp()},
            {"HS512", &oct_signer()}};
}

std::string token_of(const Kind& kind, const std::string& claims) {
    return kind.signer->token(kind.alg, R"({"alg":")" + std::string(kind.alg) + "\"}", claims);
}

/* Good claims that nobody who may has signed. */
std::string forged_token_of(const Kind& kind) {
    const std::string token = token_of(kind, kClaims);
    const std::string other = token_of(kind, "{}");
    return token.substr(0, token.rfind('.')) + other.substr(other.rfind('.'));
}

/* The settings are accepted, or refused; nothing lies between. */
void test_building_a_resolver(void** /*state*/) {
    const Settings settings;
    const int failures = with_every_failure([&settings] {
        oauth2_rs_registry_t* const fresh = oauth2_rs_registry_create();
        if (fresh != nullptr) {
            oauth2_rs_registry_resolver(fresh, settings.get(), &kReporter);
            oauth2_rs_registry_destroy(fresh);
        }
    });
    assert_true(failures > 50);
    // One registry that all failures went through is as good as new.
    oauth2_rs_registry_t* const kept = oauth2_rs_registry_create();
    with_every_failure(
        [&settings, kept] { oauth2_rs_registry_resolver(kept, settings.get(), &kReporter); });
    const oauth2_rs_resolver_t* const resolver =
        oauth2_rs_registry_resolver(kept, settings.get(), &kReporter);
    assert_non_null(resolver);
    for (const Kind& kind : kinds()) {
        assert_true(Request(resolver, token_of(kind, kClaims)).is_granted());
        assert_false(Request(resolver, forged_token_of(kind)).is_granted());
    }
    oauth2_rs_registry_destroy(kept);
}

/* Judges a token while memory is short at every place, under a resolver made anew each time. */
void judge_with_failures(const Settings& settings, const std::string& token, bool may_be_granted) {
    int granted = 0;
    const int failures = with_every_failure([&] {
        std::optional<Relief> relief(std::in_place);
        oauth2_rs_registry_t* const registry = oauth2_rs_registry_create();
        const oauth2_rs_resolver_t* const resolver =
            oauth2_rs_registry_resolver(registry, settings.get(), &kReporter);
        Request request(resolver, token);
        relief.reset();
        const bool good = request.is_granted();
        shortage.remaining = 0;
        if (good) {
            // OpenSSL did without the memory, and says so in the queue all the same.
            ERR_clear_error();
            ++granted;
        } else {
            const int status = oauth2_rs_denial(request.resolution()).status;
            assert_true(status == 500 || status == 401);
        }
        // The next request is fine.
        assert_int_equal(Request(resolver, token).is_granted(), may_be_granted);
        oauth2_rs_registry_destroy(registry);
    });
    assert_true(failures > 5);
    // The last rounds had memory enough.
    assert_true(may_be_granted ? granted >= 2 : granted == 0);
}

void test_judging_good_tokens(void** /*state*/) {
    const Settings settings;
    for (const Kind& kind : kinds()) {
        judge_with_failures(settings, token_of(kind, kClaims), true);
    }
}

void test_judging_bad_tokens(void** /*state*/) {
    const Settings settings;
    for (const Kind& kind : kinds()) {
        judge_with_failures(settings, forged_token_of(kind), false);
    }
    judge_with_failures(settings, token_of({"HS512", &oct_signer()}, R"({"iss":"x"})"), false);
}

/* Whether the scopes are there may be impossible to tell: the earlier verdict doesn't stand then.
 */
void test_asking_a_granted_request_for_scopes(void** /*state*/) {
    const Settings settings;
    oauth2_rs_registry_t* const registry = oauth2_rs_registry_create();
    Request request(oauth2_rs_registry_resolver(registry, settings.get(), &kReporter),
                    token_of(kinds()[0], kClaims));
    const oauth2_rs_text_t scope = text("read");
    const int failures = with_every_failure([&] {
        {
            const Relief relief;
            assert_true(request.is_granted());
        }
        const bool granted =
            oauth2_rs_require_scopes(request.resolution(), &scope, 1) == OAUTH2_RS_GRANTED;
        assert_int_equal(granted, !shortage.struck);
    });
    assert_true(failures > 0);
    oauth2_rs_registry_destroy(registry);
}

void test_reading_claims(void** /*state*/) {
    const Settings settings;
    oauth2_rs_registry_t* const registry = oauth2_rs_registry_create();
    const oauth2_rs_resolver_t* const resolver =
        oauth2_rs_registry_resolver(registry, settings.get(), &kReporter);
    Request request(resolver, token_of(kinds()[0], kClaims));
    assert_true(request.is_granted());
    const oauth2_rs_text_t path = text("n");
    const int failures = with_every_failure([&] {
        for (const oauth2_rs_value_t value : {OAUTH2_RS_VALUE_CLAIMS, OAUTH2_RS_VALUE_SCOPE,
                                              OAUTH2_RS_VALUE_EXPIRES_AT, OAUTH2_RS_VALUE_TOKEN}) {
            oauth2_rs_value(request.resolution(), value);
        }
        const std::string_view claim = view(oauth2_rs_claim(request.resolution(), &path, 1));
        assert_true(claim.empty() || claim == "[1,2]");
    });
    assert_true(failures > 3);
    check_text(view(oauth2_rs_claim(request.resolution(), &path, 1)), "[1,2]");
    oauth2_rs_registry_destroy(registry);
}

/* A missing scope never becomes a granted one; without memory for the challenge it is a 500. */
void test_scopes_and_challenges(void** /*state*/) {
    const Settings settings;
    oauth2_rs_registry_t* const registry = oauth2_rs_registry_create();
    const oauth2_rs_resolver_t* const resolver =
        oauth2_rs_registry_resolver(registry, settings.get(), &kReporter);
    Request request(resolver, token_of(kinds()[0], kClaims));
    const oauth2_rs_text_t scope =
        text("read a-scope-that-is-missing-and-too-long-for-a-small-text");
    const int failures = with_every_failure([&] {
        {
            const Relief relief;
            assert_true(request.is_granted());
        }
        assert_int_equal(oauth2_rs_require_scopes(request.resolution(), &scope, 1),
                         OAUTH2_RS_DENIED);
        const bool challenged =
            oauth2_rs_challenge(request.resolution(), text("the realm of the test")).len > 0;
        assert_int_equal(oauth2_rs_denial(request.resolution()).status, challenged ? 403 : 500);
    });
    assert_true(failures > 3);
    oauth2_rs_registry_destroy(registry);
}

void test_single_checks(void** /*state*/) {
    const int failures = with_every_failure([] {
        std::int64_t milliseconds = 0;
        oauth2_rs_check_algorithm(text("unknown"), &kReporter);
        oauth2_rs_check_secret_id(text("oauth2_x"), text("../a"), &kReporter);
        oauth2_rs_warn_of_scope(text("a\\b"), &kReporter);
        oauth2_rs_parse_duration(text("oauth2_x"), text("1 parsec"), &milliseconds, &kReporter);
    });
    assert_true(failures > 5);
}

}  // namespace

int main() {
    if (CRYPTO_set_mem_functions(allocate_for_openssl, reallocate_for_openssl, free_for_openssl) !=
        1) {
        return 1;
    }
    json_set_alloc_funcs(allocate_for_jansson, std::free);
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_building_a_resolver),
        cmocka_unit_test(test_judging_good_tokens),
        cmocka_unit_test(test_judging_bad_tokens),
        cmocka_unit_test(test_asking_a_granted_request_for_scopes),
        cmocka_unit_test(test_reading_claims),
        cmocka_unit_test(test_scopes_and_challenges),
        cmocka_unit_test(test_single_checks),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
