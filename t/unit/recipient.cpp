#include "recipient.h"

#include <openssl/core_names.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <zlib.h>

#include <array>
#include <cstdio>
#include <cstdlib>

#include "fakes.h"
#include "jose/jwk.h"

namespace oauth2_rs::fakes {

namespace {

unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

const unsigned char* bytes(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

/* A test that cannot be set up must not look like one that passed. */
void must(bool good, const char* what) {
    if (!good) {
        std::fprintf(stderr, "recipient: %s failed\n", what);
        std::abort();
    }
}

bool holds(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

std::string random_bytes(std::size_t size) {
    std::string text(size, '\0');
    must(RAND_bytes(bytes(text), static_cast<int>(size)) == 1, "making random bytes");
    return text;
}

std::string number(const EVP_PKEY* key, const char* name, int size = 0) {
    BIGNUM* read = nullptr;
    must(EVP_PKEY_get_bn_param(key, name, &read) == 1, name);
    const BignumHandle value(read);
    std::string text(static_cast<std::size_t>(size == 0 ? BN_num_bytes(value.get()) : size), '\0');
    BN_bn2binpad(value.get(), bytes(text), static_cast<int>(text.size()));
    return encode_base64url(text);
}

int coordinate_size(std::string_view curve) {
    return curve == "P-521" ? 66 : curve == "P-384" ? 48 : 32;
}

std::string raw(const EVP_PKEY* key, int (*get)(const EVP_PKEY*, unsigned char*, std::size_t*)) {
    std::string text(64, '\0');
    std::size_t size = text.size();
    must(get(key, bytes(text), &size) == 1, "reading a key");
    text.resize(size);
    return encode_base64url(text);
}

/* The members of a public key, without the braces. */
std::string public_members(const EVP_PKEY* key, const std::string& curve) {
    if (curve.empty()) {
        return R"("kty":"RSA","n":")" + number(key, OSSL_PKEY_PARAM_RSA_N) + R"(","e":")" +
               number(key, OSSL_PKEY_PARAM_RSA_E) + "\"";
    }
    const std::string crv = R"(,"crv":")" + curve + R"(","x":")";
    if (EVP_PKEY_is_a(key, "EC") != 1) {
        return R"("kty":"OKP")" + crv + raw(key, EVP_PKEY_get_raw_public_key) + "\"";
    }
    const int size = coordinate_size(curve);
    return R"("kty":"EC")" + crv + number(key, OSSL_PKEY_PARAM_EC_PUB_X, size) + R"(","y":")" +
           number(key, OSSL_PKEY_PARAM_EC_PUB_Y, size) + "\"";
}

std::string private_members(const EVP_PKEY* key, const std::string& curve) {
    if (!curve.empty()) {
        const std::string d = EVP_PKEY_is_a(key, "EC") == 1
                                  ? number(key, OSSL_PKEY_PARAM_PRIV_KEY, coordinate_size(curve))
                                  : raw(key, EVP_PKEY_get_raw_private_key);
        return R"(,"d":")" + d + "\"";
    }
    const std::array<std::pair<const char*, const char*>, 6> numbers{
        {{"d", OSSL_PKEY_PARAM_RSA_D},
         {"p", OSSL_PKEY_PARAM_RSA_FACTOR1},
         {"q", OSSL_PKEY_PARAM_RSA_FACTOR2},
         {"dp", OSSL_PKEY_PARAM_RSA_EXPONENT1},
         {"dq", OSSL_PKEY_PARAM_RSA_EXPONENT2},
         {"qi", OSSL_PKEY_PARAM_RSA_COEFFICIENT1}}};
    std::string members;
    for (const auto& [name, parameter] : numbers) {
        members += ",\"" + std::string(name) + "\":\"" + number(key, parameter) + "\"";
    }
    return members;
}

PublicKeyHandle generate(const std::string& curve) {
    const bool grouped = holds(curve, "P-") || curve == "secp256k1";
    PublicKeyHandle key(grouped ? EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", curve.c_str())
                                : EVP_PKEY_Q_keygen(nullptr, nullptr, curve.c_str()));
    must(key != nullptr, "making a key");
    return key;
}

struct Sealed {
    std::string ciphertext;
    std::string tag;
};

std::string aes_name(std::size_t key_size, const char* mode) {
    return "AES-" + std::to_string(key_size * 8) + "-" + mode;
}

Sealed seal_gcm(std::string_view key, std::string_view iv, std::string_view data,
                std::string_view content) {
    const CipherHandle cipher(
        EVP_CIPHER_fetch(nullptr, aes_name(key.size(), "GCM").c_str(), nullptr));
    const CipherContextHandle context(EVP_CIPHER_CTX_new());
    Sealed sealed{std::string(content.size() + 1, '\0'), std::string(16, '\0')};
    int size = 0;
    must(EVP_EncryptInit_ex2(context.get(), cipher.get(), bytes(key), bytes(iv), nullptr) == 1 &&
             EVP_EncryptUpdate(context.get(), nullptr, &size, bytes(data),
                               static_cast<int>(data.size())) == 1 &&
             EVP_EncryptUpdate(context.get(), bytes(sealed.ciphertext), &size, bytes(content),
                               static_cast<int>(content.size())) == 1 &&
             EVP_EncryptFinal_ex(context.get(), bytes(sealed.ciphertext) + size, &size) == 1 &&
             EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, 16, bytes(sealed.tag)) == 1,
         "AES-GCM");
    sealed.ciphertext.resize(content.size());
    return sealed;
}

