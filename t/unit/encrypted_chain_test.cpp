#include <string>
#include <utility>
#include <vector>

#include "checks.h"
#include "fakes.h"
#include "recipient.h"
#include "shim/chain.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

const std::string kShared(32, 's');
const std::string kSigning(64, 'h');

const std::string kClaims =
    R"({"iss":"https://as","aud":"api","exp":)" + std::to_string(kNow + 60) + "}";

/* Settings that are complete: a base64 store with the shared key "enc" and the secret "sig". */
struct Settings : ChainSettings {
    std::string enc = "enc=" + encode_base64(kShared);
    std::string sig = "sig=" + encode_base64(kSigning);

    Settings() {
        issuer = "https://as";
        decryption_secret = "enc";
        policy.audiences = {"api"};
        stores = {{"base64", {enc, sig}, "/base/"}};
    }
    Settings(const Settings&) = delete;
    Settings& operator=(const Settings&) = delete;
};

/* A file of keys, for a jwks store in front of the other one. */
class KeyFile {
  public:
    explicit KeyFile(const std::string& jwk)
        : parameter_("file=" + directory_.write("keys.json", R"({"keys":[)" + jwk + "]}")) {}

    StoreSettings settings() const { return {"jwks", {parameter_}, "/base/"}; }

  private:
    TemporaryDirectory directory_;
    std::string parameter_;
};

using Built = Configured<std::unique_ptr<AccessTokenResolver>>;

Built build(const ChainSettings& settings, Warnings* warnings) {
    StoreCache stores;
    return build_chain(settings, &stores, warnings);
}

void check_bad(const ChainSettings& settings, std::string_view why, Place place = Place::here()) {
    Warnings warnings;
    check_refused(build(settings, &warnings), why, place);
}

void check_resolves(const Built& chain, const std::string& token, bool good,
                    Place place = Place::here()) {
    check_good(chain, place);
    FakeRequestContext request;
    const Resolution resolution = chain.value()->resolve(token, request);
    _assert_int_equal(resolution.ok(), good, place.file, place.line);
    check_no_error_queued(place);
}

std::string signed_token() {
    return Signer::oct(kSigning).token("HS256", R"({"alg":"HS256"})", kClaims);
}

std::string encrypted(const std::string& content) {
    return Recipient::oct(kShared).encrypt("dir", "A128CBC-HS256", content).token();
}

void test_a_shared_key_alone(void** /*state*/) {
    const Settings settings;
    Warnings warnings;
    const auto chain = build(settings, &warnings);
    assert_true(warnings.empty());
    check_resolves(chain, encrypted(kClaims), true);
    check_resolves(chain, encrypted(signed_token()), false);
    check_resolves(chain, signed_token(), false);
}

void test_both_secrets(void** /*state*/) {
    Settings settings;
    settings.verification_secret = "sig";
    Warnings warnings;
    const auto chain = build(settings, &warnings);
    assert_true(warnings.empty());
    check_resolves(chain, encrypted(signed_token()), true);
    check_resolves(chain, encrypted(kClaims), false);
    check_resolves(chain, signed_token(), false);
}

void test_a_private_key_with_a_verification_secret(void** /*state*/) {
    const KeyFile file(rsa_recipient().private_jwk(R"(,"use":"enc")") + "," +
                       ec_signer().jwk(R"(,"use":"sig")"));
    Settings settings;
    settings.stores = {file.settings()};
    settings.verification_secret = "any";
    settings.decryption_secret = "other";
    Warnings warnings;
    const auto chain = build(settings, &warnings);
    assert_true(warnings.empty());
    const std::string inside = ec_signer().token("ES256", R"({"alg":"ES256"})", kClaims);
    check_resolves(chain, rsa_recipient().encrypt("RSA-OAEP", "A256GCM", inside).token(), true);
    check_resolves(chain, rsa_recipient().encrypt("RSA-OAEP", "A256GCM", kClaims).token(), false);
}

