#include "shim/chain.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "checks.h"
#include "fakes.h"
#include "keystores.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

/* Settings that are complete: a base64 store with the secret "id", an audience. */
struct Settings : ChainSettings {
    std::string secret = "id=" + encode_base64(std::string(64, 's'));

    Settings() {
        issuer = "https://as";
        verification_secret = "id";
        policy.audiences = {"api"};
        stores = {{"base64", {secret}, "/base/"}};
    }
    Settings(const Settings&) = delete;
    Settings& operator=(const Settings&) = delete;
};

/* A set of keys in a file, and a jwks store's settings for it. */
class KeyFile {
  public:
    explicit KeyFile(const std::vector<std::string>& jwks) {
        std::string text = R"({"keys":[)";
        for (const std::string& jwk : jwks) {
            text += text.back() == '[' ? "" : ",";
            text += jwk;
        }
        parameter_ = "file=" + directory_.write("keys.json", text + "]}");
    }
    StoreSettings settings() const { return {"jwks", {parameter_}, "/base/"}; }

  private:
    TemporaryDirectory directory_;
    std::string parameter_;
};

Configured<std::unique_ptr<AccessTokenResolver>> build(const ChainSettings& settings,
                                                       Warnings* warnings) {
    StoreCache stores;
    return build_chain(settings, &stores, warnings);
}

void check_bad(const ChainSettings& settings, std::string_view why, Place place = Place::here()) {
    Warnings warnings;
    const auto chain = build(settings, &warnings);
    check_refused(chain, why, place);
    // Each message names the directive.
    check_text(chain.error().message.substr(0, 7), "oauth2_", place);
}

void check_built(const ChainSettings& settings, const std::vector<std::string>& expected = {},
                 Place place = Place::here()) {
    Warnings warnings;
    check_good(build(settings, &warnings), place);
    _assert_int_equal(warnings.size(), expected.size(), place.file, place.line);
    for (std::size_t at = 0; at < expected.size(); ++at) {
        check_holds(warnings[at], expected[at], place);
    }
}

const std::string kClaims =
    R"({"iss":"https://as","aud":"api","exp":)" + std::to_string(kNow + 60) + "}";

void test_a_chain_judges_tokens(void** /*state*/) {
    const Settings settings;
    Warnings warnings;
    const auto chain = build(settings, &warnings);
    check_good(chain);
    assert_true(warnings.empty());
    const Signer signer = Signer::oct(std::string(64, 's'));
    FakeRequestContext request;
    const std::string header = R"({"alg":"HS256"})";
    check_good(chain.value()->resolve(signer.token("HS256", header, kClaims), request));
    check_denied(chain.value()->resolve(signer.token("HS256", header, replaced(kClaims, "as", "x")),
                                        request),
                 Code::kIssuerMismatch);
    check_denied(chain.value()->resolve(
                     signer.token("HS256", header, replaced(kClaims, "api", "x")), request),
                 Code::kAudienceMismatch);
    check_denied(chain.value()->resolve(compact(R"({"alg":"none"})", kClaims, ""), request),
                 Code::kUnsupportedAlgorithm);
}

void test_what_is_missing_is_named(void** /*state*/) {
    {
        Settings settings;
        settings.issuer = "";
        check_bad(settings, "needs oauth2_issuer");
    }
    {
        Settings settings;
        settings.verification_secret = "";
        check_bad(settings, "needs oauth2_verification_secret");
    }
    {
        Settings settings;
        settings.stores.clear();
        check_bad(settings, "has no oauth2_secret_store");
    }
    {
        Settings settings;
        settings.verification_secret = "other";
        check_bad(settings, "no oauth2_secret_store holds \"other\"");
    }
}

