#include "fuzz.h"

#include <cstdio>
#include <cstdlib>

#include "../unit/fakes.h"
#include "base/handles.h"

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

std::string_view signing_input_of(std::string_view token) {
    const auto end = token.rfind('.');
    return end == std::string_view::npos ? std::string_view() : token.substr(0, end);
}

void require_strangers_refused(const std::vector<KeyPointer>& keys) {
    static const std::vector<Stranger> kStrangers = make_strangers();
    for (const KeyPointer& key : keys) {
        for (const Stranger& stranger : kStrangers) {
            require(!key->verify(*find_algorithm(stranger.alg), kInput, stranger.signature),
                    "a key verifies only what its owner has signed");
        }
    }
}

}  // namespace oauth2_rs::fuzz
