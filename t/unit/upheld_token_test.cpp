#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "checks.h"
#include "fakes.h"
#include "recipient.h"
#include "shim/chain.h"
#include "token/stateless_access_token_resolver.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

const std::string kClaims =
    R"({"iss":"https://as","aud":"api","exp":)" + std::to_string(kNow + 60) + "}";

std::string signed_token() { return ec_signer().token("ES256", R"({"alg":"ES256"})", kClaims); }

std::string encrypted(const std::string& content) {
    return rsa_recipient().encrypt("RSA-OAEP", "A128GCM", content).token();
}

/* "sig" verifies, "enc" decrypts; the two secrets are of one store. */
struct Bench {
    std::shared_ptr<FakeSecretStore> store = std::make_shared<FakeSecretStore>();
    FakeRequestContext request;

    Bench() {
        store->hold("sig", key_list(oct_signer().key(), ec_signer().key()));
        store->hold("enc", key_list(x25519_recipient().key(), rsa_recipient().key()));
    }

    std::unique_ptr<StatelessAccessTokenResolver> resolver(const std::string& verification,
                                                           const std::string& decryption) const {
        ClaimsPolicy policy;
        policy.issuer = "https://as";
        return std::make_unique<StatelessAccessTokenResolver>(
            ProtectionPolicy{verification, {}, decryption}, SecretsProvider({store}), policy);
    }
};

ResolvedToken resolved(const AccessTokenResolver& resolver, const std::string& token,
                       RequestContext* request) {
    auto resolution = resolver.resolve(token, *request);
    check_good(resolution);
    return std::move(resolution.value());
}

void test_a_signed_token_stands_with_its_key(void** /*state*/) {
    Bench bench;
    const auto resolver = bench.resolver("sig", "");
    const auto token = resolved(*resolver, signed_token(), &bench.request);
    assert_int_equal(token.facts().keys.size(), 1);
    assert_true(token.facts().keys.begin()[0] == ec_signer().key()->digest());
    assert_true(resolver->upholds(token));
    bench.store->hold("sig", oct_signer().key());
    assert_false(resolver->upholds(token));
}

/* Two keys vouch for it, each in a secret of its own. */
void test_a_nested_token_falls_with_either_key(void** /*state*/) {
    Bench bench;
    const auto resolver = bench.resolver("sig", "enc");
    const auto token = resolved(*resolver, encrypted(signed_token()), &bench.request);
    assert_int_equal(token.facts().keys.size(), 2);
    assert_true(token.facts().keys.begin()[0] == rsa_recipient().key()->digest());
    assert_true(token.facts().keys.begin()[1] == ec_signer().key()->digest());
    assert_true(resolver->upholds(token));

    bench.store->hold("enc", x25519_recipient().key());
    assert_false(resolver->upholds(token));
    bench.store->hold("enc", key_list(rsa_recipient().key(), x25519_recipient().key()));
    assert_true(resolver->upholds(token));
    bench.store->hold("sig", oct_signer().key());
    assert_false(resolver->upholds(token));
    bench.store->hold("sig", ec_signer().key(R"(,"use":"enc")"));
    assert_false(resolver->upholds(token));
    bench.store->hold("sig", ec_signer().key());
    assert_true(resolver->upholds(token));
}

/* That a key is known by the other secret's name is no reason to keep on. */
void test_each_key_is_looked_for_in_its_own_secret(void** /*state*/) {
    Bench bench;
    const auto resolver = bench.resolver("sig", "enc");
    const auto token = resolved(*resolver, encrypted(signed_token()), &bench.request);
    bench.store->hold("sig", rsa_recipient().key());
    bench.store->hold("enc", ec_signer().key());
    assert_false(resolver->upholds(token));
}

