// The libraries' functions fail one by one, as they hardly ever do: whatever was being judged is
// refused, OpenSSL's error queue is left empty, and the next call is fine.

// link: -Wl,--wrap=EVP_MD_fetch,--wrap=EVP_PKEY_CTX_new_from_pkey,--wrap=EVP_PKEY_verify_init
// link: -Wl,--wrap=EVP_PKEY_CTX_set_rsa_padding,--wrap=EVP_PKEY_CTX_set_rsa_pss_saltlen
// link: -Wl,--wrap=EVP_PKEY_CTX_set_signature_md,--wrap=EVP_DigestInit_ex2,--wrap=EVP_DigestUpdate
// link: -Wl,--wrap=EVP_DigestFinal_ex,--wrap=EVP_PKEY_verify,--wrap=BN_bin2bn
// link: -Wl,--wrap=EVP_DigestVerifyInit,--wrap=EVP_DigestVerify,--wrap=EVP_MAC_fetch
// link: -Wl,--wrap=EVP_MAC_CTX_new,--wrap=EVP_MAC_init,--wrap=EVP_MAC_update
// link: -Wl,--wrap=EVP_MAC_final,--wrap=CRYPTO_memcmp
// link: -Wl,--wrap=OSSL_PARAM_BLD_new,--wrap=OSSL_PARAM_BLD_to_param
// link: -Wl,--wrap=EVP_PKEY_CTX_new_from_name,--wrap=EVP_PKEY_fromdata_init
// link: -Wl,--wrap=EVP_PKEY_fromdata,--wrap=EVP_PKEY_public_check
// link: -Wl,--wrap=EVP_PKEY_new_raw_public_key_ex,--wrap=EVP_PKEY_get_bn_param
// link: -Wl,--wrap=BIO_new_mem_buf,--wrap=PEM_read_bio,--wrap=json_load_callback
// link: -Wl,--wrap=json_dump_callback
// link: -Wl,--wrap=json_stringn,--wrap=EVP_PKEY_CTX_set_rsa_mgf1_md

#include <new>
#include <set>
#include <string>
#include <vector>

#include "checks.h"
#include "failing_functions.h"
#include "fakes.h"
#include "jose/json.h"
#include "jose/jwk.h"
#include "jose/key_strength.h"
#include "jose/pem.h"
#include "secret/secret_format.h"
#include "token/stateless_access_token_resolver.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

/* That function fails as long as this lives. */
class Failing {
  public:
    explicit Failing(std::string_view name) {
        failing = name;
        failures = 0;
    }
    ~Failing() { failing = {}; }
    Failing(const Failing&) = delete;
    Failing& operator=(const Failing&) = delete;

    /* A test of a function that nobody calls would show nothing. */
    static void check_struck(std::string_view name, Place place = Place::here()) {
        if (failures == 0) {
            print_error("%s was not called\n", name.data());
            _fail(place.file, place.line);
        }
        check_no_error_queued(place);
    }
};

struct Kind {
    const char* alg;
    Signer signer;
    std::vector<const char*> prepared_with;
    std::vector<const char*> verified_with;
};

const std::vector<const char*> kDigestedUse = {"EVP_DigestInit_ex2", "EVP_DigestUpdate",
                                               "EVP_DigestFinal_ex", "EVP_PKEY_verify"};

std::vector<const char*> with(std::vector<const char*> names,
                              const std::vector<const char*>& more) {
    names.insert(names.end(), more.begin(), more.end());
    return names;
}

std::vector<Kind> kinds() {
    const std::vector<const char*> prepared = {"EVP_MD_fetch", "EVP_PKEY_CTX_new_from_pkey",
                                               "EVP_PKEY_verify_init",
                                               "EVP_PKEY_CTX_set_signature_md"};
    const std::vector<const char*> padded = with(prepared, {"EVP_PKEY_CTX_set_rsa_padding"});
    std::vector<Kind> kinds;
    kinds.push_back({"RS256", Signer::rsa(), padded, kDigestedUse});
    kinds.push_back(
        {"PS256", Signer::rsa(),
         with(padded, {"EVP_PKEY_CTX_set_rsa_mgf1_md", "EVP_PKEY_CTX_set_rsa_pss_saltlen"}),
         kDigestedUse});
    kinds.push_back({"ES256", Signer::ec("P-256"), prepared, kDigestedUse});
    kinds.push_back({"EdDSA",
                     Signer::okp("Ed25519"),
                     {"EVP_DigestVerifyInit"},
                     {"EVP_DigestVerifyInit", "EVP_DigestVerify"}});
    kinds.push_back({"HS256",
                     Signer::oct(std::string(32, 's')),
                     {"EVP_MAC_fetch", "EVP_MAC_CTX_new", "EVP_MAC_init"},
                     // The last in a constant time, whatever the two bytes are that differ first.
                     {"EVP_MAC_init", "EVP_MAC_update", "EVP_MAC_final", "CRYPTO_memcmp"}});
    return kinds;
}

const std::string kClaims =
    R"({"iss":"https://as","exp":)" + std::to_string(kNow + 60) + R"(,"scope":"read"})";

/* A resolver with one key, and a good token for it. */
struct Bench {
    std::string token;
    std::shared_ptr<FakeSecretStore> store = std::make_shared<FakeSecretStore>();
    FakeRequestContext request;

    explicit Bench(const Kind& kind)
        : token(
              kind.signer.token(kind.alg, R"({"alg":")" + std::string(kind.alg) + "\"}", kClaims)) {
        store->hold("id", kind.signer.key());
    }

    Resolution resolve() {
        ClaimsPolicy policy;
        policy.issuer = "https://as";
        const StatelessAccessTokenResolver resolver({"id", {}, ""}, SecretsProvider({store}),
                                                    policy);
        return resolver.resolve(token, request);
    }
};

