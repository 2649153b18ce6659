// Header and claims of tokens that the known key has signed or encrypted, through the whole of the
// shim. The input's first line holds words that set what is demanded, its second line is the
// header, the rest are the claims. What is granted is compared with an oracle.

#include <memory>

#include "../unit/fakes.h"
#include "../unit/recipient.h"
#include "base/handles.h"
#include "bench.h"
#include "claims_oracle.h"
#include "fuzz.h"
#include "jose/json.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fuzz;

namespace {

const std::string kSecret(32, 'k');
const std::string kSealingSecret(16, 'e');

Protection protection_of(std::string_view words) {
    return has(words, "encrypted") ? Protection::kEncrypted
           : has(words, "nested")  ? Protection::kSignedAndEncrypted
                                   : Protection::kSigned;
}

/* The benches are few: each is made when it is wanted first. */
const Bench& bench_for(const Demands& demands, std::string_view words) {
    static std::unique_ptr<const Bench> benches[3][2][2][2][3];
    const bool caches = has(words, "cache");
    const Protection protection = protection_of(words);
    auto& bench =
        benches[demands.profile][demands.wants_audience ? 1 : 0][demands.skew_ms > 0 ? 1 : 0]
               [caches ? 1 : 0][static_cast<int>(protection)];
    if (!bench) {
        Rules rules;
        rules.protection = protection;
        rules.profile = demands.profile;
        rules.wants_audience = demands.wants_audience;
        rules.skew_ms = demands.skew_ms;
        rules.caches = caches;
        const std::vector<std::string> secrets{"known=" + fakes::encode_base64(kSecret),
                                               "sealing=" + fakes::encode_base64(kSealingSecret)};
        bench = std::make_unique<const Bench>("base64", secrets, rules);
    }
    return *bench;
}

/* RFC 7516 section 5.1, by "dir" and A128GCM whatever the header says. */
std::string encrypted(std::string_view header, std::string_view content) {
    const std::string encoded_header = fakes::encode_base64url(header);
    const std::string iv(12, 'i');
    std::string ciphertext(content.size(), '\0');
    std::string tag(16, '\0');
    const auto bytes = [](auto& text) { return reinterpret_cast<unsigned char*>(text.data()); };
    const auto* input = reinterpret_cast<const unsigned char*>(content.data());
    const auto* aad = reinterpret_cast<const unsigned char*>(encoded_header.data());
    const CipherContextHandle context(EVP_CIPHER_CTX_new());
    int size = 0;
    require(EVP_EncryptInit_ex(context.get(), EVP_aes_128_gcm(), nullptr,
                               reinterpret_cast<const unsigned char*>(kSealingSecret.data()),
                               reinterpret_cast<const unsigned char*>(iv.data())) == 1 &&
                EVP_EncryptUpdate(context.get(), nullptr, &size, aad,
                                  static_cast<int>(encoded_header.size())) == 1 &&
                EVP_EncryptUpdate(context.get(), bytes(ciphertext), &size, input,
                                  static_cast<int>(content.size())) == 1 &&
                EVP_EncryptFinal_ex(context.get(), bytes(tag), &size) == 1 &&
                EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG,
                                    static_cast<int>(tag.size()), tag.data()) == 1,
            "OpenSSL encrypts");
    return encoded_header + ".." + fakes::encode_base64url(iv) + "." +
           fakes::encode_base64url(ciphertext) + "." + fakes::encode_base64url(tag);
}

std::string token_of(std::string_view words, std::string_view header, std::string_view claims) {
    static const fakes::Signer kSigner = fakes::Signer::oct(kSecret);
    if (has(words, "encrypted")) {
        return encrypted(header,
                         has(words, "deflated") ? fakes::deflated(claims) : std::string(claims));
    }
    const std::string token = kSigner.token("HS256", header, claims);
    return has(words, "nested") ? encrypted(R"({"alg":"dir","enc":"A128GCM"})", token) : token;
}

/* What goes upstream says what was signed, whatever way it was written. */
void require_same_claims(const Outcome& outcome, std::string_view claims) {
    const JsonHandle signed_ones = parse_json_object(claims);
    const JsonHandle given_ones = parse_json_object(outcome.claims);
    require(json_equal(signed_ones.get(), given_ones.get()) == 1,
            "the claims given are the claims signed");
}

/* What the oracle can't say: claims that are taken for a compressed text, which they may even be.
 */
bool is_beyond_the_oracle(std::string_view words, std::string_view header) {
    return has(words, "encrypted") && !has(words, "deflated") && has(header, "zip");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view claims = text_of(data, size);
    const std::string_view words = take_line(&claims);
    const std::string_view header = take_line(&claims);
    const Demands demands = demands_of(words);
    const std::string credentials = "Bearer " + token_of(words, header, claims);
    static const std::string kCertificate = fakes::encode_base64(client_der());
    Host host;
    host.certificate = demands.presented_thumbprint.empty() ? "" : kCertificate;
    Exchange exchange;
    exchange.confirmation = demands.confirmation;
    exchange.authorization = {credentials};
    if (!demands.scope.empty()) {
        exchange.scopes = {demands.scope};
    }
    const Bench& bench = bench_for(demands, words);
    const Outcome first = judge(bench, host, exchange);
    const Outcome second = judge(bench, host, exchange);
    require(second.granted == first.granted && second.claims == first.claims &&
                second.scope == first.scope,
            "a request that is made again is answered alike");
    if (is_beyond_the_oracle(words, header)) {
        return 0;
    }
    require(first.granted == is_to_be_granted(header, claims, demands),
            "what the documentation says is granted, and nothing else");
    if (first.granted) {
        require_same_claims(first, claims);
    }
    return 0;
}
