#include "token/stateless_access_token_resolver.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "checks.h"
#include "fakes.h"
#include "jose/json.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

const std::string kClaims =
    R"({"iss":"https://as","exp":)" + std::to_string(kNow + 60) + R"(,"scope":"read write"})";

/* A resolver over one fake store whose secret is "id". */
struct Bench {
    std::shared_ptr<FakeSecretStore> store = std::make_shared<FakeSecretStore>();
    ProtectionPolicy protection{"id", {}, ""};
    ClaimsPolicy policy;
    FakeRequestContext request;

    explicit Bench(std::vector<KeyPointer> keys) {
        store->hold("id", std::move(keys));
        policy.issuer = "https://as";
    }

    Resolution resolve(std::string_view token) {
        const StatelessAccessTokenResolver resolver(protection, SecretsProvider({store}), policy);
        return resolver.resolve(token, request);
    }
};

std::string header_of(std::string_view alg, const std::string& members = "") {
    return R"({"alg":")" + std::string(alg) + "\"" + members + "}";
}

std::string token_of(const Signer& signer, std::string_view alg, const std::string& members = "",
                     const std::string& claims = kClaims) {
    return signer.token(alg, header_of(alg, members), claims);
}

void test_every_algorithm(void** /*state*/) {
    const Signer p384 = Signer::ec("P-384");
    const Signer p521 = Signer::ec("P-521");
    const Signer k256 = Signer::ec("secp256k1");
    const Signer ed = Signer::okp("Ed25519");
    const Signer* const signers[kSignatureAlgorithmCount] = {
        &rsa_signer(), &rsa_signer(), &rsa_signer(), &rsa_signer(), &rsa_signer(),
        &rsa_signer(), &ec_signer(),  &p384,         &p521,         &k256,
        &ed,           &oct_signer(), &oct_signer(), &oct_signer()};
    for (std::size_t index = 0; index < kSignatureAlgorithmCount; ++index) {
        const std::string_view alg = algorithm_at(index)->name;
        Bench bench(key_list(signers[index]->key()));
        const Resolution resolution = bench.resolve(token_of(*signers[index], alg));
        check_good(resolution);
        check_text(resolution.value().facts().scope, "read write");
        check_text(json_text(resolution.value().claims(), "iss").value(), "https://as");
        // One store, asked once; the time, asked once.
        assert_int_equal(bench.store->questions, 1);
        assert_int_equal(bench.request.questions, 1);
    }
}

void test_other_shapes_are_refused(void** /*state*/) {
    Bench bench(key_list(ec_signer().key()));
    const std::string token = token_of(ec_signer(), "ES256");
    check_good(bench.resolve(token));
    const std::string encrypted = encode_base64url(R"({"alg":"dir","enc":"A128GCM"})") + "..a.b.c";
    for (const std::string& bad :
         {std::string(), std::string("opaque"), token + ".", " " + token, token + "=", token + "\n",
          encrypted, token + ".a.b", token.substr(0, token.rfind('.'))}) {
        check_denied(bench.resolve(bad), Code::kMalformedToken);
    }
}

/* Unknown, "none" in any case, and no text: before any key is looked for. */
void test_algorithms_that_are_none(void** /*state*/) {
    Bench bench(key_list(ec_signer().key()));
    for (const char* header :
         {R"({"alg":"none"})", R"({"alg":"None"})", R"({"alg":"NONE"})", "{}", R"({"alg":""})",
          R"({"alg":null})", R"({"alg":["ES256"]})", R"({"alg":"RSA1_5"})", R"({"alg":"es256"})"}) {
        check_denied(bench.resolve(ec_signer().token("ES256", header, kClaims)),
                     Code::kUnsupportedAlgorithm);
        check_denied(bench.resolve(compact(header, kClaims, "")), Code::kUnsupportedAlgorithm);
    }
    assert_int_equal(bench.store->questions, 0);
}