void test_null(void** /*state*/) {
    Settings settings;
    settings.verification_secret = "null";
    check_built(settings, {"null: no signature is looked at"});
    settings.stores.clear();
    check_built(settings, {"null: no signature is looked at"});
    settings.policy.audiences.clear();
    check_built(settings, {"null: no signature is looked at", "oauth2_token_profile any"});

    Warnings warnings;
    const auto chain = build(settings, &warnings);
    FakeRequestContext request;
    check_good(chain.value()->resolve(compact(R"({"alg":"none"})", kClaims, ""), request));
    check_denied(chain.value()->resolve(compact(R"({"alg":"none"})", "{}", ""), request),
                 Code::kIssuerMismatch);
}

void test_what_contradicts_null(void** /*state*/) {
    const KeyFile file({ec_signer().jwk()});
    Settings settings;
    settings.verification_secret = "null";
    settings.algorithms = {"ES256"};
    check_bad(settings, "no oauth2_algorithms");
    settings.algorithms.clear();
    settings.stores.push_back(file.settings());
    check_bad(settings, "no jwks store");
    check_good(check_confirmation(settings));
    settings.confirmation_required = true;
    check_refused(check_confirmation(settings), "null goes with no oauth2_confirmation_key req");
    settings.verification_secret = "id";
    check_good(check_confirmation(settings));
}

void test_algorithms(void** /*state*/) {
    Settings settings;
    settings.algorithms = {"HS256", "HS512"};
    check_built(settings);
    settings.algorithms = {"HS256", "none"};
    check_bad(settings, "unknown algorithm \"none\"");
    settings.algorithms = {"hs256\n"};
    check_bad(settings, "unknown algorithm \"hs256?\"");
    settings.algorithms = {"RS256", "EdDSA"};
    check_bad(settings, "no key of \"id\" is usable");
}

void test_allowed_algorithms_are_enforced(void** /*state*/) {
    Settings settings;
    settings.algorithms = {"HS512"};
    Warnings warnings;
    const auto chain = build(settings, &warnings);
    check_good(chain);
    const Signer signer = Signer::oct(std::string(64, 's'));
    FakeRequestContext request;
    check_good(
        chain.value()->resolve(signer.token("HS512", R"({"alg":"HS512"})", kClaims), request));
    check_denied(
        chain.value()->resolve(signer.token("HS256", R"({"alg":"HS256"})", kClaims), request),
        Code::kUnsupportedAlgorithm);
}

/* RFC 7518 section 3.2. */
void test_a_secret_shorter_than_an_allowed_hash(void** /*state*/) {
    const std::string secret = "id=" + encode_base64(std::string(48, 's'));
    Settings settings;
    settings.stores = {{"base64", {secret}, ""}};
    settings.algorithms = {"HS256", "HS384"};
    check_built(settings);
    settings.algorithms = {"HS256", "HS512"};
    check_bad(settings, "HS512 needs a longer secret");
    // Unlisted, it is not wanted.
    settings.algorithms.clear();
    check_built(settings);
}

void test_profile_any_without_an_audience(void** /*state*/) {
    Settings settings;
    settings.policy.audiences.clear();
    check_built(settings, {"oauth2_token_profile any without oauth2_audience"});
    settings.policy.profile = TokenProfile::kRfc9068;
    check_built(settings);
    settings.policy.profile = TokenProfile::kAm;
    check_built(settings);
}

void test_a_store_that_fails_is_named(void** /*state*/) {
    Settings settings;
    settings.stores = {{"jwks", {"file=/nonexistent/keys.json"}, ""}};
    check_bad(settings, "oauth2_secret_store jwks: there is no file");
    settings.stores = {{"directory", {"path=/nonexistent"}, ""}};
    check_bad(settings, "oauth2_secret_store directory: there is no directory");
    settings.stores = {{"base64", {"id=AQ=="}, ""}};
    check_bad(settings, "oauth2_secret_store base64: secret \"id\"");
    settings.stores = {{"jwks", {}, ""}};
    check_bad(settings, "oauth2_secret_store jwks: it needs file=PATH");
    settings.stores = {{"a\nb", {}, ""}};
    check_bad(settings, "oauth2_secret_store a?b: unknown type");
}

