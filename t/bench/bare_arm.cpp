#include "bare_arm.h"

#include <openssl/core_names.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <array>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string_view>
#include <utility>
#include <vector>

#include "base/base64url.h"
#include "base/handles.h"
#include "clock.h"

namespace oauth2_rs::bench {

namespace {

struct Signed {
    std::string input;
    std::string signature;
};

const unsigned char* bytes(const std::string& text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

std::string to_der(const std::string& signature) {
    const auto half = static_cast<int>(signature.size() / 2);
    const EcdsaSignatureHandle numbers(ECDSA_SIG_new());
    ECDSA_SIG_set0(numbers.get(), BN_bin2bn(bytes(signature), half, nullptr),
                   BN_bin2bn(bytes(signature) + half, half, nullptr));
    unsigned char* encoded = nullptr;
    const int size = i2d_ECDSA_SIG(numbers.get(), &encoded);
    const OpensslMemory der(encoded);
    return {reinterpret_cast<char*>(encoded), static_cast<std::size_t>(size)};
}

std::string decoded(std::string_view part) {
    std::string bytes;
    if (!decode_base64url(part, &bytes)) {
        throw Failure("a token has a part that is no base64url");
    }
    return bytes;
}

std::vector<Signed> take_apart(const Settings& settings) {
    std::vector<Signed> result;
    for (const std::string& token : read_tokens(required(settings, "tokens"))) {
        const auto dot = token.rfind('.');
        Signed item{token.substr(0, dot), decoded(std::string_view(token).substr(dot + 1))};
        if (required(settings, "alg") == "ES256") {
            item.signature = to_der(item.signature);
        }
        result.push_back(std::move(item));
    }
    return result;
}

std::string read_secret(const Settings& settings) {
    std::ifstream file(required(settings, "secret"), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

PublicKeyHandle read_public_key(const std::string& path) {
    const FileHandle file(std::fopen(path.c_str(), "r"));
    PublicKeyHandle key(file ? PEM_read_PUBKEY(file.get(), nullptr, nullptr, nullptr) : nullptr);
    if (!key) {
        throw Failure("no public key in " + path);
    }
    return key;
}

class BareArm : public Arm {
  public:
    explicit BareArm(std::size_t count) : count_(count) {}

    std::int64_t run(std::size_t units, std::size_t* done) override {
        const std::int64_t before = now_ns(CLOCK_PROCESS_CPUTIME_ID);
        for (*done = 0; *done < units; ++*done) {
            if (!is_good(*done % count_)) {
                throw Failure("a token is not good");
            }
        }
        return now_ns(CLOCK_PROCESS_CPUTIME_ID) - before;
    }

    std::size_t distinct() const override { return count_; }

  protected:
    virtual bool is_good(std::size_t index) = 0;

  private:
    std::size_t count_;
};

class SignedArm : public BareArm {
  public:
    explicit SignedArm(std::vector<Signed> tokens)
        : BareArm(tokens.size()), tokens_(std::move(tokens)) {}

  protected:
    virtual bool verify(const Signed& token) = 0;

  private:
    bool is_good(std::size_t index) final { return verify(tokens_[index]); }

    std::vector<Signed> tokens_;
};

class DigestedArm final : public SignedArm {
  public:
    explicit DigestedArm(const Settings& settings)
        : SignedArm(take_apart(settings)),
          key_(read_public_key(required(settings, "public_key"))),
          context_(EVP_PKEY_CTX_new(key_.get(), nullptr)),
          digest_(EVP_MD_fetch(nullptr, "SHA256", nullptr)),
          digest_context_(EVP_MD_CTX_new()) {
        EVP_PKEY_verify_init(context_.get());
        if (required(settings, "alg") == "PS256") {
            EVP_PKEY_CTX_set_rsa_padding(context_.get(), RSA_PKCS1_PSS_PADDING);
            EVP_PKEY_CTX_set_rsa_pss_saltlen(context_.get(), RSA_PSS_SALTLEN_DIGEST);
        }
        EVP_PKEY_CTX_set_signature_md(context_.get(), digest_.get());
    }

  protected:
    bool verify(const Signed& token) override {
        std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
        unsigned int size = 0;
        EVP_DigestInit_ex2(digest_context_.get(), digest_.get(), nullptr);
        EVP_DigestUpdate(digest_context_.get(), token.input.data(), token.input.size());
        EVP_DigestFinal_ex(digest_context_.get(), digest.data(), &size);
        return EVP_PKEY_verify(context_.get(), bytes(token.signature), token.signature.size(),
                               digest.data(), size) == 1;
    }

  private:
    PublicKeyHandle key_;
    PublicKeyContextHandle context_;
    DigestHandle digest_;
    DigestContextHandle digest_context_;
};

class EddsaArm final : public SignedArm {
  public:
    explicit EddsaArm(const Settings& settings)
        : SignedArm(take_apart(settings)),
          key_(read_public_key(required(settings, "public_key"))),
          context_(EVP_MD_CTX_new()) {
        EVP_DigestVerifyInit(context_.get(), nullptr, nullptr, nullptr, key_.get());
    }

  protected:
    bool verify(const Signed& token) override {
        // Without a key the context is made ready again for the one it has.
        return EVP_DigestVerifyInit(context_.get(), nullptr, nullptr, nullptr, nullptr) == 1 &&
               EVP_DigestVerify(context_.get(), bytes(token.signature), token.signature.size(),
                                bytes(token.input), token.input.size()) == 1;
    }

  private:
    PublicKeyHandle key_;
    DigestContextHandle context_;
};

class HmacArm final : public SignedArm {
  public:
    explicit HmacArm(const Settings& settings)
        : SignedArm(take_apart(settings)), mac_(EVP_MAC_fetch(nullptr, "HMAC", nullptr)) {
        const std::string secret = read_secret(settings);
        char digest[] = "SHA256";
        const std::array<OSSL_PARAM, 2> parameters{
            OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
            OSSL_PARAM_construct_end()};
        context_.reset(EVP_MAC_CTX_new(mac_.get()));
        EVP_MAC_init(context_.get(), bytes(secret), secret.size(), parameters.data());
    }

  protected:
    bool verify(const Signed& token) override {
        std::array<unsigned char, EVP_MAX_MD_SIZE> mac;
        std::size_t size = 0;
        return EVP_MAC_init(context_.get(), nullptr, 0, nullptr) == 1 &&
               EVP_MAC_update(context_.get(), bytes(token.input), token.input.size()) == 1 &&
               EVP_MAC_final(context_.get(), mac.data(), &size, mac.size()) == 1 &&
               size == token.signature.size() &&
               CRYPTO_memcmp(mac.data(), token.signature.data(), size) == 0;
    }

  private:
    MacHandle mac_;
    MacContextHandle context_;
};

struct Encrypted {
    std::string header;
    std::string iv;
    std::string ciphertext;
    std::string tag;
};

/* header..iv.ciphertext.tag: `dir` has no encrypted key. */
std::vector<Encrypted> take_apart_encrypted(const Settings& settings) {
    std::vector<Encrypted> result;
    for (const std::string& token : read_tokens(required(settings, "tokens"))) {
        std::istringstream parts(token);
        std::string header, key, iv, ciphertext, tag;
        std::getline(parts, header, '.');
        std::getline(parts, key, '.');
        std::getline(parts, iv, '.');
        std::getline(parts, ciphertext, '.');
        std::getline(parts, tag, '.');
        result.push_back({header, decoded(iv), decoded(ciphertext), decoded(tag)});
    }
    return result;
}

class GcmArm final : public BareArm {
  public:
    explicit GcmArm(const Settings& settings) : GcmArm(take_apart_encrypted(settings), settings) {}

  protected:
    bool is_good(std::size_t index) override {
        Encrypted& token = tokens_[index];
        int size = 0;
        content_.resize(token.ciphertext.size());
        return EVP_DecryptInit_ex2(context_.get(), nullptr, nullptr, bytes(token.iv), nullptr) ==
                   1 &&
               EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_SET_TAG,
                                   static_cast<int>(token.tag.size()), token.tag.data()) == 1 &&
               EVP_DecryptUpdate(context_.get(), nullptr, &size, bytes(token.header),
                                 static_cast<int>(token.header.size())) == 1 &&
               EVP_DecryptUpdate(context_.get(), content_.data(), &size, bytes(token.ciphertext),
                                 static_cast<int>(token.ciphertext.size())) == 1 &&
               EVP_DecryptFinal_ex(context_.get(), content_.data() + size, &size) == 1;
    }

  private:
    GcmArm(std::vector<Encrypted> tokens, const Settings& settings)
        : BareArm(tokens.size()),
          tokens_(std::move(tokens)),
          cipher_(EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr)),
          context_(EVP_CIPHER_CTX_new()) {
        const std::string secret = read_secret(settings);
        EVP_DecryptInit_ex2(context_.get(), cipher_.get(), bytes(secret), nullptr, nullptr);
    }

    std::vector<Encrypted> tokens_;
    CipherHandle cipher_;
    CipherContextHandle context_;
    std::vector<unsigned char> content_;
};

}  // namespace

std::unique_ptr<Arm> make_bare_arm(const Settings& settings) {
    const std::string alg = required(settings, "alg");
    if (alg == "RS256" || alg == "PS256" || alg == "ES256") {
        return std::make_unique<DigestedArm>(settings);
    }
    if (alg == "EdDSA") {
        return std::make_unique<EddsaArm>(settings);
    }
    if (alg == "HS256") {
        return std::make_unique<HmacArm>(settings);
    }
    if (alg == "A256GCM") {
        return std::make_unique<GcmArm>(settings);
    }
    throw Failure("no bare verification of " + alg);
}

}  // namespace oauth2_rs::bench