void test_only_allowed_algorithms(void** /*state*/) {
    Bench bench(key_list(rsa_signer().key(), oct_signer().key()));
    bench.protection.algorithms = {find_algorithm("PS256"), find_algorithm("HS256")};
    check_good(bench.resolve(token_of(rsa_signer(), "PS256")));
    check_good(bench.resolve(token_of(oct_signer(), "HS256")));
    check_denied(bench.resolve(token_of(rsa_signer(), "RS256")), Code::kUnsupportedAlgorithm);
    check_denied(bench.resolve(token_of(oct_signer(), "HS512")), Code::kUnsupportedAlgorithm);
}

void test_an_empty_signature_is_a_bad_one(void** /*state*/) {
    Bench bench(key_list(oct_signer().key(), ec_signer().key()));
    for (const char* alg : {"HS256", "ES256"}) {
        check_denied(bench.resolve(compact(header_of(alg), kClaims, "")), Code::kBadSignature);
    }
    assert_int_equal(bench.store->questions, 0);
}

void test_tampered_tokens(void** /*state*/) {
    Bench bench(key_list(ec_signer().key()));
    const std::string good = token_of(ec_signer(), "ES256");
    const std::string signature = good.substr(good.rfind('.'));
    const std::string header = encode_base64url(header_of("ES256"));
    const std::string claims = encode_base64url(kClaims);
    check_good(bench.resolve(header + "." + claims + signature));
    check_denied(bench.resolve(header + "." + encode_base64url(replaced(kClaims, "read", "root")) +
                               signature),
                 Code::kBadSignature);
    check_denied(
        bench.resolve(encode_base64url(header_of("ES256", R"(,"a":1)")) + "." + claims + signature),
        Code::kBadSignature);
    check_denied(bench.resolve(token_of(Signer::ec("P-256"), "ES256")), Code::kBadSignature);
    check_denied(bench.resolve(compact(header_of("ES256"), kClaims, std::string(64, 'x'))),
                 Code::kBadSignature);
}

/* No two texts are one token: any other character at any place is noticed. */
void test_every_character_counts(void** /*state*/) {
    Bench bench(key_list(oct_signer().key()));
    const std::string good = token_of(oct_signer(), "HS256");
    for (std::size_t at = 0; at < good.size(); ++at) {
        for (const char c : {'A', 'f', '_', '.', '=', ' ', '\0', '\xff'}) {
            std::string other = good;
            other[at] = c;
            assert_int_equal(bench.resolve(other).ok(), other == good);
        }
    }
    check_no_error_queued();
}

void test_no_key_fits(void** /*state*/) {
    Bench bench(key_list(ec_signer().key(R"(,"kid":"e")"), rsa_signer().key(R"(,"kid":"r")")));
    check_denied(bench.resolve(token_of(oct_signer(), "HS256")), Code::kUnknownKey);
    check_denied(bench.resolve(token_of(Signer::ec("P-384"), "ES384")), Code::kUnknownKey);
    // Named, so final, though another fits.
    check_denied(bench.resolve(token_of(ec_signer(), "ES256", R"(,"kid":"r")")), Code::kUnknownKey);
    check_good(bench.resolve(token_of(ec_signer(), "ES256", R"(,"kid":"e")")));
    bench.protection.verification_secret_id = "other";
    check_denied(bench.resolve(token_of(ec_signer(), "ES256")), Code::kUnknownKey);
}

/* CVE-2022-29217, CVE-2026-22817 and their like. */
void test_the_public_key_makes_no_hmac(void** /*state*/) {
    Bench bench(key_list(rsa_signer().key(R"(,"kid":"r")")));
    const Signer forger = Signer::oct(rsa_signer().jwk());
    check_denied(bench.resolve(token_of(forger, "HS256")), Code::kUnknownKey);
    check_denied(bench.resolve(token_of(forger, "HS256", R"(,"kid":"r")")), Code::kUnknownKey);
}

/* CVE-2018-0114: what the header brings along is not looked at. */
void test_the_key_in_the_header_is_ignored(void** /*state*/) {
    Bench bench(key_list(ec_signer().key()));
    const Signer forger = Signer::ec("P-256");
    const std::string members =
        R"(,"jwk":)" + forger.jwk() + R"(,"jku":"https://evil","x5u":"https://evil","x5c":["AQ"])";
    check_denied(bench.resolve(token_of(forger, "ES256", members)), Code::kBadSignature);
    check_good(bench.resolve(token_of(ec_signer(), "ES256", members)));
}