Sealed seal_cbc(std::string_view key, std::string_view iv, std::string_view data,
                std::string_view content) {
    const std::string_view mac_key = key.substr(0, key.size() / 2);
    const std::string_view cipher_key = key.substr(key.size() / 2);
    const CipherHandle cipher(
        EVP_CIPHER_fetch(nullptr, aes_name(cipher_key.size(), "CBC").c_str(), nullptr));
    const CipherContextHandle context(EVP_CIPHER_CTX_new());
    Sealed sealed{std::string(content.size() + 16, '\0'), std::string(EVP_MAX_MD_SIZE, '\0')};
    int size = 0;
    int rest = 0;
    must(EVP_EncryptInit_ex2(context.get(), cipher.get(), bytes(cipher_key), bytes(iv), nullptr) ==
                 1 &&
             EVP_EncryptUpdate(context.get(), bytes(sealed.ciphertext), &size, bytes(content),
                               static_cast<int>(content.size())) == 1 &&
             EVP_EncryptFinal_ex(context.get(), bytes(sealed.ciphertext) + size, &rest) == 1,
         "AES-CBC");
    sealed.ciphertext.resize(static_cast<std::size_t>(size + rest));
    std::string input(data);
    input.append(iv).append(sealed.ciphertext).append(4, '\0');
    for (int shift = 24; shift >= 0; shift -= 8) {
        input += static_cast<char>(data.size() * 8 >> shift & 0xff);
    }
    const EVP_MD* digest = key.size() == 32   ? EVP_sha256()
                           : key.size() == 48 ? EVP_sha384()
                                              : EVP_sha512();
    HMAC(digest, mac_key.data(), static_cast<int>(mac_key.size()), bytes(input), input.size(),
         bytes(sealed.tag), nullptr);
    sealed.tag.resize(key.size() / 2);
    return sealed;
}