void test_warnings_of_a_store_are_passed_on(void** /*state*/) {
    TemporaryDirectory directory;
    const std::string path = "path=" + directory.path("");
    directory.write("id", encode_base64(std::string(32, 's')), 0644);
    Settings settings;
    settings.stores = {{"directory", {path}, ""}};
    check_built(settings, {"oauth2_secret_store directory: "});
}

/* Each store is asked in the order written; one that holds the secret is enough. */
void test_one_store_of_several_is_enough(void** /*state*/) {
    Settings settings;
    const std::string other = "other=" + encode_base64(std::string(32, 'o'));
    settings.stores.insert(settings.stores.begin(), {"base64", {other}, ""});
    check_built(settings);
}

void test_more_keys_than_are_tried(void** /*state*/) {
    std::vector<std::string> jwks(8, ec_signer().jwk());
    Settings settings;
    const KeyFile eight(jwks);
    settings.stores = {eight.settings()};
    check_built(settings);
    jwks.push_back(ec_signer().jwk());
    const KeyFile nine(jwks);
    settings.stores = {nine.settings()};
    check_built(settings, {"9 keys fit ES256"});
}

/* Which keys will be fetched is not known yet, nor whether there are too many. */
void test_keys_that_will_be_fetched(void** /*state*/) {
    Settings settings;
    settings.stores = {{"jwks", {"uri=/keys"}, "", "a server"}};
    check_built(settings);
    settings.algorithms = {"ES256"};
    check_built(settings);
    settings.stores = {{"jwks", {"uri=/keys", "cache_timeout=1s"}, "", "a server"}};
    check_built(settings, {"oauth2_secret_store jwks: cache_timeout is shorter"});
    settings.verification_secret = "null";
    settings.algorithms = {};
    check_bad(settings, "oauth2_verification_secret null goes with no jwks store");
}

void test_introspection(void** /*state*/) {
    Settings settings;
    settings.kind = ResolverKind::kIntrospection;
    check_bad(settings, "oauth2_resolver introspection needs oauth2_introspection_endpoint");
    settings.introspection_endpoint = "/introspect";
    check_built(settings);
    // What is for tokens that speak for themselves says nothing here.
    settings.issuer = "";
    settings.verification_secret = "";
    settings.policy.audiences = {};
    settings.stores = {};
    check_built(settings);
}

void test_equal_stores_are_one(void** /*state*/) {
    const Settings settings;
    StoreCache stores;
    Warnings warnings;
    check_good(build_chain(settings, &stores, &warnings));
    assert_int_equal(stores.size(), 1);
    Settings again;
    again.issuer = "https://other";
    check_good(build_chain(again, &stores, &warnings));
    assert_int_equal(stores.size(), 1);
    again.stores[0].base_directory = "/other/";
    check_good(build_chain(again, &stores, &warnings));
    assert_int_equal(stores.size(), 2);
}

using Change = void (*)(Settings*);

/* Chains that differ in anything that decides acceptance must not be taken for one. */
void check_fingerprints_differ(const std::vector<Change>& changes) {
    std::set<std::string> fingerprints{fingerprint_of(Settings())};
    for (const Change change : changes) {
        Settings settings;
        change(&settings);
        assert_true(fingerprints.insert(fingerprint_of(settings)).second);
    }
    assert_true(fingerprint_of(Settings()) == fingerprint_of(Settings()));
}

