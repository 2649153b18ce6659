// Whole requests over the shim, with a host that is a fake. Lines of the input: words that set what
// the location demands; the client's certificate as text; the scopes demanded, with "|" between;
// the realm; and each line after these is the value of one Authorization header.

#include <algorithm>
#include <cstring>
#include <memory>

#include "../unit/fakes.h"
#include "bench.h"
#include "fuzz.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fuzz;

namespace {

struct Known {
    std::vector<std::string> plain = shared_lines("tokens");
    std::vector<std::string> bound = shared_lines("bound_tokens");    // to the known client
    std::vector<std::string> nested = shared_lines("nested_tokens");  // signed, then encrypted
    std::string certificate = fakes::encode_base64(client_der());

    static bool hold(const std::vector<std::string>& tokens, std::string_view value) {
        return std::any_of(tokens.begin(), tokens.end(), [value](const std::string& token) {
            return value.find(token) != std::string_view::npos;
        });
    }
};

const Known& known() {
    static const Known kKnown;
    return kKnown;
}

bool has(std::string_view words, std::string_view word) {
    return words.find(word) != std::string_view::npos;
}

const Bench& bench_for(std::string_view words) {
    static std::unique_ptr<const Bench> benches[2][4];
    const bool caches = has(words, "cache");
    const Protection protection = has(words, "null")     ? Protection::kUnsigned
                                  : has(words, "nested") ? Protection::kSignedAndEncrypted
                                                         : Protection::kSigned;
    auto& bench = benches[caches ? 1 : 0][static_cast<int>(protection)];
    if (!bench) {
        Rules rules;
        rules.caches = caches;
        rules.protection = protection;
        const std::vector<std::string> file{"file=t/fuzz/keys/known.jwks"};
        bench = std::make_unique<const Bench>("jwks", file, rules);
    }
    return *bench;
}

std::vector<std::string_view> split(std::string_view text) {
    std::vector<std::string_view> parts;
    while (!text.empty()) {
        const auto end = text.find('|');
        parts.push_back(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return parts;
}

/* The one certificate of the known client, percent-encoded or with line ends in it. */
bool presents_known(std::string_view text) {
    std::string plain;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '%' && at + 2 < text.size()) {
            plain += static_cast<char>(
                std::strtol(std::string(text.substr(at + 1, 2)).c_str(), nullptr, 16));
            at += 2;
        } else {
            plain += text[at];
        }
    }
    const auto is_blank = [](char c) { return std::strchr(" \t\r\n", c) != nullptr; };
    plain.erase(std::remove_if(plain.begin(), plain.end(), is_blank), plain.end());
    return plain.find(known().certificate) != std::string::npos;
}

void require_deserved(const Exchange& exchange, const Host& host, std::string_view words) {
    const std::string_view value = exchange.authorization.front();
    const bool nested = has(words, "nested");
    const bool bound = !nested && Known::hold(known().bound, value);
    require(bound || Known::hold(nested ? known().nested : known().plain, value),
            "only what a known key has signed is granted");
    require(exchange.tls || !exchange.requires_https, "TLS is demanded");
    require(!bound || exchange.confirmation == OAUTH2_RS_CONFIRMATION_OFF ||
                presents_known(host.certificate),
            "a bound token counts with its client's certificate alone");
    require(bound || exchange.confirmation != OAUTH2_RS_CONFIRMATION_REQUIRED,
            "where a binding is demanded there is one");
    for (const std::string_view scopes : exchange.scopes) {
        for (const char* word : {"admin", "delete"}) {
            require(!has(scopes, word), "no scope is granted that the issuer did not grant");
        }
    }
}

Exchange exchange_of(std::string_view words, std::string_view rest, Host* host) {
    Exchange exchange;
    exchange.tls = has(words, "tls");
    exchange.requires_https = !has(words, "http-allowed");
    exchange.confirmation = has(words, "bound")     ? OAUTH2_RS_CONFIRMATION_REQUIRED
                            : has(words, "unasked") ? OAUTH2_RS_CONFIRMATION_OFF
                                                    : OAUTH2_RS_CONFIRMATION_ON;
    host->certificate = take_line(&rest);
    exchange.scopes = split(take_line(&rest));
    exchange.realm = take_line(&rest);
    while (!rest.empty()) {
        exchange.authorization.push_back(take_line(&rest));
    }
    return exchange;
}

}  // namespace

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

/* Now and then what is behind the last space, which most often is a token. */
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t most, unsigned seed) {
    const auto space = text_of(data, size).rfind(' ');
    if (seed % 3 == 0 || space == std::string_view::npos) {
        return LLVMFuzzerMutate(data, size, most);
    }
    const std::size_t before = space + 1;
    return before + mutate_token(data + before, size - before, most - before, seed);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view rest = text_of(data, size);
    const std::string_view words = take_line(&rest);
    Host host;
    const Exchange exchange = exchange_of(words, rest, &host);
    const Bench& bench = bench_for(words);
    const Outcome first = judge(bench, host, exchange);
    const Outcome second = judge(bench, host, exchange);
    require(first.granted == second.granted && first.claims == second.claims,
            "a request that is made again is answered alike");
    require(second.from_cache == (first.granted && has(words, "cache")), "what is kept is found");
    if (first.granted && !has(words, "null")) {
        require_deserved(exchange, host, words);
    }
    return 0;
}