void test_a_private_key_alone_is_refused(void** /*state*/) {
    for (const Recipient* recipient : {&rsa_recipient(), &ec_recipient(), &x25519_recipient()}) {
        const KeyFile file(recipient->private_jwk(R"(,"kid":"a")"));
        Settings settings;
        settings.stores = {file.settings()};
        check_bad(settings, "oauth2_decryption_secret: key \"a\" of \"enc\" is a private key");
        // Not even beside a shared key.
        settings.stores.push_back({"base64", {settings.enc}, ""});
        check_bad(settings, "oauth2_verification_secret");
    }
}

void test_what_is_missing_is_named(void** /*state*/) {
    Settings neither;
    neither.decryption_secret = "";
    check_bad(neither, "needs oauth2_verification_secret or oauth2_decryption_secret");
    Settings no_store;
    no_store.stores.clear();
    check_bad(no_store, "oauth2_decryption_secret has no oauth2_secret_store");
    Settings other;
    other.decryption_secret = "other";
    check_bad(other, "oauth2_decryption_secret: no oauth2_secret_store holds \"other\"");
    Settings other_verification;
    other_verification.verification_secret = "other";
    check_bad(other_verification, "oauth2_verification_secret: no oauth2_secret_store holds");
    Settings no_issuer;
    no_issuer.issuer = "";
    check_bad(no_issuer, "needs oauth2_issuer");
}

void test_null_contradicts_decryption(void** /*state*/) {
    Settings settings;
    settings.verification_secret = "null";
    check_bad(settings, "oauth2_verification_secret null goes with no oauth2_decryption_secret");
}

void test_secrets_that_cannot_decrypt(void** /*state*/) {
    for (const std::size_t size : {1, 15, 20, 31, 40}) {
        const std::string bad = "enc=" + encode_base64(std::string(size, 'k'));
        Settings settings;
        settings.stores = {{"base64", {bad}, ""}};
        check_bad(
            settings,
            "oauth2_secret_store base64: secret \"enc\": its length is that of no encryption");
    }
    Settings settings;
    const KeyFile file(ec_signer().jwk());
    settings.stores = {file.settings()};
    check_bad(settings, "oauth2_decryption_secret: no key of \"enc\" may decrypt");
    // And one too short to verify with decrypts very well.
    const std::string good = "enc=" + encode_base64(std::string(16, 'k'));
    settings.stores = {{"base64", {good}, ""}};
    Warnings warnings;
    check_good(build(settings, &warnings));
    settings.verification_secret = "enc";
    check_bad(settings, "oauth2_secret_store base64: secret \"enc\": it is shorter");
}

void test_signature_algorithms_without_signatures(void** /*state*/) {
    Settings settings;
    settings.algorithms = {"ES256"};
    Warnings warnings;
    check_good(build(settings, &warnings));
    assert_int_equal(warnings.size(), 1);
    check_holds(warnings[0], "oauth2_algorithms is of no use");
    settings.algorithms = {"A256KW"};
    check_bad(settings, "oauth2_algorithms: unknown algorithm \"A256KW\"");
}

void test_the_decryption_secret_is_in_the_fingerprint(void** /*state*/) {
    Settings settings;
    const std::string one = fingerprint_of(settings);
    settings.decryption_secret = "other";
    const std::string two = fingerprint_of(settings);
    settings.decryption_secret = "";
    settings.verification_secret = "enc";
    const std::string three = fingerprint_of(settings);
    assert_true(one != two && one != three && two != three);
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_a_shared_key_alone),
        cmocka_unit_test(test_both_secrets),
        cmocka_unit_test(test_a_private_key_with_a_verification_secret),
        cmocka_unit_test(test_a_private_key_alone_is_refused),
        cmocka_unit_test(test_what_is_missing_is_named),
        cmocka_unit_test(test_null_contradicts_decryption),
        cmocka_unit_test(test_secrets_that_cannot_decrypt),
        cmocka_unit_test(test_signature_algorithms_without_signatures),
        cmocka_unit_test(test_the_decryption_secret_is_in_the_fingerprint),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
