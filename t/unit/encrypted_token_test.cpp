#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "checks.h"
#include "fakes.h"
#include "jose/json.h"
#include "recipient.h"
#include "token/stateless_access_token_resolver.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

const std::string kClaims =
    R"({"iss":"https://as","exp":)" + std::to_string(kNow + 60) + R"(,"scope":"read write"})";

const Recipient& shared() {
    static const Recipient recipient = Recipient::oct(std::string(32, 's'));
    return recipient;
}

/* A resolver over one fake store: "sig" verifies, "enc" decrypts. */
struct Bench {
    std::shared_ptr<FakeSecretStore> store = std::make_shared<FakeSecretStore>();
    ProtectionPolicy protection;
    ClaimsPolicy policy;
    FakeRequestContext request;

    Bench() { policy.issuer = "https://as"; }

    Resolution resolve(std::string_view token) {
        const StatelessAccessTokenResolver resolver(protection, SecretsProvider({store}), policy);
        return resolver.resolve(token, request);
    }
};

Bench decrypting(std::vector<KeyPointer> keys) {
    Bench bench;
    bench.store->hold("enc", std::move(keys));
    bench.protection.decryption_secret_id = "enc";
    return bench;
}

/* Both secrets: what is encrypted must be signed by ec_signer(). */
Bench nesting(std::vector<KeyPointer> keys) {
    Bench bench = decrypting(std::move(keys));
    bench.store->hold("sig", ec_signer().key());
    bench.protection.verification_secret_id = "sig";
    return bench;
}

std::string signed_token(const std::string& members = "", const std::string& claims = kClaims) {
    return ec_signer().token("ES256", R"({"alg":"ES256")" + members + "}", claims);
}

std::string encrypted(const std::string& content, const std::string& members = "") {
    return shared().encrypt("dir", "A128CBC-HS256", content, {members}).token();
}

void check_accepted(const Resolution& resolution, Place place = Place::here()) {
    check_good(resolution, place);
    check_text(json_text(resolution.value().claims(), "iss").value_or(""), "https://as", place);
}

/* The gateway's issuer encrypts its tokens so, and signs them not. */
void test_claims_under_a_shared_key(void** /*state*/) {
    Bench bench = decrypting(key_list(shared().key()));
    check_accepted(bench.resolve(encrypted(kClaims)));
    for (const char* alg : {"A256KW", "A256GCMKW"}) {
        check_accepted(bench.resolve(shared().encrypt(alg, "A256GCM", kClaims).token()));
    }
}

void test_nested_tokens(void** /*state*/) {
    Bench symmetric = nesting(key_list(shared().key()));
    check_accepted(symmetric.resolve(encrypted(signed_token())));
    check_accepted(symmetric.resolve(encrypted(signed_token(), R"(,"cty":"JWT")")));
    Bench rsa = nesting(key_list(rsa_recipient().key()));
    check_accepted(
        rsa.resolve(rsa_recipient().encrypt("RSA-OAEP", "A256GCM", signed_token()).token()));
    Bench x25519 = nesting(key_list(x25519_recipient().key()));
    check_accepted(
        x25519.resolve(x25519_recipient().encrypt("ECDH-ES", "A128GCM", signed_token()).token()));
}

/* CVE-2026-29000 and its like: encrypting to a public key is no proof of anything. */
void test_what_is_encrypted_must_be_signed(void** /*state*/) {
    Bench bench = nesting(key_list(rsa_recipient().key(), shared().key()));
    const Signer other = Signer::ec("P-256");
    const std::string header = R"({"alg":"ES256"})";
    const struct {
        std::string content;
        Code code;
    } rows[] = {
        {kClaims, Code::kMalformedToken},
        {"", Code::kMalformedToken},
        {compact(R"({"alg":"none"})", kClaims, ""), Code::kUnsupportedAlgorithm},
        {compact(header, kClaims, ""), Code::kBadSignature},
        {other.token("ES256", header, kClaims), Code::kBadSignature},
        {signed_token() + "x", Code::kMalformedToken},
        {signed_token(R"(,"crit":["exp"])"), Code::kUnsupportedHeader},
        {signed_token(R"(,"zip":"DEF")"), Code::kUnsupportedHeader},
        {encrypted(signed_token()), Code::kMalformedToken},
        {signed_token("", replaced(kClaims, "https://as", "x")), Code::kIssuerMismatch},
    };
    for (const auto& row : rows) {
        check_denied(bench.resolve(encrypted(row.content)), row.code);
        check_denied(
            bench.resolve(rsa_recipient().encrypt("RSA-OAEP", "A256GCM", row.content).token()),
            row.code);
    }
}