/* What was resolved under another configuration has not the keys that this one wants. */
void test_the_keys_fit_the_configuration(void** /*state*/) {
    Bench bench;
    const auto nesting = bench.resolver("sig", "enc");
    const auto signing = bench.resolver("sig", "");
    const auto unsafe = bench.resolver("", "");
    const auto nested = resolved(*nesting, encrypted(signed_token()), &bench.request);
    const auto bare = resolved(*signing, signed_token(), &bench.request);
    const auto unverified = resolved(*unsafe, signed_token(), &bench.request);
    assert_int_equal(unverified.facts().keys.size(), 0);
    assert_true(unsafe->upholds(unverified));
    assert_false(nesting->upholds(bare));
    assert_false(nesting->upholds(unverified));
    assert_false(signing->upholds(nested));
    assert_false(signing->upholds(unverified));
    assert_false(unsafe->upholds(bare));
}

void test_a_shared_key_alone(void** /*state*/) {
    Bench bench;
    const Recipient shared = Recipient::oct(std::string(32, 's'));
    bench.store->hold("enc", shared.key());
    const auto resolver = bench.resolver("", "enc");
    const auto token = resolved(*resolver, shared.encrypt("dir", "A128CBC-HS256", kClaims).token(),
                                &bench.request);
    assert_int_equal(token.facts().keys.size(), 1);
    assert_true(resolver->upholds(token));
    bench.store->hold("enc", Recipient::oct(std::string(32, 't')).key());
    assert_false(resolver->upholds(token));
}

/* Only what is signed and not encrypted says itself what a cache would keep of it. */
void test_whose_payload_the_claims_are(void** /*state*/) {
    Bench bench;
    const std::string text = signed_token();
    const std::string nested = encrypted(text);
    const auto bare = resolved(*bench.resolver("sig", ""), text, &bench.request);
    const auto inside = resolved(*bench.resolver("sig", "enc"), nested, &bench.request);
    assert_true(bare.is_payload_of(text));
    assert_false(bare.is_payload_of(text + "A"));
    assert_false(inside.is_payload_of(text));
    assert_false(inside.is_payload_of(nested));
    assert_false(inside.is_payload_of(""));
}

/* A chain over base64 secrets that keeps its tokens in the cache of `request`. */
CacheStatus resolve_cached(const std::vector<std::string>& parameters, const std::string& token,
                           FakeRequestContext* request) {
    ChainSettings settings;
    settings.issuer = "https://as";
    settings.decryption_secret = "enc";
    settings.policy.audiences = {"api"};
    settings.cache_zone = "zone";
    settings.stores = {{"directory", {parameters.begin(), parameters.end()}, "/"}};
    StoreCache stores;
    Warnings warnings;
    const auto chain = build_chain(settings, &stores, &warnings);
    check_good(chain);
    check_good(chain.value()->resolve(token, *request));
    return request->cache_status;
}

/* The keys of the decryption secret set chains apart, as those of the verification secret do. */
void test_decryption_keys_are_in_the_chains_fingerprint(void** /*state*/) {
    const Recipient shared = Recipient::oct(std::string(32, 's'));
    const std::string token = shared.encrypt("dir", "A128CBC-HS256", kClaims).token();
    TemporaryDirectory directory;
    const std::vector<std::string> parameters = {"path=" + directory.path(""), "format=jwk"};
    FakeRequestContext request;
    directory.write("enc", shared.private_jwk());
    assert_true(resolve_cached(parameters, token, &request) == CacheStatus::kMiss);
    assert_true(resolve_cached(parameters, token, &request) == CacheStatus::kHit);
    directory.write("enc", shared.private_jwk(R"(,"alg":"dir")"));
    assert_true(resolve_cached(parameters, token, &request) == CacheStatus::kMiss);
    assert_int_equal(request.cache.size(), 2);
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_a_signed_token_stands_with_its_key),
        cmocka_unit_test(test_a_nested_token_falls_with_either_key),
        cmocka_unit_test(test_each_key_is_looked_for_in_its_own_secret),
        cmocka_unit_test(test_the_keys_fit_the_configuration),
        cmocka_unit_test(test_a_shared_key_alone),
        cmocka_unit_test(test_whose_payload_the_claims_are),
        cmocka_unit_test(test_decryption_keys_are_in_the_chains_fingerprint),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
