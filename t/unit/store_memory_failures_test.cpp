// Memory runs short at every place in turn while each kind of secret store is loaded, and while its
// files are read anew: it is loaded whole or refused, and a change that could not be read is read
// later.

// link: -Wl,--wrap=malloc,--wrap=cjose_jwe_import,--wrap=EVP_KDF_CTX_new

#include <openssl/pem.h>
#include <openssl/pkcs12.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "checks.h"
#include "fakes.h"
#include "shim/text.h"
#include "shim_bench.h"
#include "shortage.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

const std::string kHeader = R"({"alg":"HS256"})";
const std::string kClaims = R"({"iss":"https://as","exp":)" + std::to_string(kNow + 60) + "}";

const Signer& shared() {
    static const Signer signer = Signer::oct(std::string(32, 's'));
    return signer;
}

std::string pem_of(EVP_PKEY* key) {
    const BioHandle memory(BIO_new(BIO_s_mem()));
    PEM_write_bio_PUBKEY(memory.get(), key);
    char* text = nullptr;
    const long size = BIO_get_mem_data(memory.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

/* A keystore of one private key, which takes no time to open. */
std::string keystore_of(EVP_PKEY* key, const char* alias) {
    const Handle<PKCS12, PKCS12_free> keystore(PKCS12_create(
        "hush", alias, key, nullptr, nullptr, NID_aes_128_cbc, NID_aes_128_cbc, 1, 1, 0));
    unsigned char* der = nullptr;
    const int size = i2d_PKCS12(keystore.get(), &der);
    const OpensslMemory owner(der);
    return {reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)};
}

struct StoreUse {
    const char* secret_id;
    const Signer& signer;
    const char* alg;
    ShimSettings settings;
};

std::string token_of(const StoreUse& use) {
    const std::string header = R"({"alg":")" + std::string(use.alg) + "\"}";
    return use.signer.token(use.alg, header, kClaims);
}

bool grants(const oauth2_rs_resolver_t* resolver, const std::string& token) {
    ShimHost host;
    return ShimRequest(resolver, token, host).is_granted();
}

/* What NGINX does with a configuration, again and again. */
void check_loading(StoreUse* use) {
    use->settings->verification_secret = text(use->secret_id);
    const std::string good = token_of(*use);
    const std::string forged = good.substr(0, good.size() - 8) + "AAAAAAAA";
    const int failures = with_every_failure([&] {
        const ShimRegistry registry;
        const auto* resolver =
            registry.get() == nullptr ? nullptr : registry.resolver(use->settings);
        shortage.remaining = 0;
        if (resolver != nullptr) {
            ERR_clear_error();  // OpenSSL may have done without some of it, and say so
            assert_true(grants(resolver, good));
            assert_false(grants(resolver, forged));
        }
    });
    assert_true(failures > 20);
    const ShimRegistry registry;
    with_every_failure([&] { registry.resolver(use->settings); });
    const auto* resolver = registry.resolver(use->settings);
    assert_non_null(resolver);
    assert_true(grants(resolver, good));
    assert_false(grants(resolver, forged));
}

void test_base64(void** /*state*/) {
    StoreUse use{"id", shared(), "HS256", {}};
    use.settings.add_store("base64", {"id=" + encode_base64(std::string(32, 's'))});
    check_loading(&use);
}

void test_environment(void** /*state*/) {
    setenv("OAUTH2_RS_SECRET", std::string(32, 's').c_str(), 1);
    StoreUse use{"oauth2.rs.secret", shared(), "HS256", {}};
    use.settings.add_store("environment", {"format=plain"});
    check_loading(&use);
}

void test_directory(void** /*state*/) {
    TemporaryDirectory directory;
    const std::string path = "path=" + directory.path("");
    directory.write("id.pem", pem_of(rsa_signer().native()));
    StoreUse pem{"id", rsa_signer(), "RS256", {}};
    pem.settings.add_store("directory", {path, "format=pem", "suffix=.pem"});
    check_loading(&pem);

    directory.write("id.jwk", ec_signer().jwk());
    StoreUse jwk{"id", ec_signer(), "ES256", {}};
    jwk.settings.add_store("directory", {path, "format=jwk", "suffix=.jwk"});
    check_loading(&jwk);

    directory.write("id", std::string(32, 's'));
    StoreUse plain{"id", shared(), "HS256", {}};
    plain.settings.add_store("directory", {path, "format=plain"});
    check_loading(&plain);
}