/* Which shape a token has follows from the configuration alone. */
void test_shapes_follow_from_the_configuration(void** /*state*/) {
    Bench signed_only;
    signed_only.store->hold("sig", ec_signer().key());
    signed_only.store->hold("enc", shared().key());
    signed_only.protection.verification_secret_id = "sig";
    check_accepted(signed_only.resolve(signed_token()));
    check_denied(signed_only.resolve(encrypted(signed_token())), Code::kMalformedToken);
    check_denied(signed_only.resolve(encrypted(kClaims)), Code::kMalformedToken);

    Bench both = nesting(key_list(shared().key()));
    check_denied(both.resolve(signed_token()), Code::kMalformedToken);
    check_denied(both.resolve(encrypted(kClaims)), Code::kMalformedToken);

    Bench decrypting_only = decrypting(key_list(shared().key()));
    check_denied(decrypting_only.resolve(signed_token()), Code::kMalformedToken);
    check_denied(decrypting_only.resolve(compact(R"({"alg":"none"})", kClaims, "")),
                 Code::kMalformedToken);
    // Nobody could say whether that signature is good.
    check_denied(decrypting_only.resolve(encrypted(signed_token())), Code::kMalformedToken);
    check_denied(decrypting_only.resolve(encrypted(encrypted(kClaims))), Code::kMalformedToken);

    Bench neither;
    check_denied(neither.resolve(encrypted(kClaims)), Code::kMalformedToken);
}

/* Even where a private key finds its way into the secret, what nobody signed is not believed. */
void test_public_keys_prove_nothing(void** /*state*/) {
    Bench bench =
        decrypting(key_list(shared().key(), rsa_recipient().key(), x25519_recipient().key()));
    check_accepted(bench.resolve(encrypted(kClaims)));
    const int questions = bench.store->questions;
    for (const std::string& token :
         {rsa_recipient().encrypt("RSA-OAEP", "A256GCM", kClaims).token(),
          x25519_recipient().encrypt("ECDH-ES", "A256GCM", kClaims).token(),
          x25519_recipient().encrypt("ECDH-ES+A128KW", "A256GCM", kClaims).token()}) {
        check_denied(bench.resolve(token), Code::kUnknownKey);
    }
    assert_int_equal(bench.store->questions, questions);
}