void test_header_policy(void** /*state*/) {
    Bench bench(key_list(ec_signer().key()));
    check_denied(bench.resolve(token_of(ec_signer(), "ES256", R"(,"crit":["exp"],"exp":1)")),
                 Code::kUnsupportedHeader);
    check_denied(bench.resolve(token_of(ec_signer(), "ES256", R"(,"zip":"DEF")")),
                 Code::kUnsupportedHeader);
    check_denied(bench.resolve(token_of(ec_signer(), "ES256", R"(,"kid":7)")),
                 Code::kMalformedToken);
    check_good(bench.resolve(token_of(ec_signer(), "ES256", R"(,"zip":"NONE","kid":"unknown")")));
}

/* A second key is tried where the first fails; a named one is final. */
void test_several_keys(void** /*state*/) {
    const Signer other = Signer::ec("P-256");
    Bench bench(key_list(other.key(R"(,"kid":"other")"), ec_signer().key(R"(,"kid":"mine")")));
    check_good(bench.resolve(token_of(ec_signer(), "ES256")));
    check_good(bench.resolve(token_of(ec_signer(), "ES256", R"(,"kid":"unknown")")));
    check_good(bench.resolve(token_of(ec_signer(), "ES256", R"(,"kid":"mine")")));
    check_denied(bench.resolve(token_of(ec_signer(), "ES256", R"(,"kid":"other")")),
                 Code::kBadSignature);
}

void test_eight_keys_are_tried(void** /*state*/) {
    std::vector<KeyPointer> keys;
    for (int count = 0; count < 7; ++count) {
        keys.push_back(Signer::oct(std::string(32, static_cast<char>('a' + count))).key());
    }
    keys.push_back(Signer::oct(std::string(32, 'Y')).key());
    keys.push_back(Signer::oct(std::string(32, 'Z')).key(R"(,"kid":"z")"));
    Bench bench(std::move(keys));
    check_good(bench.resolve(token_of(Signer::oct(std::string(32, 'Y')), "HS256")));
    const Signer ninth = Signer::oct(std::string(32, 'Z'));
    check_denied(bench.resolve(token_of(ninth, "HS256")), Code::kBadSignature);
    check_good(bench.resolve(token_of(ninth, "HS256", R"(,"kid":"z")")));
}

/* A token of exactly that many bytes; padded in the header and in the claims. */
std::string token_of_size(std::size_t size) {
    for (std::size_t pad = 0; pad < 8; ++pad) {
        const std::string members = R"(,"p":")" + std::string(pad, 'h') + "\"";
        const std::size_t rest = size - token_of(oct_signer(), "HS256", members).size();
        for (std::size_t more = rest / 4 * 3 - 20; more < rest; ++more) {
            const std::string claims = kClaims.substr(0, kClaims.size() - 1) + R"(,"p":")" +
                                       std::string(more, 'c') + "\"}";
            const std::string token = token_of(oct_signer(), "HS256", members, claims);
            if (token.size() == size) {
                return token;
            }
            if (token.size() > size) {
                break;
            }
        }
    }
    fail_msg("no token of that size");
    return {};
}

void test_64_kibibytes_at_the_most(void** /*state*/) {
    Bench bench(key_list(oct_signer().key()));
    check_good(bench.resolve(token_of_size(65536)));
    check_denied(bench.resolve(token_of_size(65537)), Code::kMalformedToken);
    check_denied(bench.resolve(std::string(10'000'000, 'a')), Code::kMalformedToken);
}

void test_payloads_that_are_no_claims(void** /*state*/) {
    Bench bench(key_list(oct_signer().key()));
    const std::string open = kClaims.substr(0, kClaims.size() - 1);
    for (const std::string& payload :
         {std::string(), std::string("text"), std::string("[]"), std::string("null"),
          "[" + kClaims + "]", kClaims + "x", open, open + R"(,"exp":9})",
          open + R"(,"a":"\u0000"})", open + ",\"a\":\"\xff\"}", open + R"(,"a":1e999})",
          open + R"(,"a":99999999999999999999})",
          open + R"(,"a":)" + std::string(5000, '[') + std::string(5000, ']') + "}"}) {
        check_denied(bench.resolve(token_of(oct_signer(), "HS256", "", payload)),
                     Code::kMalformedToken);
    }
    check_good(bench.resolve(token_of(oct_signer(), "HS256", "", open + R"(,"a":[{}]})")));
}

