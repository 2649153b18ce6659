#include "fakes.h"

#include <openssl/core_names.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>
#include <sys/stat.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "base/strings.h"
#include "checks.h"
#include "jose/json.h"
#include "jose/jwk.h"
#include "token/numeric_date.h"
#include "token/scope.h"

namespace oauth2_rs::fakes {

namespace {

const unsigned char* bytes(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

/* A test that cannot be set up must not look like one that passed. */
void must(bool good, const char* what) {
    if (!good) {
        std::fprintf(stderr, "fakes: %s failed\n", what);
        std::abort();
    }
}

const char* digest_of(std::string_view alg) {
    if (alg == "EdDSA") {
        return nullptr;
    }
    const std::string_view bits = alg.substr(2, 3);
    return bits == "256" ? "SHA256" : bits == "384" ? "SHA384" : "SHA512";
}

std::string number(const EVP_PKEY* key, const char* name, int size = 0) {
    BIGNUM* read = nullptr;
    must(EVP_PKEY_get_bn_param(key, name, &read) == 1, name);
    const BignumHandle value(read);
    const int length = size == 0 ? BN_num_bytes(value.get()) : size;
    std::string text(static_cast<std::size_t>(length), '\0');
    BN_bn2binpad(value.get(), reinterpret_cast<unsigned char*>(text.data()), length);
    return encode_base64url(text);
}

int coordinate_size(const std::string& curve) {
    return curve == "P-521" ? 66 : curve == "P-384" ? 48 : 32;
}

std::string raw_public_key(const EVP_PKEY* key) {
    std::array<unsigned char, 64> buffer;
    std::size_t size = buffer.size();
    must(EVP_PKEY_get_raw_public_key(key, buffer.data(), &size) == 1, "reading a key");
    return encode_base64url({reinterpret_cast<const char*>(buffer.data()), size});
}

/* DER of an ECDSA signature as r and s of the curve's size. */
std::string raw_ecdsa(const std::string& der, int size) {
    const unsigned char* at = bytes(der);
    const EcdsaSignatureHandle numbers(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
    std::string raw(2 * static_cast<std::size_t>(size), '\0');
    auto* out = reinterpret_cast<unsigned char*>(raw.data());
    BN_bn2binpad(ECDSA_SIG_get0_r(numbers.get()), out, size);
    BN_bn2binpad(ECDSA_SIG_get0_s(numbers.get()), out + size, size);
    return raw;
}

}  // namespace

void FakeSecretStore::hold(const std::string& secret_id, KeyPointer key) {
    hold(secret_id, key_list(std::move(key)));
}

Step<const KeySet*> FakeSecretStore::keys(KeyWaiter& /*waiter*/, std::string_view secret_id) const {
    ++questions;
    if (pending) {
        return Pending{};
    }
    if (denial) {
        return *denial;
    }
    const auto found = sets_.find(secret_id);
    return found == sets_.end() ? nullptr : &found->second;
}

Step<bool> FakeSecretStore::renew(KeyWaiter& /*waiter*/) const {
    ++renewals;
    return on_renewal ? on_renewal() : Step<bool>(false);
}

Resolution FakeResolver::resolve(std::string_view /*token*/, RequestContext& /*request*/) const {
    ++questions;
    if (claims.empty()) {
        return Pending{};
    }
    return resolved_token(claims);
}

ResolvedToken resolved_token(const std::string& claims) {
    JsonHandle parsed = json(claims);
    const auto scopes = granted_scopes(parsed.get());
    must(scopes.ok(), "reading scopes");
    ResolvedToken::Facts facts{join(scopes.value(), ' '),
                               read_confirmation(parsed.get()),
                               numeric_date_ms(json_member(parsed.get(), "exp")),
                               {}};
    return {claims, std::move(parsed), std::move(facts)};
}

LoadContext loading(Warnings* warnings, KeyPurpose purpose) {
    class NoPasswords final : public PasswordSource {
      public:
        Configured<SecretBytes> password(const std::string& /*secret_id*/) const override {
            return ConfigError{"there are no passwords"};
        }
    };
    static const NoPasswords kNone;
    return {warnings, &kNone, purpose};
}

Signer Signer::rsa(std::size_t bits) {
    return {"", PublicKeyHandle(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", bits)), ""};
}

Signer Signer::rsa_pss() { return rsa_pss(nullptr, nullptr, 0); }

Signer Signer::rsa_pss(const EVP_MD* digest, const EVP_MD* mask_digest, int least_salt) {
    const PublicKeyContextHandle context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA-PSS", nullptr));
    EVP_PKEY* key = nullptr;
    const auto restrict_key = [&] {
        return EVP_PKEY_CTX_set_rsa_pss_keygen_md(context.get(), digest) == 1 &&
               EVP_PKEY_CTX_set_rsa_pss_keygen_mgf1_md(context.get(), mask_digest) == 1 &&
               EVP_PKEY_CTX_set_rsa_pss_keygen_saltlen(context.get(), least_salt) == 1;
    };
    must(EVP_PKEY_keygen_init(context.get()) == 1 &&
             EVP_PKEY_CTX_set_rsa_keygen_bits(context.get(), 2048) == 1 &&
             (digest == nullptr || restrict_key()) && EVP_PKEY_generate(context.get(), &key) == 1,
         "making an RSA-PSS key");
    return {"", PublicKeyHandle(key), ""};
}

Signer Signer::ec(const char* curve) {
    return {curve, PublicKeyHandle(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", curve)), ""};
}

Signer Signer::okp(const char* curve) {
    return {curve, PublicKeyHandle(EVP_PKEY_Q_keygen(nullptr, nullptr, curve)), ""};
}

Signer Signer::oct(std::string secret) { return {"", nullptr, std::move(secret)}; }

std::string Signer::jwk(const std::string& members) const {
    if (!key_) {
        return R"({"kty":"oct","k":")" + encode_base64url(secret_) + "\"" + members + "}";
    }
    if (curve_.empty()) {
        return R"({"kty":"RSA","n":")" + number(key_.get(), OSSL_PKEY_PARAM_RSA_N) + R"(","e":")" +
               number(key_.get(), OSSL_PKEY_PARAM_RSA_E) + "\"" + members + "}";
    }
    if (curve_ == "Ed25519" || curve_ == "Ed448") {
        return R"({"kty":"OKP","crv":")" + curve_ + R"(","x":")" + raw_public_key(key_.get()) +
               "\"" + members + "}";
    }
    const int size = coordinate_size(curve_);
    return R"({"kty":"EC","crv":")" + curve_ + R"(","x":")" +
           number(key_.get(), OSSL_PKEY_PARAM_EC_PUB_X, size) + R"(","y":")" +
           number(key_.get(), OSSL_PKEY_PARAM_EC_PUB_Y, size) + "\"" + members + "}";
}

KeyPointer Signer::key(const std::string& members) const {
    const JsonHandle parsed = json(jwk(members));
    auto made = parse_jwk(parsed.get());
    must(made.ok(), "importing a key");
    return std::move(made.value());
}

std::string Signer::sign_with_key(std::string_view alg, std::string_view input) const {
    const DigestContextHandle context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* key_context = nullptr;
    must(EVP_DigestSignInit_ex(context.get(), &key_context, digest_of(alg), nullptr, nullptr,
                               key_.get(), nullptr) == 1,
         "signing");
    if (alg.substr(0, 2) == "PS") {
        EVP_PKEY_CTX_set_rsa_padding(key_context, RSA_PKCS1_PSS_PADDING);
        EVP_PKEY_CTX_set_rsa_pss_saltlen(key_context, RSA_PSS_SALTLEN_DIGEST);
    }
    std::size_t size = 0;
    must(EVP_DigestSign(context.get(), nullptr, &size, bytes(input), input.size()) == 1, "signing");
    std::string signature(size, '\0');
    must(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                        bytes(input), input.size()) == 1,
         "signing");
    signature.resize(size);
    return signature;
}

std::string Signer::sign(std::string_view alg, std::string_view input) const {
    if (!key_) {
        std::array<unsigned char, EVP_MAX_MD_SIZE> mac;
        unsigned int size = 0;
        HMAC(EVP_get_digestbyname(digest_of(alg)), secret_.data(), static_cast<int>(secret_.size()),
             bytes(input), input.size(), mac.data(), &size);
        return {reinterpret_cast<const char*>(mac.data()), size};
    }
    const std::string signature = sign_with_key(alg, input);
    return EVP_PKEY_is_a(key_.get(), "EC") == 1 ? raw_ecdsa(signature, coordinate_size(curve_))
                                                : signature;
}

std::string Signer::token(std::string_view alg, std::string_view header,
                          std::string_view payload) const {
    const std::string input = encode_base64url(header) + "." + encode_base64url(payload);
    return input + "." + encode_base64url(sign(alg, input));
}

TemporaryDirectory::TemporaryDirectory() {
    std::string pattern = std::filesystem::temp_directory_path() / "oauth2_rs_XXXXXX";
    must(mkdtemp(pattern.data()) != nullptr, "making a temporary directory");
    path_ = pattern + "/";
}

TemporaryDirectory::~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::string TemporaryDirectory::write(const std::string& name, std::string_view content,
                                      unsigned mode) {
    std::string file_path = path(name);
    const FileHandle file(std::fopen(file_path.c_str(), "w"));
    must(file && std::fwrite(content.data(), 1, content.size(), file.get()) == content.size() &&
             fchmod(fileno(file.get()), mode) == 0,
         "writing a file");
    return file_path;
}

const Signer& rsa_signer() {
    static const Signer signer = Signer::rsa();
    return signer;
}

const Signer& ec_signer() {
    static const Signer signer = Signer::ec("P-256");
    return signer;
}

const Signer& oct_signer() {
    static const Signer signer = Signer::oct(std::string(60, 's') + "\x01\x80\xff\n");
    return signer;
}

std::string encode_base64(std::string_view text) {
    std::string encoded((text.size() + 2) / 3 * 4 + 1, '\0');
    const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()), bytes(text),
                                     static_cast<int>(text.size()));
    encoded.resize(static_cast<std::size_t>(size));
    return encoded;
}

std::string encode_base64url(std::string_view text) {
    std::string encoded = encode_base64(text);
    while (!encoded.empty() && encoded.back() == '=') {
        encoded.pop_back();
    }
    for (char& digit : encoded) {
        digit = digit == '+' ? '-' : digit == '/' ? '_' : digit;
    }
    return encoded;
}

std::string compact(std::string_view header, std::string_view payload, std::string_view signature) {
    return encode_base64url(header) + "." + encode_base64url(payload) + "." +
           encode_base64url(signature);
}

std::string replaced(std::string text, std::string_view was, std::string_view is) {
    auto at = text.find(was);
    must(at != std::string::npos, "finding what to replace");
    for (; at != std::string::npos; at = text.find(was, at + is.size())) {
        text.replace(at, was.size(), is);
    }
    return text;
}

JsonHandle json(std::string_view text) {
    JsonHandle parsed = parse_json_object(text);
    must(parsed != nullptr, "parsing a test's JSON");
    return parsed;
}

}  // namespace oauth2_rs::fakes
