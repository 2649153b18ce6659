#include <algorithm>
#include <cstdint>

#include "certificate.h"
#include "command.h"
#include "failure.h"
#include "files.h"
#include "keystore.h"

namespace oauth2_rs::mint {

namespace {

std::string requested_password(const Options &options) {
    if (options.has("--password") == options.has("--password-file")) {
        throw UsageError("wants --password or --password-file");
    }
    if (options.has("--password")) {
        return options.text("--password");
    }
    std::string password = read_file(options.text("--password-file"));
    if (!password.empty() && password.back() == '\n') {
        password.pop_back();
    }
    return password;
}

KeystoreEntry read_entry(const std::string &path, const std::string &alias) {
    Key key = read_key(path);
    if (!key.has_private()) {
        throw Failure(path + " has no private half");
    }
    std::string name = alias.empty() ? key.member("kid") : alias;
    if (name.empty()) {
        throw Failure(path + " has no kid to be its alias: use --key ALIAS=" + path);
    }
    return {std::move(name), std::move(key), nullptr};
}

std::vector<KeystoreEntry> read_entries(const Options &options) {
    const auto &paths = options.operands();
    if (options.has("--alias") && paths.size() != 1) {
        throw UsageError("--alias names one KEYFILE; use --key ALIAS=KEYFILE for each of several");
    }
    std::vector<KeystoreEntry> entries;
    entries.reserve(paths.size() + options.all("--key").size());
    for (const std::string &path : paths) {
        entries.push_back(read_entry(path, options.text("--alias")));
    }
    for (const std::string &assignment : options.all("--key")) {
        const auto [alias, path] = split_assignment("--key", assignment);
        entries.push_back(read_entry(path, alias));
    }
    if (entries.empty()) {
        throw UsageError("wants a KEYFILE or --key");
    }
    return entries;
}

/* Gives a certificate to the key that it is for. */
void place_certificate(std::vector<KeystoreEntry> &entries, const std::string &path) {
    Certificate certificate = read_certificate(read_file(path), path);
    const auto owner =
        std::find_if(entries.begin(), entries.end(), [&](const KeystoreEntry &entry) {
            return entry.key.pkey &&
                   X509_check_private_key(certificate.get(), entry.key.pkey.get()) == 1;
        });
    if (owner == entries.end()) {
        throw crypto_failure(path + " is for none of the keys");
    }
    owner->certificate = std::move(certificate);
}

void run_keystore(const Options &options) {
    const std::string password = requested_password(options);
    std::vector<KeystoreEntry> entries = read_entries(options);
    for (const std::string &path : options.all("--cert")) {
        place_certificate(entries, path);
    }
    write_output(options.text("--out"), keystore(entries, password), Privacy::kPrivate);
}

}  // namespace

Command keystore_command() {
    return {
        "keystore",
        "[KEYFILE]...",
        "Puts private and oct keys into a PKCS #12 keystore.",
        0,
        SIZE_MAX,
        {{"--key", "ALIAS=KEYFILE", true, "a key and its name in the keystore"},
         {"--alias", "ALIAS", false, "the name of a single KEYFILE (default: its kid)"},
         {"--password", "TEXT", false, "the keystore's password ..."},
         {"--password-file", "FILE", false, "... or a file with it; a final newline is cut"},
         {"--cert", "CERTFILE", true, "the certificate (PEM) of one of the keys"},
         {"--out", "FILE", false, "write to FILE, not to standard output"}},
        "A private key without a certificate gets one that is made for it, since PKCS #12 wants\n"
        "it so. An oct key is stored as Java's keytool -genseckey stores it: as an AES key, or as\n"
        "an HMAC key where its \"alg\" is HS*.\n"
        "\n"
        "Examples:\n"
        "  mint keystore --password changeit --key active=new.jwk --key old=old.jwk --out k.p12\n"
        "  mint keystore --password-file pin aes.jwk --alias decryption --out keys.p12\n",
        run_keystore,
        nullptr};
}

}  // namespace oauth2_rs::mint
