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

const Algorithm &requested_algorithm(const std::string &name) {
    for (const auto *table : {&signature_algorithms(), &key_management_algorithms()}) {
        if (const Algorithm *const found = find_algorithm(*table, name)) {
            return *found;
        }
    }
    throw UsageError("unknown algorithm '" + name + "'; 'mint key --help' lists them");
}

/* The key of "dir" is the content encryption key itself. */
int64_t bits_of_encryption(const Options &options) {
    const std::string name = options.text("--enc", "A128CBC-HS256");
    const Encryption *const encryption = find_encryption(name);
    if (encryption == nullptr) {
        throw UsageError("unknown --enc '" + name + "'; known: " + encryption_names());
    }
    return static_cast<int64_t>(encryption->key_octets * 8);
}

int64_t requested_bits(const Options &options, const Algorithm &algorithm) {
    const bool is_direct = algorithm.scheme == Scheme::kDirect;
    if (options.has("--enc") && (!is_direct || options.has("--bits"))) {
        throw UsageError("--enc sizes a key for dir, in the place of --bits");
    }
    if (!options.has("--bits")) {
        return is_direct ? bits_of_encryption(options) : 0;
    }
    if (!algorithm.curves.empty()) {
        throw UsageError("--bits is for RSA and oct keys; a curve has its own size");
    }
    if (algorithm.key_type == KeyType::kRsa) {
        return options.integer("--bits", 0, 512, 16384);
    }
    const int64_t bits = options.integer("--bits", 0, 8, 65536);
    if (bits % 8 != 0) {
        throw UsageError("--bits of an oct key must be a multiple of 8");
    }
    return bits;
}

/* Empty where the algorithm's keys are on no curve. */
std::string requested_curve(const Options &options, const Algorithm &algorithm) {
    const std::string own = algorithm.curves.empty() ? "" : algorithm.curves.front();
    std::string name = options.text("--curve", own);
    if (name != own && !uses_curve(algorithm, name)) {
        throw UsageError("--curve " + name + " does not fit " + algorithm.name);
    }
    return name;
}

void run_key(const Options &options) {
    const std::string name = options.operands()[0];
    const Algorithm &algorithm = requested_algorithm(name);
    const bool signs = find_algorithm(signature_algorithms(), name) != nullptr;
    const std::string use = options.text("--use", signs ? "sig" : "enc");
    if (use != "sig" && use != "enc") {
        throw UsageError("--use is sig or enc");
    }
    const Key key = generate_key(
        {&algorithm, requested_curve(options, algorithm), requested_bits(options, algorithm),
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

std::string known_algorithms() {
    return "\nALG is one of\n  to sign:    " + algorithm_names(signature_algorithms()) +
           "\n  to encrypt: " + algorithm_names(key_management_algorithms()) +
           "\nENC is one of: " + encryption_names() +
           "\nCRV is Ed25519 (default) or Ed448 for EdDSA, and P-256 (default), P-384, P-521, "
           "X25519\nor X448 for ECDH-ES*\n";
}

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
          "length of an RSA key (default: 2048) or an oct key (default: ALG's)"},
         {"--enc", "ENC", false, "what a key for dir is to encrypt by (default: A128CBC-HS256)"},
         {"--curve", "CRV", false, "of an EdDSA or ECDH-ES key, see below"},
         {"--use", "USE", false, "sig or enc (default: what ALG is for)"},
         {"--no-alg", nullptr, false, "leave the member \"alg\" out"},
         kOut},
        "Examples:\n"
        "  mint key RS256 --kid 2024-05 --out rsa.jwk\n"
        "  mint key EdDSA --curve Ed448 --out ed448.jwk\n"
        "  mint key HS256 --out shared.jwk\n"
        "  mint key RSA-OAEP-256 --out decrypt.jwk\n"
        "  mint key dir --enc A256GCM --out direct.jwk\n"
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
