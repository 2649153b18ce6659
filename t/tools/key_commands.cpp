#include <algorithm>
#include <cctype>
#include <cstdint>

#include "command.h"
#include "encode.h"
#include "failure.h"
#include "files.h"
#include "keys.h"

namespace oauth2_rs::mint {

namespace {

constexpr OptionSpec kOut = {"--out", "FILE", false, "write to FILE, not to standard output"};
constexpr size_t kAnyNumber = SIZE_MAX;

std::string lower_case(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

int64_t requested_bits(const Options &options, const Algorithm &algorithm) {
    if (!options.has("--bits")) {
        return 0;
    }
    if (algorithm.key_type == KeyType::kRsa) {
        return options.integer("--bits", 0, 512, 16384);
    }
    if (algorithm.key_type != KeyType::kOct) {
        throw UsageError("--bits is for RSA and HS* keys; a curve has its own size");
    }
    const int64_t bits = options.integer("--bits", 0, 8, 65536);
    if (bits % 8 != 0) {
        throw UsageError("--bits of an HS* key must be a multiple of 8");
    }
    return bits;
}

/* Empty where the algorithm's keys are on no curve. */
std::string requested_curve(const Options &options, const Algorithm &algorithm) {
    const std::string own = algorithm.curve == nullptr ? "" : algorithm.curve;
    std::string name = options.text("--curve", own);
    const Curve *const curve = find_curve(name);
    const bool is_okp = curve != nullptr && curve->type == KeyType::kOkp;
    if (name != own && !(is_okp && algorithm.scheme == Scheme::kEddsa)) {
        throw UsageError("--curve " + name + " does not fit " + algorithm.name);
    }
    return name;
}

void run_key(const Options &options) {
    const std::string name = options.operands()[0];
    const Algorithm *const algorithm = find_algorithm(name);
    if (algorithm == nullptr) {
        throw UsageError("unknown algorithm '" + name + "'; known: " + algorithm_names());
    }
    const std::string use = options.text("--use", "sig");
    if (use != "sig" && use != "enc") {
        throw UsageError("--use is sig or enc");
    }
    const Key key = generate_key(
        {algorithm, requested_curve(options, *algorithm), requested_bits(options, *algorithm),
         options.text("--kid", lower_case(name)), use, !options.has("--no-alg")});
    write_output(options.text("--out"), json_line(key.jwk.get()) + '\n', Privacy::kPrivate);
}

void run_jwks(const Options &options) {
    const Json set(json_object());
    json_t *const keys = json_array();
    json_object_set_new(set.get(), "keys", keys);
    bool is_private = options.has("--private");
    for (const std::string &path : options.operands()) {
        Json jwk = read_jwk(path);
        is_private = is_private ||
                     std::string("oct") == json_string_value(json_object_get(jwk.get(), "kty"));
        if (!options.has("--private")) {
            jwk = public_half(jwk.get());
        }
        json_array_append_new(keys, jwk.release());
    }
    write_output(options.text("--out"), json_indented(set.get()) + '\n',
                 is_private ? Privacy::kPrivate : Privacy::kPublic);
}

void run_pem(const Options &options) {
    const Key key = read_key(options.operands()[0]);
    if (options.has("--private")) {
        write_output(options.text("--out"), private_pem(key), Privacy::kPrivate);
    } else {
        write_output(options.text("--out"), public_pem(key), Privacy::kPublic);
    }
}

void run_secret(const Options &options) {
    const Key key = read_key(options.operands()[0]);
    if (key.type != KeyType::kOct) {
        throw Failure(options.operands()[0] + " is no oct key; 'mint pem' writes its PEM");
    }
    const std::string format = options.text("--format", "base64");
    std::string text;
    if (format == "base64") {
        text = base64(key.octets) + '\n';
    } else if (format == "base64url") {
        text = base64url(key.octets) + '\n';
    } else if (format == "plain") {
        text = key.octets;
    } else {
        throw UsageError("--format is base64, base64url or plain");
    }
    write_output(options.text("--out"), text, Privacy::kPrivate);
}

std::string known_algorithms() { return "\nALG is one of: " + algorithm_names() + '\n'; }

}  // namespace

Command key_command() {
    return {
        "key",
        "ALG",
        "Makes a new private key, as a JWK.",
        1,
        1,
        {{"--kid", "KID", false, "the key's name; \"\" leaves it out (default: ALG in lower case)"},
         {"--bits", "N", false,
          "length of an RSA key (default: 2048) or an HS* key (default: its hash's)"},
         {"--curve", "CRV", false, "of an EdDSA key: Ed25519 (default) or Ed448"},
         {"--use", "USE", false, "sig (default) or enc"},
         {"--no-alg", nullptr, false, "leave the member \"alg\" out"},
         kOut},
        "Examples:\n"
        "  mint key RS256 --kid 2024-05 --out rsa.jwk\n"
        "  mint key EdDSA --curve Ed448 --out ed448.jwk\n"
        "  mint key HS256 --out shared.jwk\n"
        "  mint key RS256 --bits 1024           a key that is too weak, for a test\n",
        run_key,
        known_algorithms};
}

Command jwks_command() {
    return {"jwks",
            "KEYFILE...",
            "Puts keys into a JWK Set, their public halves only.",
            1,
            kAnyNumber,
            {{"--private", nullptr, false, "keep the private members"}, kOut},
            "An oct key has no public half: it stays as it is, and the set is then as secret as\n"
            "the key.\n"
            "\n"
            "Example:\n"
            "  mint jwks rsa.jwk ed448.jwk --out jwks.json\n",
            run_jwks,
            nullptr};
}

Command pem_command() {
    return {"pem",
            "KEYFILE",
            "Writes a JWK's public key as PEM (SubjectPublicKeyInfo).",
            1,
            1,
            {{"--private", nullptr, false, "write the private key (PKCS#8) instead"}, kOut},
            "Examples:\n"
            "  mint pem rsa.jwk --out rsa.pem\n"
            "  mint pem --private tls.jwk --out tls.key\n",
            run_pem,
            nullptr};
}

Command secret_command() {
    return {
        "secret",
        "KEYFILE",
        "Writes the bytes of an oct key.",
        1,
        1,
        {{"--format", "FORMAT", false, "base64 (default), base64url, or plain: the bytes alone"},
         kOut},
        "Example:\n"
        "  mint secret shared.jwk --out secrets/shared.key\n",
        run_secret,
        nullptr};
}

}  // namespace oauth2_rs::mint