void test_every_setting_is_in_the_fingerprint(void** /*state*/) {
    std::vector<Change> changes;
    const auto add = [&changes](Change change) { changes.push_back(change); };
    add([](Settings* s) { s->issuer = "https://as2"; });
    add([](Settings* s) { s->verification_secret = "id2"; });
    add([](Settings* s) { s->policy.skew_ms = 1; });
    add([](Settings* s) { s->policy.profile = TokenProfile::kAm; });
    add([](Settings* s) { s->policy.profile = TokenProfile::kRfc9068; });
    add([](Settings* s) { s->policy.audiences = {}; });
    add([](Settings* s) { s->policy.audiences = {"ap", "i"}; });
    add([](Settings* s) { s->policy.audiences = {"ap2:i"}; });
    add([](Settings* s) { s->algorithms = {"HS256"}; });
    add([](Settings* s) { s->algorithms = {"HS512"}; });
    add([](Settings* s) { s->algorithms = {"HS256", "HS512"}; });
    add([](Settings* s) { s->stores.clear(); });
    add([](Settings* s) { s->stores[0].type = "jwks"; });
    add([](Settings* s) { s->stores[0].parameters = {}; });
    add([](Settings* s) { s->stores[0].parameters = {"id=AQ=="}; });
    add([](Settings* s) { s->stores[0].base_directory = "/other/"; });
    add([](Settings* s) { s->stores.push_back(s->stores[0]); });
    check_fingerprints_differ(changes);
}

void test_every_place_that_is_asked_is_in_the_fingerprint(void** /*state*/) {
    std::vector<Change> changes;
    const auto add = [&changes](Change change) { changes.push_back(change); };
    add([](Settings* s) { s->stores[0].server = "a server"; });
    add([](Settings* s) { s->kind = ResolverKind::kIntrospection; });
    add([](Settings* s) {
        s->kind = ResolverKind::kIntrospection;
        s->introspection_endpoint = "/introspect";
    });
    add([](Settings* s) {
        s->kind = ResolverKind::kIntrospection;
        s->introspection_endpoint = "/introspect";
        s->server = "a server";
    });
    // The same bytes, cut at other places.
    add([](Settings* s) {
        s->issuer = "https://asid";
        s->verification_secret = "";
    });
    add([](Settings* s) {
        s->policy.audiences = {"a"};
        s->algorithms = {"pi"};
    });
    check_fingerprints_differ(changes);
}

/* A store that can't say whether it holds a keystore's password ends the search. */
void test_a_password_in_another_store(void** /*state*/) {
    TemporaryDirectory directory;
    directory.write("pin", "no base64");
    const std::string path = "path=" + directory.path("");
    const std::string file =
        "file=" + directory.write("a.p12", Keystore("hush").add("id", ec_signer()).der());
    Settings settings;
    settings.stores = {{"keystore", {file, "password_secret=pin"}, ""}};
    check_bad(settings, "password_secret: no other oauth2_secret_store holds \"pin\"");
    settings.stores.push_back({"directory", {path}, ""});
    check_bad(settings,
              "oauth2_secret_store keystore: \"" + directory.path("pin") + "\": it isn't");
    directory.write("pin", encode_base64("hush"));
    check_built(settings);
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_a_chain_judges_tokens),
        cmocka_unit_test(test_what_is_missing_is_named),
        cmocka_unit_test(test_null),
        cmocka_unit_test(test_what_contradicts_null),
        cmocka_unit_test(test_algorithms),
        cmocka_unit_test(test_allowed_algorithms_are_enforced),
        cmocka_unit_test(test_a_secret_shorter_than_an_allowed_hash),
        cmocka_unit_test(test_profile_any_without_an_audience),
        cmocka_unit_test(test_a_store_that_fails_is_named),
        cmocka_unit_test(test_warnings_of_a_store_are_passed_on),
        cmocka_unit_test(test_one_store_of_several_is_enough),
        cmocka_unit_test(test_more_keys_than_are_tried),
        cmocka_unit_test(test_keys_that_will_be_fetched),
        cmocka_unit_test(test_introspection),
        cmocka_unit_test(test_equal_stores_are_one),
        cmocka_unit_test(test_every_setting_is_in_the_fingerprint),
        cmocka_unit_test(test_every_place_that_is_asked_is_in_the_fingerprint),
        cmocka_unit_test(test_a_password_in_another_store),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
