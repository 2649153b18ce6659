#include "fuzz.h"

#include <openssl/rand.h>

#include <cstdio>
#include <cstdlib>

#include "../unit/fakes.h"
#include "../unit/recipient.h"
#include "base/handles.h"
#include "jose/jwe.h"

namespace oauth2_rs::fuzz {

namespace {

struct Stranger {
    const char* alg;
    fakes::Signer signer;
    std::string signature;
};

constexpr std::string_view kInput = "signed by a stranger";

std::vector<Stranger> make_strangers() {
    std::vector<Stranger> strangers;
    strangers.push_back({"RS256", fakes::Signer::rsa(), {}});
    strangers.push_back({"PS256", fakes::Signer::rsa(), {}});
    strangers.push_back({"ES256", fakes::Signer::ec("P-256"), {}});
    strangers.push_back({"ES384", fakes::Signer::ec("P-384"), {}});
    strangers.push_back({"EdDSA", fakes::Signer::okp("Ed25519"), {}});
    strangers.push_back({"HS256", fakes::Signer::oct(std::string(32, '?')), {}});
    for (Stranger& stranger : strangers) {
        stranger.signature = stranger.signer.sign(stranger.alg, kInput);
    }
    // Of the symmetric one nobody knows the secret any more.
    strangers.back().signature.back() = static_cast<char>(~strangers.back().signature.back());
    return strangers;
}

std::string random_secret(std::size_t size) {
    std::string secret(size, '\0');
    require(
        RAND_bytes(reinterpret_cast<unsigned char*>(secret.data()), static_cast<int>(size)) == 1,
        "there is randomness");
    return secret;
}

/* What was encrypted to others. */
std::vector<std::string> make_letters() {
    using fakes::Recipient;
    const auto letter = [](const Recipient& recipient, const char* alg, const char* enc) {
        return recipient.encrypt(alg, enc, "{}").token();
    };
    return {letter(Recipient::oct(random_secret(16)), "dir", "A128GCM"),
            letter(Recipient::oct(random_secret(32)), "dir", "A128CBC-HS256"),
            letter(Recipient::oct(random_secret(16)), "A128KW", "A128GCM"),
            letter(Recipient::oct(random_secret(32)), "A256GCMKW", "A256GCM"),
            letter(Recipient::rsa(), "RSA-OAEP", "A128GCM"),
            letter(Recipient::ec("P-256"), "ECDH-ES", "A128GCM"),
            letter(Recipient::okp("X25519"), "ECDH-ES+A128KW", "A128GCM")};
}

std::vector<Jwe> parsed_letters() {
    static const std::vector<std::string> kLetters = make_letters();
    std::vector<Jwe> parsed;
    for (const std::string& letter : kLetters) {
        auto jwe = parse_jwe(letter);
        require(jwe.ok(), "a stranger's letter is well-formed");
        parsed.push_back(std::move(jwe.value()));
    }
    return parsed;
}

bool is_sound_for(const Key& key, KeyPurpose purpose) {
    return key.may(purpose) && key.weakness(purpose) == nullptr;
}

void require_strangers_refused(const Key& key) {
    static const std::vector<Stranger> kStrangers = make_strangers();
    static const std::vector<Jwe> kLetters = parsed_letters();
    for (const Stranger& stranger : kStrangers) {
        require(!key.verify(*find_algorithm(stranger.alg), kInput, stranger.signature),
                "a key verifies only what its owner has signed");
    }
    for (const Jwe& letter : kLetters) {
        require(!key.decrypt(letter), "a key decrypts only what is meant for its owner");
    }
}

}  // namespace

void require(bool holds, const char* property) {
    if (!holds) {
        std::fprintf(stderr, "fuzz: does not hold: %s\n", property);
        std::abort();
    }
}

std::string shared_file(const std::string& name) {
    const FileHandle file(std::fopen(("t/fuzz/keys/" + name).c_str(), "r"));
    require(file != nullptr, "t/fuzz/keys is in the folder that the fuzzer runs in");
    std::string content;
    for (int c = std::fgetc(file.get()); c != EOF; c = std::fgetc(file.get())) {
        content += static_cast<char>(c);
    }
    return content;
}

std::vector<std::string> shared_lines(const std::string& name) {
    const std::string content = shared_file(name);
    std::vector<std::string> lines;
    for (std::string_view rest = content; !rest.empty();) {
        lines.emplace_back(take_line(&rest));
    }
    require(!lines.empty(), "a shared file has lines");
    return lines;
}

std::string_view take_line(std::string_view* rest) {
    const auto end = rest->find('\n');
    const std::string_view line = rest->substr(0, end);
    rest->remove_prefix(end == std::string_view::npos ? rest->size() : end + 1);
    return line;
}

void require_sound(const std::vector<KeyPointer>& keys) {
    for (const KeyPointer& key : keys) {
        require(is_sound_for(*key, KeyPurpose::kVerify) || is_sound_for(*key, KeyPurpose::kDecrypt),
                "a key is sound for something that it may serve");
        require_strangers_refused(*key);
    }
}

}  // namespace oauth2_rs::fuzz
