// Memory runs short at every place in turn while encrypted tokens are judged, kept in the cache and
// found there: nothing is granted that should not be, and the next request is fine.

// link: -Wl,--wrap=malloc,--wrap=cjose_jwe_import,--wrap=EVP_KDF_CTX_new

#include <optional>
#include <string>
#include <vector>

#include "checks.h"
#include "fakes.h"
#include "recipient.h"
#include "shim/text.h"
#include "shim_bench.h"
#include "shortage.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

const std::string kClaims = R"({"iss":"https://as","exp":)" + std::to_string(kNow + 60) + "}";

struct Kind {
    const char* alg;
    const char* enc;
    Recipient recipient;
};

std::vector<Kind> make_kinds() {
    std::vector<Kind> kinds;
    kinds.push_back({"dir", "A128GCM", Recipient::oct(std::string(16, 'd'))});
    kinds.push_back({"dir", "A128CBC-HS256", Recipient::oct(std::string(32, 'd'))});
    kinds.push_back({"A256KW", "A128CBC-HS256", Recipient::oct(std::string(32, 'w'))});
    kinds.push_back({"A128GCMKW", "A256GCM", Recipient::oct(std::string(16, 'g'))});
    kinds.push_back({"RSA-OAEP-256", "A256CBC-HS512", Recipient::rsa()});
    kinds.push_back({"ECDH-ES", "A128GCM", Recipient::ec("P-256")});
    kinds.push_back({"ECDH-ES+A128KW", "A128GCM", Recipient::okp("X25519")});
    return kinds;
}

const std::vector<Kind>& kinds() {
    static const std::vector<Kind> made = make_kinds();
    return made;
}

/* A location whose tokens are signed, and encrypted by one kind of key; they are cached. */
class Bench {
  public:
    explicit Bench(const Kind& kind) : kind_(kind) {
        const std::string set = R"({"keys":[)" + ec_signer().jwk() + "," +
                                kind.recipient.private_jwk(R"(,"use":"enc")") + "]}";
        settings_.add_store("jwks", {"file=" + directory_.write("keys.json", set)});
        settings_->verification_secret = text("any");
        settings_->decryption_secret = text("any");
        settings_->cache_zone = text("zone");
        resolver_ = registry_.resolver(settings_);
        assert_non_null(resolver_);
    }

    const oauth2_rs_resolver_t* resolver() const { return resolver_; }

    std::string token(const Signer& signer) const {
        const std::string inside = signer.token("ES256", R"({"alg":"ES256"})", kClaims);
        Wishes wishes;
        wishes.members = R"(,"zip":"DEF")";
        return kind_.recipient.encrypt(kind_.alg, kind_.enc, deflated(inside), wishes).token();
    }

  private:
    const Kind& kind_;
    TemporaryDirectory directory_;
    ShimSettings settings_;
    ShimRegistry registry_;
    const oauth2_rs_resolver_t* resolver_;
};

void check_refused_for_want_of_memory(const ShimRequest& request) {
    const int status = request.status();
    assert_true(shortage.struck && (status == 500 || status == 401));
}

/* The first judges the token and keeps it, the second finds it: both while memory is short. */
void check_good_token(const Bench& bench, const std::string& token) {
    int granted = 0;
    const int failures = with_every_failure([&] {
        std::optional<Relief> relief(std::in_place);
        ShimHost host;
        ShimRequest first(bench.resolver(), token, host);
        ShimRequest second(bench.resolver(), token, host);
        relief.reset();
        for (ShimRequest* request : {&first, &second}) {
            if (request->is_granted()) {
                ++granted;
            } else {
                check_refused_for_want_of_memory(*request);
            }
        }
        shortage.remaining = 0;
        ERR_clear_error();  // OpenSSL may have done without some of it, and say so
        host.cache.clear();
        assert_true(ShimRequest(bench.resolver(), token, host).is_granted());
        assert_int_equal(host.cache.size(), 1);
    });
    assert_true(failures > 5);
    assert_true(granted >= 4);  // in the last rounds all
}

void check_forged_token(const Bench& bench, const std::string& token) {
    const int failures = with_every_failure([&] {
        std::optional<Relief> relief(std::in_place);
        ShimHost host;
        ShimRequest request(bench.resolver(), token, host);
        relief.reset();
        assert_false(request.is_granted());
        shortage.remaining = 0;
        assert_true(host.cache.empty());
    });
    assert_true(failures > 5);
}

/* The engines are made at the first use: this is done with a bench of its own. */
void test_good_tokens(void** /*state*/) {
    for (const Kind& kind : kinds()) {
        const Bench bench(kind);
        check_good_token(bench, bench.token(ec_signer()));
    }
}

void test_forged_tokens(void** /*state*/) {
    const Signer stranger = Signer::ec("P-256");
    for (const Kind& kind : kinds()) {
        const Bench bench(kind);
        check_forged_token(bench, bench.token(stranger));
    }
}

}  // namespace

int main() {
    if (!run_short_of_memory()) {
        return 1;
    }
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_good_tokens),
        cmocka_unit_test(test_forged_tokens),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
