#include <ctime>

#include "bad_token.h"
#include "command.h"
#include "failure.h"
#include "files.h"

namespace oauth2_rs::mint {

namespace {

// Leaves room for the offsets that are added to a clock.
constexpr int64_t kMostSeconds = INT64_MAX / 4;
constexpr int64_t kMostTokens = 10000000;

const BadToken *requested_fault(const Options &options) {
    if (!options.has("--bad")) {
        return nullptr;
    }
    const std::string name = options.text("--bad");
    const BadToken *const bad = find_bad_token(name);
    if (bad == nullptr) {
        throw UsageError("unknown --bad name '" + name + "'; 'mint token --help' lists them");
    }
    if (bad->edits_claims && options.has("--payload")) {
        throw UsageError("--bad " + name + " edits the claims: leave --payload out");
    }
    return bad;
}

void run_token(const Options &options) {
    if (options.has("--payload") && (options.has("--claim") || options.has("--no-claim"))) {
        throw UsageError("--payload stands in the place of all claims: give one or the other");
    }
    const BadToken *const bad = requested_fault(options);
    const int64_t now = options.integer("--now", std::time(nullptr), -kMostSeconds, kMostSeconds);
    const int64_t count = options.integer("--count", 1, 1, kMostTokens);
    const Key key = read_key(options.operands()[0]);
    const Signer signer(key, choose_algorithm(options, key));
    for (int64_t i = 0; i < count; ++i) {
        Draft draft = make_draft(options, signer, now);
        const std::string token = bad == nullptr ? draft.token() : bad->make(draft);
        write_output("", token + '\n', Privacy::kPublic);
    }
}

std::string bad_names() { return "\nNAME of --bad is one of:\n" + bad_token_list(); }

}  // namespace

Command token_command() {
    return {
        "token",
        "KEYFILE",
        "Signs an access token with a private JWK.",
        1,
        1,
        {{"--alg", "ALG", false, "sign with ALG (default: the key's \"alg\", or what suits it)"},
         {"--claim", "NAME=VALUE", true, "set a claim"},
         {"--no-claim", "NAME", true, "leave a claim out; '*': all of the default ones"},
         {"--header", "NAME=VALUE", true, "set a header member; \"alg\" too is then only written"},
         {"--no-header", "NAME", true, "leave a header member out; '*': all of the default ones"},
         {"--payload", "TEXT", false, "sign TEXT in the place of claims"},
         {"--now", "SECONDS", false, "the time to count from (default: the clock)"},
         {"--bad", "NAME", false, "make the token wrong in one way, see below"},
         {"--count", "N", false, "print N different tokens, one a line"}},
        "VALUE is JSON where it reads as JSON, else text: --claim 'sub=\"123\"' is the text 123.\n"
        "@+60 and @-60 are now plus and minus 60 seconds. Numbers stay as they are written.\n"
        "\n"
        "A token has, unless told otherwise:\n"
        "  header  typ at+jwt, alg ALG, kid the key's\n"
        "  claims  iss https://as.example.com, sub alice, aud https://api.example.com,\n"
        "          client_id app, scope \"read write\", iat and nbf now, exp in an hour, jti "
        "unique\n"
        "\n"
        "Examples:\n"
        "  mint token rsa.jwk\n"
        "  mint token rsa.jwk --claim sub=bob --claim 'scope=[\"read\"]' --claim exp=@+86400\n"
        "  mint token rsa.jwk --alg PS384 --no-claim nbf --header typ=JWT\n"
        "  mint token rsa.jwk --bad expired\n"
        "  curl -H \"Authorization: Bearer $(mint token rsa.jwk)\" https://api.example.com/\n",
        run_token,
        bad_names};
}

}  // namespace oauth2_rs::mint