/* RFC 3394. */
std::string wrap_aes(std::string_view key, std::string_view content_key) {
    const CipherHandle cipher(
        EVP_CIPHER_fetch(nullptr, aes_name(key.size(), "WRAP").c_str(), nullptr));
    const CipherContextHandle context(EVP_CIPHER_CTX_new());
    EVP_CIPHER_CTX_set_flags(context.get(), EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
    std::string wrapped(content_key.size() + 16, '\0');
    int size = 0;
    must(EVP_EncryptInit_ex2(context.get(), cipher.get(), bytes(key), nullptr, nullptr) == 1 &&
             EVP_EncryptUpdate(context.get(), bytes(wrapped), &size, bytes(content_key),
                               static_cast<int>(content_key.size())) == 1,
         "AES key wrap");
    wrapped.resize(static_cast<std::size_t>(size));
    return wrapped;
}

std::string field(std::string_view text) {
    std::string encoded;
    for (int shift = 24; shift >= 0; shift -= 8) {
        encoded += static_cast<char>(text.size() >> shift & 0xff);
    }
    return encoded.append(text);
}

/* RFC 7518 section 4.6.2, by hand. */
std::string concat_kdf(std::string_view secret, std::string_view id, const Wishes& wishes,
                       std::size_t size) {
    const std::string bits{0, 0, static_cast<char>(size * 8 >> 8), static_cast<char>(size * 8)};
    std::string key;
    for (char round = 1; key.size() < size; ++round) {
        std::string input{0, 0, 0, round};
        input.append(secret).append(field(id));
        input.append(field(wishes.party_u_info)).append(field(wishes.party_v_info)).append(bits);
        std::string digest(32, '\0');
        must(EVP_Q_digest(nullptr, "SHA256", nullptr, input.data(), input.size(), bytes(digest),
                          nullptr) == 1,
             "SHA-256");
        key += digest;
    }
    key.resize(size);
    return key;
}

std::string shared_secret(EVP_PKEY* own, EVP_PKEY* other) {
    const PublicKeyContextHandle context(EVP_PKEY_CTX_new_from_pkey(nullptr, own, nullptr));
    std::string secret(128, '\0');
    std::size_t size = secret.size();
    must(EVP_PKEY_derive_init(context.get()) == 1 &&
             EVP_PKEY_derive_set_peer(context.get(), other) == 1 &&
             EVP_PKEY_derive(context.get(), bytes(secret), &size) == 1,
         "ECDH");
    secret.resize(size);
    return secret;
}

std::string member(const char* name, std::string_view value) {
    return value.empty() ? std::string()
                         : ",\"" + std::string(name) + "\":\"" + encode_base64url(value) + "\"";
}

/* "A128KW" and the end of "ECDH-ES+A128KW" wrap with 16 bytes. */
std::size_t wrapping_key_size(std::string_view alg) {
    return holds(alg, "A128") ? 16 : holds(alg, "A192") ? 24 : 32;
}

}  // namespace

std::string Envelope::token() const {
    return encode_base64url(header) + "." + encode_base64url(encrypted_key) + "." +
           encode_base64url(iv) + "." + encode_base64url(ciphertext) + "." + encode_base64url(tag);
}

Recipient Recipient::rsa(std::size_t bits) {
    PublicKeyHandle key(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", bits));
    must(key != nullptr, "making an RSA key");
    return {"", std::move(key), ""};
}

Recipient Recipient::ec(const char* curve) { return {curve, generate(curve), ""}; }

Recipient Recipient::okp(const char* curve) { return {curve, generate(curve), ""}; }

Recipient Recipient::oct(std::string secret) { return {"", nullptr, std::move(secret)}; }

std::string Recipient::private_jwk(const std::string& members) const {
    return key_ ? "{" + public_members(key_.get(), curve_) + private_members(key_.get(), curve_) +
                      members + "}"
                : R"({"kty":"oct","k":")" + encode_base64url(secret_) + "\"" + members + "}";
}

std::string Recipient::public_jwk(const std::string& members) const {
    return "{" + public_members(key_.get(), curve_) + members + "}";
}