void test_the_claims_are_judged(void** /*state*/) {
    Bench bench = decrypting(key_list(shared().key()));
    const struct {
        std::string claims;
        Code code;
    } rows[] = {
        {replaced(kClaims, "https://as", "https://other"), Code::kIssuerMismatch},
        {replaced(kClaims, std::to_string(kNow + 60), std::to_string(kNow - 1)), Code::kExpired},
        {R"({"iss":"https://as"})", Code::kExpiryMissing},
        {replaced(kClaims, "\"exp\"", "\"iss\""), Code::kMalformedToken},
        {"[" + kClaims + "]", Code::kMalformedToken},
        {"", Code::kMalformedToken},
        {"not JSON", Code::kMalformedToken},
        {kClaims + " x", Code::kMalformedToken}};
    for (const auto& row : rows) {
        check_denied(bench.resolve(encrypted(row.claims)), row.code);
    }
}

/* "typ" counts where the claims are: RFC 9068 section 2.1 of the JWS, inside. */
void test_typ_is_that_of_the_innermost_header(void** /*state*/) {
    Bench bare = decrypting(key_list(shared().key()));
    check_accepted(bare.resolve(encrypted(kClaims, R"(,"typ":"at+jwt")")));
    check_denied(bare.resolve(encrypted(kClaims, R"(,"typ":"id+jwt")")), Code::kWrongTokenType);
    Bench nested = nesting(key_list(shared().key()));
    check_accepted(
        nested.resolve(encrypted(signed_token(R"(,"typ":"at+jwt")"), R"(,"typ":"id+jwt")")));
    check_denied(
        nested.resolve(encrypted(signed_token(R"(,"typ":"id+jwt")"), R"(,"typ":"at+jwt")")),
        Code::kWrongTokenType);
}

/* A name is final: with that key it fails, though another one would open it. */
void test_the_named_key_alone_counts(void** /*state*/) {
    const Recipient other = Recipient::oct(std::string(32, 'o'));
    const auto keys = [&other] {
        return key_list(other.key(R"(,"kid":"other")"), shared().key(R"(,"kid":"mine")"),
                        Recipient::oct(std::string(16, 'x')).key(R"(,"kid":"short")"),
                        shared().key(R"(,"kid":"signs","use":"sig")"));
    };
    Bench bench = decrypting(keys());
    check_accepted(bench.resolve(encrypted(kClaims)));
    check_accepted(bench.resolve(encrypted(kClaims, R"(,"kid":"mine")")));
    check_accepted(bench.resolve(encrypted(kClaims, R"(,"kid":"unknown")")));
    // A key that may not decrypt has no name here.
    check_accepted(bench.resolve(encrypted(kClaims, R"(,"kid":"signs")")));
    check_denied(bench.resolve(encrypted(kClaims, R"(,"kid":"other")")), Code::kDecryptionFailed);
    check_denied(bench.resolve(encrypted(kClaims, R"(,"kid":"short")")), Code::kUnknownKey);
    assert_int_equal(bench.store->renewals, 0);
}

/* Nor is anybody asked for another key than that of the signature's name. */
void test_a_named_key_asks_for_no_others(void** /*state*/) {
    const std::string named = R"(,"kid":"a")";
    const std::string forged =
        encrypted(compact(R"({"alg":"ES256")" + named + "}", kClaims, std::string(64, 'x')));
    Bench bench = nesting(key_list(shared().key()));
    for (const Signer* signer : {&ec_signer(), &rsa_signer()}) {
        bench.store->hold("sig", signer->key(named));
        check_denied(bench.resolve(forged),
                     signer == &ec_signer() ? Code::kBadSignature : Code::kUnknownKey);
    }
    assert_int_equal(bench.store->renewals, 0);
    bench.store->hold("sig", ec_signer().key(R"(,"kid":"b")"));
    check_denied(bench.resolve(forged), Code::kBadSignature);
    assert_int_equal(bench.store->renewals, 1);
}

void test_four_keys_are_tried(void** /*state*/) {
    const auto keys = [](std::size_t before) {
        std::vector<KeyPointer> list;
        for (std::size_t at = 0; at < before; ++at) {
            list.push_back(Recipient::oct(std::string(32, static_cast<char>('A' + at))).key());
        }
        list.push_back(shared().key());
        return list;
    };
    for (std::size_t before = 0; before < 8; ++before) {
        Bench bench = decrypting(keys(before));
        if (before < 4) {
            check_accepted(bench.resolve(encrypted(kClaims)));
        } else {
            check_denied(bench.resolve(encrypted(kClaims)), Code::kDecryptionFailed);
        }
    }
}

void test_no_key_fits(void** /*state*/) {
    Bench empty = decrypting({});
    check_denied(empty.resolve(encrypted(kClaims)), Code::kUnknownKey);
    Bench others = nesting(key_list(rsa_recipient().key(), Recipient::ec("P-384").key()));
    check_denied(others.resolve(encrypted(signed_token())), Code::kUnknownKey);
    // "epk" on a curve of which there is no key.
    check_denied(
        others.resolve(ec_recipient().encrypt("ECDH-ES", "A128GCM", signed_token()).token()),
        Code::kUnknownKey);
}

/* The secrets don't mix: what verifies doesn't decrypt. */
void test_each_secret_for_its_purpose(void** /*state*/) {
    Bench bench;
    bench.store->hold("sig", shared().key());
    bench.protection.verification_secret_id = "sig";
    bench.protection.decryption_secret_id = "enc";
    check_denied(bench.resolve(encrypted(signed_token())), Code::kUnknownKey);
}

void test_stores_may_wait_or_fail(void** /*state*/) {
    Bench bench = decrypting(key_list(shared().key()));
    bench.store->pending = true;
    assert_true(bench.resolve(encrypted(kClaims)).pending());
    bench.store->pending = false;
    bench.store->denial = Denial{Code::kInternalError, "the store failed"};
    check_denied(bench.resolve(encrypted(kClaims)), Code::kInternalError);
    // Then nobody can say that the token is bad.
    bench.store->denial = Denial{Code::kKeysUnavailable, "not fetched"};
    check_denied(bench.resolve(encrypted(kClaims)), Code::kKeysUnavailable);
    assert_int_equal(bench.store->renewals, 0);
}

void test_compressed_claims(void** /*state*/) {
    Bench bench = decrypting(key_list(shared().key()));
    const std::string zip = R"(,"zip":"DEF")";
    check_accepted(bench.resolve(encrypted(deflated(kClaims), zip)));
    check_denied(bench.resolve(encrypted(deflated(std::string(70000, ' ')), zip)),
                 Code::kMalformedToken);
    check_denied(bench.resolve(encrypted(kClaims, zip)), Code::kDecryptionFailed);
    Bench nested = nesting(key_list(shared().key()));
    check_accepted(nested.resolve(encrypted(deflated(signed_token()), zip)));
}

void test_long_tokens_are_refused_unread(void** /*state*/) {
    Bench bench = decrypting(key_list(shared().key()));
    check_denied(bench.resolve(encrypted(std::string(65000, ' '))), Code::kMalformedToken);
    assert_int_equal(bench.store->questions, 0);
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_claims_under_a_shared_key),
        cmocka_unit_test(test_nested_tokens),
        cmocka_unit_test(test_what_is_encrypted_must_be_signed),
        cmocka_unit_test(test_shapes_follow_from_the_configuration),
        cmocka_unit_test(test_public_keys_prove_nothing),
        cmocka_unit_test(test_the_claims_are_judged),
        cmocka_unit_test(test_typ_is_that_of_the_innermost_header),
        cmocka_unit_test(test_the_named_key_alone_counts),
        cmocka_unit_test(test_a_named_key_asks_for_no_others),
        cmocka_unit_test(test_four_keys_are_tried),
        cmocka_unit_test(test_no_key_fits),
        cmocka_unit_test(test_each_secret_for_its_purpose),
        cmocka_unit_test(test_stores_may_wait_or_fail),
        cmocka_unit_test(test_compressed_claims),
        cmocka_unit_test(test_long_tokens_are_refused_unread),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