/* Nothing is read in what nobody signed. */
void test_the_signature_comes_before_the_claims(void** /*state*/) {
    Bench bench(key_list(ec_signer().key()));
    const Signer forger = Signer::ec("P-256");
    check_denied(bench.resolve(token_of(forger, "ES256", "", "no claims")), Code::kBadSignature);
    check_denied(bench.resolve(token_of(forger, "ES256", "", R"({"iss":"x"})")),
                 Code::kBadSignature);
    assert_int_equal(bench.request.questions, 0);
}

void test_the_claims_are_judged(void** /*state*/) {
    Bench bench(key_list(oct_signer().key()));
    check_denied(bench.resolve(token_of(oct_signer(), "HS256", "", replaced(kClaims, "as", "at"))),
                 Code::kIssuerMismatch);
    check_denied(bench.resolve(token_of(oct_signer(), "HS256", R"(,"typ":"logout+jwt")")),
                 Code::kWrongTokenType);
    check_denied(bench.resolve(
                     token_of(oct_signer(), "HS256", "", replaced(kClaims, "\"read write\"", "7"))),
                 Code::kMalformedClaims);
    const std::string token = token_of(oct_signer(), "HS256");
    bench.request.now = (kNow + 60) * 1000;
    check_good(bench.resolve(token));
    ++bench.request.now;
    check_denied(bench.resolve(token), Code::kExpired);
}

/* "oauth2_verification_secret null": no signature is looked at, all else is. */
void test_without_verification(void** /*state*/) {
    Bench bench({});
    bench.protection.verification_secret_id = "";
    check_good(bench.resolve(compact(header_of("none"), kClaims, "")));
    check_good(bench.resolve(token_of(ec_signer(), "ES256")));
    check_good(bench.resolve(compact(header_of("ES256"), kClaims, "anything")));
    check_good(bench.resolve(compact(header_of("unknown"), kClaims, "anything")));
    check_good(bench.resolve(compact("{}", kClaims, "")));
    // RFC 7518 section 3.6.
    check_denied(bench.resolve(compact(header_of("none"), kClaims, "x")), Code::kMalformedToken);
    check_denied(bench.resolve(compact(header_of("none", R"(,"crit":[])"), kClaims, "")),
                 Code::kUnsupportedHeader);
    check_denied(bench.resolve(compact(header_of("none", R"(,"zip":"DEF")"), kClaims, "")),
                 Code::kUnsupportedHeader);
    check_denied(bench.resolve(compact(header_of("none"), R"({"iss":"x"})", "")),
                 Code::kIssuerMismatch);
    check_denied(bench.resolve("a.b.c.d.e"), Code::kMalformedToken);
    assert_int_equal(bench.store->questions, 0);
}

/* Call, wait, give the answer, call again: it runs from the top. */
void test_a_store_that_has_to_fetch(void** /*state*/) {
    Bench bench(key_list(ec_signer().key()));
    const std::string token = token_of(ec_signer(), "ES256");
    bench.store->pending = true;
    assert_true(bench.resolve(token).pending());
    assert_true(bench.resolve(token).pending());
    assert_int_equal(bench.request.questions, 0);
    bench.store->pending = false;
    check_good(bench.resolve(token));
    bench.store->denial = Denial{Code::kInternalError, "the keys can't be had"};
    check_denied(bench.resolve(token), Code::kInternalError);
}