std::string Recipient::private_pem() const {
    const BioHandle out(BIO_new(BIO_s_mem()));
    PEM_write_bio_PKCS8PrivateKey(out.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
    char* text = nullptr;
    const long size = BIO_get_mem_data(out.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

KeyPointer Recipient::key(const std::string& members) const {
    const JsonHandle parsed = json(private_jwk(members));
    auto made = parse_jwk(parsed.get());
    must(made.ok(), "importing a key");
    return std::move(made.value());
}

std::string Recipient::wrap_rsa(std::string_view alg, std::string_view content_key) const {
    const char* digest = holds(alg, "-256")   ? "SHA256"
                         : holds(alg, "-384") ? "SHA384"
                         : holds(alg, "-512") ? "SHA512"
                                              : "SHA1";
    const PublicKeyContextHandle context(EVP_PKEY_CTX_new_from_pkey(nullptr, key_.get(), nullptr));
    std::string wrapped(static_cast<std::size_t>(EVP_PKEY_get_size(key_.get())), '\0');
    std::size_t size = wrapped.size();
    must(
        EVP_PKEY_encrypt_init(context.get()) == 1 &&
            EVP_PKEY_CTX_set_rsa_padding(
                context.get(), alg == "RSA1_5" ? RSA_PKCS1_PADDING : RSA_PKCS1_OAEP_PADDING) == 1 &&
            (alg == "RSA1_5" ||
             EVP_PKEY_CTX_set_rsa_oaep_md_name(context.get(), digest, nullptr) == 1) &&
            EVP_PKEY_encrypt(context.get(), bytes(wrapped), &size, bytes(content_key),
                             content_key.size()) == 1,
        "RSA");
    return wrapped;
}

std::string Recipient::agree(std::string_view alg, std::string_view enc, const Wishes& wishes,
                             Envelope* envelope) const {
    const PublicKeyHandle ephemeral = generate(curve_);
    envelope->header += R"(,"epk":{)" + public_members(ephemeral.get(), curve_) +
                        wishes.epk_members + "}" + member("apu", wishes.party_u_info) +
                        member("apv", wishes.party_v_info);
    const std::string secret = shared_secret(ephemeral.get(), key_.get());
    if (alg == "ECDH-ES") {
        return concat_kdf(secret, enc, wishes, content_key_size(enc));
    }
    const std::string content_key =
        wishes.content_key.value_or(random_bytes(content_key_size(enc)));
    envelope->encrypted_key =
        wrap_aes(concat_kdf(secret, alg, wishes, wrapping_key_size(alg)), content_key);
    return content_key;
}

std::string Recipient::manage_key(std::string_view alg, std::string_view enc, const Wishes& wishes,
                                  Envelope* envelope) const {
    if (alg == "dir") {
        return secret_;
    }
    if (holds(alg, "ECDH")) {
        return agree(alg, enc, wishes, envelope);
    }
    const std::string content_key =
        wishes.content_key.value_or(random_bytes(content_key_size(enc)));
    if (holds(alg, "RSA")) {
        envelope->encrypted_key = wrap_rsa(alg, content_key);
    } else if (holds(alg, "GCMKW")) {
        const std::string iv = random_bytes(12);
        const Sealed sealed = seal_gcm(secret_, iv, "", content_key);
        envelope->encrypted_key = sealed.ciphertext;
        envelope->header += member("iv", iv) + member("tag", sealed.tag);
    } else {
        envelope->encrypted_key = wrap_aes(secret_, content_key);
    }
    return content_key;
}

Envelope Recipient::encrypt(std::string_view alg, std::string_view enc, std::string_view content,
                            const Wishes& wishes) const {
    Envelope envelope;
    envelope.header = R"({"alg":")" + std::string(alg) + R"(","enc":")" + std::string(enc) + "\"";
    std::string content_key = manage_key(alg, enc, wishes, &envelope);
    envelope.header += wishes.members + "}";
    const bool gcm = holds(enc, "GCM");
    envelope.iv = random_bytes(gcm ? 12 : 16);
    // What one would seal with who doesn't look at the length of a content encryption key.
    content_key.resize(content_key_size(enc), '\0');
    const std::string data = encode_base64url(envelope.header);
    Sealed sealed = gcm ? seal_gcm(content_key, envelope.iv, data, content)
                        : seal_cbc(content_key, envelope.iv, data, content);
    envelope.ciphertext = std::move(sealed.ciphertext);
    envelope.tag = std::move(sealed.tag);
    return envelope;
}

const Recipient& rsa_recipient() {
    static const Recipient recipient = Recipient::rsa();
    return recipient;
}

const Recipient& ec_recipient() {
    static const Recipient recipient = Recipient::ec("P-256");
    return recipient;
}

const Recipient& x25519_recipient() {
    static const Recipient recipient = Recipient::okp("X25519");
    return recipient;
}

std::size_t content_key_size(std::string_view enc) {
    const std::size_t size = wrapping_key_size(enc);
    return holds(enc, "CBC") ? 2 * size : size;
}

std::string deflated(std::string_view text) {
    z_stream stream{};
    must(deflateInit2(&stream, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) == Z_OK, "zlib");
    std::string out(text.size() + 64, '\0');
    stream.next_in = const_cast<unsigned char*>(bytes(text));
    stream.avail_in = static_cast<unsigned>(text.size());
    stream.next_out = bytes(out);
    stream.avail_out = static_cast<unsigned>(out.size());
    must(deflate(&stream, Z_FINISH) == Z_STREAM_END, "zlib");
    out.resize(out.size() - stream.avail_out);
    deflateEnd(&stream);
    return out;
}

}  // namespace oauth2_rs::fakes