void test_keystore(void** /*state*/) {
    TemporaryDirectory directory;
    const std::string file =
        "file=" + directory.write("keys.p12", keystore_of(rsa_signer().native(), "the-alias"));
    StoreUse use{"id", rsa_signer(), "PS256", {}};
    use.settings.add_store("base64", {"password=" + encode_base64("hush")});
    use.settings.add_store("keystore", {file, "password_secret=password", "map=id:the-alias"});
    check_loading(&use);
}

void test_jwks(void** /*state*/) {
    TemporaryDirectory directory;
    const std::string set = R"({"keys":[)" + ec_signer().jwk() + "," + rsa_signer().jwk() + "]}";
    StoreUse use{"id", rsa_signer(), "RS256", {}};
    use.settings.add_store("jwks", {"file=" + directory.write("keys.json", set)});
    check_loading(&use);
}

std::string der_of(EVP_PKEY* key) {
    unsigned char* der = nullptr;
    const int size = i2d_PUBKEY(key, &der);
    const OpensslMemory owner(der);
    return {reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)};
}

/* Whoever can read a public key could sign with it: that is told without any memory. */
void test_a_public_key_is_no_secret(void** /*state*/) {
    const std::string der = der_of(rsa_signer().native());
    for (const std::string& secret : {der, encode_base64(der), ec_signer().jwk()}) {
        TemporaryDirectory directory;
        directory.write("id", secret);
        ShimSettings settings;
        settings->verification_secret = text("id");
        settings.add_store("directory", {"path=" + directory.path(""), "format=plain"});
        const int failures = with_every_failure([&] {
            const ShimRegistry registry;
            if (registry.get() != nullptr) {
                assert_null(registry.resolver(settings));
            }
        });
        assert_true(failures > 20);
    }
}

/* Every second time the other key's turn has come; a shortage may put it off, never lose it. */
void test_reading_anew(void** /*state*/) {
    TemporaryDirectory directory;
    const Signer* const signers[] = {&ec_signer(), &shared()};
    const std::string tokens[] = {ec_signer().token("ES256", R"({"alg":"ES256"})", kClaims),
                                  shared().token("HS256", kHeader, kClaims)};
    const auto write = [&](int turn) {
        return directory.write("keys.json", R"({"keys":[)" + signers[turn]->jwk() + "]}");
    };
    ShimSettings settings;
    settings->verification_secret = text("id");
    settings.add_store("jwks", {"file=" + write(0), "cache_timeout=1h"});
    const ShimRegistry registry;
    const auto* resolver = registry.resolver(settings);
    assert_int_equal(oauth2_rs_refresher_count(registry.get()), 1);
    int turn = 0;
    const int failures = with_every_failure([&] {
        {
            const Relief relief;
            turn = 1 - turn;
            write(turn);
        }
        oauth2_rs_refresher_run(registry.get(), 0, ignoring_reporter());
        shortage.remaining = 0;
        ERR_clear_error();
        // One of the two, and no other.
        assert_true(grants(resolver, tokens[0]) != grants(resolver, tokens[1]));
        oauth2_rs_refresher_run(registry.get(), 0, ignoring_reporter());
        assert_true(grants(resolver, tokens[turn]));
        assert_false(grants(resolver, tokens[1 - turn]));
    });
    assert_true(failures > 20);
}

}  // namespace

int main() {
    if (!run_short_of_memory()) {
        return 1;
    }
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_base64),       cmocka_unit_test(test_environment),
        cmocka_unit_test(test_directory),    cmocka_unit_test(test_keystore),
        cmocka_unit_test(test_jwks),         cmocka_unit_test(test_a_public_key_is_no_secret),
        cmocka_unit_test(test_reading_anew),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
