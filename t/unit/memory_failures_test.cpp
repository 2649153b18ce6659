// Memory runs short at every place in turn, in C++, jansson and OpenSSL: nothing is granted that
// should not be, nothing crosses the C interface, and the next call is fine.

// link: -Wl,--wrap=malloc,--wrap=cjose_jwe_import,--wrap=EVP_KDF_CTX_new

#include <new>
#include <optional>
#include <string>
#include <vector>

#include "checks.h"
#include "fakes.h"
#include "jose/json.h"
#include "shim/oauth2_rs.h"
#include "shim/text.h"
#include "shim_bench.h"
#include "shortage.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

const std::string kClaims = R"({"iss":"https://as","scope":["read","write"],"n":[1,2],"exp":)" +
                            std::to_string(kNow + 60) + "}";

const Signer& okp_signer() {
    static const Signer signer = Signer::okp("Ed25519");
    return signer;
}

/* Settings of a jwks store over one file with a key of each kind. */
class Settings : public ShimSettings {
  public:
    Settings() {
        const std::string keys = rsa_signer().jwk() + "," + ec_signer().jwk() + "," +
                                 okp_signer().jwk() + "," + oct_signer().jwk();
        add_store("jwks", {"file=" + directory_.write("keys.json", R"({"keys":[)" + keys + "]}")});
        (*this)->verification_secret = text("any");
    }

  private:
    TemporaryDirectory directory_;
};

/* A request whose host is as good as none. */
class Request : private ShimHost, public ShimRequest {
  public:
    Request(const oauth2_rs_resolver_t* resolver, const std::string& token)
        : ShimRequest(resolver, token, *this) {}
};

struct Kind {
    const char* alg;
    const Signer* signer;
};

std::vector<Kind> kinds() {
    return {{"RS256", &rsa_signer()},
            {"PS384", &rsa_signer()},
            {"ES256", &ec_signer()},
            {"EdDSA", &okp_signer()},
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
            oauth2_rs_registry_resolver(fresh, settings.get(), ignoring_reporter());
            oauth2_rs_registry_destroy(fresh);
        }
    });
    assert_true(failures > 50);
    // One registry that all failures went through is as good as new.
    oauth2_rs_registry_t* const kept = oauth2_rs_registry_create();
    with_every_failure([&settings, kept] {
        oauth2_rs_registry_resolver(kept, settings.get(), ignoring_reporter());
    });
    const oauth2_rs_resolver_t* const resolver =
        oauth2_rs_registry_resolver(kept, settings.get(), ignoring_reporter());
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
            oauth2_rs_registry_resolver(registry, settings.get(), ignoring_reporter());
        Request request(resolver, token);
        relief.reset();
        const bool good = request.is_granted();
        shortage.remaining = 0;
        if (good) {
            // OpenSSL did without the memory, and says so in the queue all the same.
            ERR_clear_error();
            ++granted;
        } else {
            assert_true(request.status() == 500 || request.status() == 401);
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
    Request request(oauth2_rs_registry_resolver(registry, settings.get(), ignoring_reporter()),
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
        assert_int_equal(oauth2_rs_value(request.resolution(), OAUTH2_RS_VALUE_TOKEN).len > 0,
                         granted);
    });
    assert_true(failures > 0);
    oauth2_rs_registry_destroy(registry);
}

void test_reading_claims(void** /*state*/) {
    const Settings settings;
    oauth2_rs_registry_t* const registry = oauth2_rs_registry_create();
    const oauth2_rs_resolver_t* const resolver =
        oauth2_rs_registry_resolver(registry, settings.get(), ignoring_reporter());
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
        oauth2_rs_registry_resolver(registry, settings.get(), ignoring_reporter());
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
        assert_int_equal(request.status(), challenged ? 403 : 500);
    });
    assert_true(failures > 3);
    oauth2_rs_registry_destroy(registry);
}

/* That memory is short says nothing of a text. */
void test_reading_json(void** /*state*/) {
    const int failures = with_every_failure([] {
        try {
            assert_true(static_cast<bool>(parse_json_object(R"({"a":[1,"text",{"b":2.5}]})")));
        } catch (const std::bad_alloc&) {
            assert_true(shortage.struck);
        }
    });
    assert_true(failures > 5);
}

void test_single_checks(void** /*state*/) {
    const int failures = with_every_failure([] {
        std::int64_t milliseconds = 0;
        oauth2_rs_check_algorithm(text("unknown"), ignoring_reporter());
        oauth2_rs_check_secret_id(text("oauth2_x"), text("../a"), ignoring_reporter());
        oauth2_rs_warn_of_scope(text("a\\b"), ignoring_reporter());
        oauth2_rs_parse_duration(text("oauth2_x"), text("1 parsec"), &milliseconds,
                                 ignoring_reporter());
    });
    assert_true(failures > 5);
}

}  // namespace

int main() {
    if (!run_short_of_memory()) {
        return 1;
    }
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_building_a_resolver),
        cmocka_unit_test(test_judging_good_tokens),
        cmocka_unit_test(test_judging_bad_tokens),
        cmocka_unit_test(test_asking_a_granted_request_for_scopes),
        cmocka_unit_test(test_reading_claims),
        cmocka_unit_test(test_scopes_and_challenges),
        cmocka_unit_test(test_reading_json),
        cmocka_unit_test(test_single_checks),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
