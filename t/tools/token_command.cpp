#include <ctime>
#include <optional>

#include "bad_encryption.h"
#include "bad_token.h"
#include "command.h"
#include "failure.h"
#include "files.h"

namespace oauth2_rs::mint {

namespace {

// Leaves room for the offsets that are added to a clock.
constexpr int64_t kMostSeconds = INT64_MAX / 4;
constexpr int64_t kMostTokens = 10000000;

/* At most one of the two. */
struct RequestedFault {
    const BadToken *token;
    const BadEncryption *encryption;
};

bool encrypts(const Options &options) {
    return options.has("--encrypt") || options.has("--encrypt-only");
}

void check_fault(const Options &options, const BadToken &bad) {
    if (bad.fault != Fault::kSignature && options.has("--payload")) {
        throw UsageError(std::string("--bad ") + bad.name +
                         " edits the claims: leave --payload out");
    }
    if (bad.fault != Fault::kClaims && options.has("--encrypt-only")) {
        throw UsageError(std::string("--bad ") + bad.name + " wants a signed token");
    }
}

RequestedFault requested_fault(const Options &options) {
    const std::string name = options.text("--bad");
    const RequestedFault fault{find_bad_token(name), find_bad_encryption(name)};
    if (options.has("--bad") && fault.token == nullptr && fault.encryption == nullptr) {
        throw UsageError("unknown --bad name '" + name + "'; 'mint token --help' lists them");
    }
    if (fault.encryption != nullptr && !encrypts(options)) {
        throw UsageError("--bad " + name + " wants --encrypt or --encrypt-only");
    }
    if (fault.token != nullptr) {
        check_fault(options, *fault.token);
    }
    return fault;
}

void refuse(const Options &options, const std::vector<const char *> &names, const char *why) {
    for (const char *name : names) {
        if (options.has(name)) {
            throw UsageError(name + std::string(why));
        }
    }
}

void check_combination(const Options &options) {
    const bool signs = !options.operands().empty();
    if (options.has("--payload")) {
        refuse(options, {"--claim", "--no-claim"},
               ": --payload stands in the place of all claims, give one or the other");
    }
    if (options.has("--encrypt") && options.has("--encrypt-only")) {
        throw UsageError("--encrypt and --encrypt-only: give one or the other");
    }
    if (signs == options.has("--encrypt-only")) {
        throw UsageError("wants a KEYFILE to sign with, or --encrypt-only and none");
    }
    if (!signs) {
        refuse(options, {"--alg", "--header", "--no-header"},
               " is about the signature, and --encrypt-only has none; see --encrypt-header");
    }
    if (!encrypts(options)) {
        refuse(options, {"--key-alg", "--enc", "--zip", "--encrypt-header", "--no-encrypt-header"},
               " wants --encrypt or --encrypt-only");
    }
}

/* The keys that the options name, each only where it is named. */
struct Keys {
    explicit Keys(const Options &options) {
        if (!options.operands().empty()) {
            signing = read_key(options.operands()[0]);
            signer.emplace(*signing, choose_algorithm(signature_algorithms(),
                                                      options.text("--alg", signing->member("alg")),
                                                      *signing));
        }
        if (encrypts(options)) {
            encryption = read_key(options.text("--encrypt", options.text("--encrypt-only")));
            recipient = make_recipient(
                *encryption,
                choose_algorithm(key_management_algorithms(),
                                 options.text("--key-alg", encryption->member("alg")), *encryption),
                options.text("--enc"));
        }
    }
    // The signer and the recipient borrow their keys.
    Keys(const Keys &) = delete;
    Keys &operator=(const Keys &) = delete;