void check_denied_while(Bench* bench, const char* name) {
    {
        const Failing failure(name);
        assert_false(bench->resolve().ok());
        Failing::check_struck(name);
    }
    check_good(bench->resolve());
}

/* The key is used for the first time: its verifier is made. */
void test_preparing_a_verifier(void** /*state*/) {
    for (const Kind& kind : kinds()) {
        for (const char* name : kind.prepared_with) {
            Bench bench(kind);
            check_denied_while(&bench, name);
        }
    }
}

/* The verifier is there, and has verified before. */
void test_verifying(void** /*state*/) {
    for (const Kind& kind : kinds()) {
        Bench bench(kind);
        check_good(bench.resolve());
        for (const char* name : kind.verified_with) {
            check_denied_while(&bench, name);
        }
    }
}

/* Lengths are judged before the engine sees a byte. */
void test_wrong_lengths_never_reach_the_engine(void** /*state*/) {
    const struct {
        const char* alg;
        const Signer* signer;
        const char* engine;
    } kinds[] = {{"RS256", &rsa_signer(), "EVP_PKEY_verify"},
                 {"PS512", &rsa_signer(), "EVP_PKEY_verify"},
                 {"ES256", &ec_signer(), "EVP_PKEY_verify"}};
    for (const auto& kind : kinds) {
        const KeyPointer key = kind.signer->key();
        const Algorithm& algorithm = *find_algorithm(kind.alg);
        const std::string good = kind.signer->sign(kind.alg, "input");
        assert_true(key->verify(algorithm, "input", good));
        const Failing failure(kind.engine);
        for (const std::string& bad : {std::string(), good.substr(1), good + "x", good + good}) {
            assert_false(key->verify(algorithm, "input", bad));
            assert_int_equal(failures, 0);
        }
        assert_false(key->verify(algorithm, "input", good));
        Failing::check_struck(kind.engine);
    }
}

/* Neither header nor claims can be read. */
void test_parsing_a_token(void** /*state*/) {
    Bench bench(kinds()[4]);
    const Failing failure("json_load_callback");
    check_code(bench.resolve().denial(), Code::kMalformedToken);
    ERR_clear_error();
    assert_true(failures > 0);
}

void check_import_fails(const Signer& signer, const std::vector<const char*>& names) {
    const JsonHandle jwk = json(signer.jwk());
    for (const char* name : names) {
        {
            const Failing failure(name);
            const auto key = parse_jwk(jwk.get());
            check_refused(key, "");
            assert_false(key.error().ignorable);
            Failing::check_struck(name);
        }
        check_good(parse_jwk(jwk.get()));
    }
}

void test_importing_keys(void** /*state*/) {
    const std::vector<const char*> built = {"OSSL_PARAM_BLD_new", "OSSL_PARAM_BLD_to_param",
                                            "EVP_PKEY_CTX_new_from_name", "EVP_PKEY_fromdata_init",
                                            "EVP_PKEY_fromdata"};
    check_import_fails(rsa_signer(), with(built, {"BN_bin2bn"}));
    check_import_fails(ec_signer(),
                       with(built, {"EVP_PKEY_CTX_new_from_pkey", "EVP_PKEY_public_check"}));
    check_import_fails(Signer::okp("Ed448"), {"EVP_PKEY_new_raw_public_key_ex"});
}

/* What can't be looked at is not called sound. */
void test_judging_a_key(void** /*state*/) {
    const Failing failure("EVP_PKEY_get_bn_param");
    check_holds(rsa_key_weakness(rsa_signer().native()), "can't be read");
    Failing::check_struck("EVP_PKEY_get_bn_param");
}

void test_reading_pem(void** /*state*/) {
    const SecretBytes text = to_secret(
        "-----BEGIN HMAC SECRET KEY-----\nc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3M=\n"
        "-----END HMAC SECRET KEY-----\n");
    bool is_private = false;
    for (const char* name : {"BIO_new_mem_buf", "PEM_read_bio"}) {
        {
            const Failing failure(name);
            check_refused(parse_pem(text, "a", &is_private), "no PEM block");
            Failing::check_struck(name);
        }
        check_good(parse_pem(text, "a", &is_private));
    }
}

void test_reading_a_jwk_file(void** /*state*/) {
    const SecretBytes text = to_secret(ec_signer().jwk());
    {
        const Failing failure("json_stringn");
        const auto secret = parse_secret(text, SecretFormat::kJwk, "a", {true, false});
        assert_false(secret.ok());
        assert_true(failures > 0);
        ERR_clear_error();
    }
    check_good(parse_secret(text, SecretFormat::kJwk, "a", {true, false}));
}

/* Text that was cut off in the middle must not be handed out. */
void test_writing_json(void** /*state*/) {
    const JsonHandle object = json(kClaims);
    bool thrown = false;
    {
        const Failing failure("json_dump_callback");
        try {
            json_compact(object.get());
        } catch (const std::bad_alloc&) {
            thrown = true;
        }
        ERR_clear_error();
    }
    assert_true(thrown);
    check_text(json_compact(object.get()), kClaims);
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_preparing_a_verifier),
        cmocka_unit_test(test_verifying),
        cmocka_unit_test(test_wrong_lengths_never_reach_the_engine),
        cmocka_unit_test(test_parsing_a_token),
        cmocka_unit_test(test_importing_keys),
        cmocka_unit_test(test_judging_a_key),
        cmocka_unit_test(test_reading_pem),
        cmocka_unit_test(test_reading_a_jwk_file),
        cmocka_unit_test(test_writing_json),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