/* No key at hand verifies it: it waits, and is judged by those that came. */
void test_a_key_that_is_new(void** /*state*/) {
    Bench bench(key_list(rsa_signer().key()));
    const std::string token = token_of(ec_signer(), "ES256");
    bench.store->on_renewal = [] { return Step<bool>(Pending{}); };
    assert_true(bench.resolve(token).pending());
    bench.store->on_renewal = [&] {
        // What another process has fetched may be no newer than what was there.
        bench.store->hold("id", bench.store->renewals < 3 ? oct_signer().key() : ec_signer().key());
        return Step<bool>(true);
    };
    check_good(bench.resolve(token));
    // What verifies at once asks for no others.
    check_good(bench.resolve(token));
    assert_int_equal(bench.store->renewals, 3);
}

void test_other_keys_that_do_not_fit_either(void** /*state*/) {
    Bench bench(key_list(rsa_signer().key()));
    const std::string token = token_of(ec_signer(), "ES256");
    check_denied(bench.resolve(token), Code::kUnknownKey);
    bench.store->on_renewal = [] { return Step<bool>(true); };
    check_denied(bench.resolve(token), Code::kUnknownKey);
    assert_int_equal(bench.store->renewals, 3);
    bench.store->hold("id", Signer::ec("P-256").key());
    check_denied(bench.resolve(token), Code::kBadSignature);
    bench.store->on_renewal = [] { return Step<bool>(Denial{Code::kInternalError, "broken"}); };
    check_denied(bench.resolve(token), Code::kInternalError);
}

/* Then nobody can say that the token is bad. */
void test_keys_that_are_unavailable(void** /*state*/) {
    Bench bench(key_list(ec_signer().key()));
    const std::string token = token_of(ec_signer(), "ES256");
    bench.store->denial = Denial{Code::kKeysUnavailable, "not fetched"};
    check_denied(bench.resolve(token), Code::kKeysUnavailable);
    assert_int_equal(bench.store->renewals, 0);
    // What is wrong with a token whatever the keys is said all the same.
    check_denied(bench.resolve("a.b.c"), Code::kMalformedToken);
    check_denied(bench.resolve(compact(header_of("none"), kClaims, "x")),
                 Code::kUnsupportedAlgorithm);
}

/* What a cache asks before it serves a token that was accepted once. */
void test_upholding_while_the_key_is_there(void** /*state*/) {
    Bench bench(key_list(ec_signer().key(), oct_signer().key()));
    const StatelessAccessTokenResolver resolver(bench.protection, SecretsProvider({bench.store}),
                                                bench.policy);
    const Resolution resolution = resolver.resolve(token_of(ec_signer(), "ES256"), bench.request);
    check_good(resolution);
    assert_int_equal(resolution.value().facts().keys.size(), 1);
    assert_true(resolver.upholds(resolution.value()));
    bench.store->hold("id", oct_signer().key());
    assert_false(resolver.upholds(resolution.value()));
    bench.store->hold("id", key_list(oct_signer().key(), ec_signer().key()));
    assert_true(resolver.upholds(resolution.value()));
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_every_algorithm),
        cmocka_unit_test(test_other_shapes_are_refused),
        cmocka_unit_test(test_algorithms_that_are_none),
        cmocka_unit_test(test_only_allowed_algorithms),
        cmocka_unit_test(test_an_empty_signature_is_a_bad_one),
        cmocka_unit_test(test_tampered_tokens),
        cmocka_unit_test(test_every_character_counts),
        cmocka_unit_test(test_no_key_fits),
        cmocka_unit_test(test_the_public_key_makes_no_hmac),
        cmocka_unit_test(test_the_key_in_the_header_is_ignored),
        cmocka_unit_test(test_header_policy),
        cmocka_unit_test(test_several_keys),
        cmocka_unit_test(test_eight_keys_are_tried),
        cmocka_unit_test(test_64_kibibytes_at_the_most),
        cmocka_unit_test(test_payloads_that_are_no_claims),
        cmocka_unit_test(test_the_signature_comes_before_the_claims),
        cmocka_unit_test(test_the_claims_are_judged),
        cmocka_unit_test(test_without_verification),
        cmocka_unit_test(test_a_store_that_has_to_fetch),
        cmocka_unit_test(test_a_key_that_is_new),
        cmocka_unit_test(test_other_keys_that_do_not_fit_either),
        cmocka_unit_test(test_keys_that_are_unavailable),
        cmocka_unit_test(test_upholding_while_the_key_is_there),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