    std::optional<Key> signing;
    std::optional<Signer> signer;
    std::optional<Key> encryption;
    std::optional<Recipient> recipient;
};

std::string inner_token(const RequestedFault &fault, Draft &draft) {
    return fault.token == nullptr ? draft.token() : fault.token->make(draft);
}

std::string token(const Options &options, const Keys &keys, const RequestedFault &fault,
                  Draft draft) {
    if (!keys.recipient) {
        return inner_token(fault, draft);
    }
    Envelope envelope = make_envelope(options, *keys.recipient, draft);
    if (fault.encryption != nullptr) {
        return fault.encryption->make(draft, envelope);
    }
    envelope.plaintext = inner_token(fault, draft);
    return envelope.finish();
}

void run_token(const Options &options) {
    check_combination(options);
    const RequestedFault fault = requested_fault(options);
    const int64_t now = options.integer("--now", std::time(nullptr), -kMostSeconds, kMostSeconds);
    const int64_t count = options.integer("--count", 1, 1, kMostTokens);
    const Keys keys(options);
    const Signer *const signer = keys.signer ? &*keys.signer : nullptr;
    for (int64_t i = 0; i < count; ++i) {
        write_output("", token(options, keys, fault, make_draft(options, signer, now)) + '\n',
                     Privacy::kPublic);
    }
}

std::string bad_names() {
    return "\nNAME of --bad is one of these; with --encrypt the signed token inside is wrong:\n" +
           bad_token_list() + "\nor, with --encrypt or --encrypt-only:\n" + bad_encryption_list();
}

std::vector<OptionSpec> token_options() {
    return {
        {"--alg", "ALG", false, "sign with ALG (default: the key's \"alg\", or what suits it)"},
        {"--claim", "NAME=VALUE", true, "set a claim"},
        {"--no-claim", "NAME", true, "leave a claim out; '*': all of the default ones"},
        {"--header", "NAME=VALUE", true, "set a header member; \"alg\" too is then only written"},
        {"--no-header", "NAME", true, "leave a header member out; '*': all of the default ones"},
        {"--payload", "TEXT", false, "sign or encrypt TEXT in the place of claims"},
        {"--encrypt", "KEYFILE", false, "encrypt the signed token with this JWK"},
        {"--encrypt-only", "KEYFILE", false,
         "encrypt the claims with this JWK; no signature, and no other KEYFILE"},
        {"--key-alg", "ALG", false,
         "encrypt by ALG (default: that key's \"alg\", or what suits it)"},
        {"--enc", "ENC", false,
         "encrypt the content by ENC (default: A128CBC-HS256, or what a key for dir fits)"},
        {"--zip", nullptr, false, "compress before encrypting"},
        {"--encrypt-header", "NAME=VALUE", true,
         "set a member of the encryption's header; \"alg\" is then only written"},
        {"--no-encrypt-header", "NAME", true, "leave a member of that header out"},
        {"--now", "SECONDS", false, "the time to count from (default: the clock)"},
        {"--bad", "NAME", false, "make the token wrong in one way, see below"},
        {"--count", "N", false, "print N different tokens, one a line"}};
}

constexpr const char *kNotes =
    "VALUE is JSON where it reads as JSON, else text: --claim 'sub=\"123\"' is the text 123.\n"
    "@+60 and @-60 are now plus and minus 60 seconds. Numbers stay as they are written.\n"
    "\n"
    "A token has, unless told otherwise:\n"
    "  header  typ at+jwt, alg ALG, kid the key's\n"
    "  claims  iss https://as.example.com, sub alice, aud https://api.example.com,\n"
    "          client_id app, scope \"read write\", iat and nbf now, exp in an hour, jti "
    "unique\n"
    "Around a signed token the encryption's header has cty JWT, around claims typ at+jwt;\n"
    "both have alg ALG, enc ENC, kid the key's.\n"
    "\n"
    "Examples:\n"
    "  mint token rsa.jwk\n"
    "  mint token rsa.jwk --claim sub=bob --claim 'scope=[\"read\"]' --claim exp=@+86400\n"
    "  mint token rsa.jwk --alg PS384 --no-claim nbf --header typ=JWT\n"
    "  mint token rsa.jwk --bad expired\n"
    "  mint token rsa.jwk --encrypt decrypt.jwk --key-alg RSA-OAEP-256 --enc A256GCM\n"
    "  mint token --encrypt-only shared.jwk\n"
    "  curl -H \"Authorization: Bearer $(mint token rsa.jwk)\" https://api.example.com/\n";

}  // namespace

Command token_command() {
    return {"token", "[KEYFILE]", "Signs an access token with a private JWK, encrypts it, or both.",
            0,       1,           token_options(),
            kNotes,  run_token,   bad_names};
}

}  // namespace oauth2_rs::mint
