#include "token/access_token.h"

#include <string>
#include <type_traits>
#include <utility>

#include "checks.h"
#include "fakes.h"
#include "jose/json.h"
#include "token/access_token_resolver.h"
#include "token/scope.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

ResolvedToken resolved(const std::string& text) {
    JsonHandle claims = json(text);
    auto scopes = granted_scopes(claims.get());
    check_good(scopes);
    return {std::move(claims), std::move(scopes.value())};
}

/* The scopes are views of the claims: they must go with them. */
void test_a_token_owns_its_claims(void** /*state*/) {
    ResolvedToken token = resolved(R"({"sub":"alice","scope":"read write"})");
    const ResolvedToken moved = std::move(token);
    check_text(json_text(moved.claims(), "sub").value(), "alice");
    assert_int_equal(moved.scopes().size(), 2);
    check_text(moved.scopes()[0], "read");
    check_text(moved.scopes()[1], "write");
    // Claims are one request's: never copied.
    static_assert(!std::is_copy_constructible_v<ResolvedToken>);
}

/* What wraps a resolver knows nothing of what it wraps, nor whether that has to wait. */
class Demanding final : public AccessTokenResolver {
  public:
    explicit Demanding(const AccessTokenResolver* inner) : inner_(inner) {}

    Resolution resolve(std::string_view token, RequestContext& request) const override {
        Resolution resolution = inner_->resolve(token, request);
        if (resolution.ok() && !grants_all(resolution.value().scopes(), {"read"})) {
            return Denial{Code::kInsufficientScope, "it demands \"read\""};
        }
        return resolution;
    }

  private:
    const AccessTokenResolver* inner_;
};

void test_resolvers_compose_while_they_wait(void** /*state*/) {
    FakeResolver leaf;
    const Demanding inner(&leaf);
    const Demanding outer(&inner);
    FakeRequestContext request;

    assert_true(outer.resolve("t", request).pending());
    assert_true(outer.resolve("t", request).pending());
    leaf.claims = R"({"scope":"write"})";
    check_denied(outer.resolve("t", request), Code::kInsufficientScope);
    leaf.claims = R"({"scope":"read"})";
    const Resolution resolution = outer.resolve("t", request);
    check_good(resolution);
    check_text(resolution.value().scopes()[0], "read");
    // Each call ran from the top.
    assert_int_equal(leaf.questions, 4);
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_a_token_owns_its_claims),
        cmocka_unit_test(test_resolvers_compose_while_they_wait),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
