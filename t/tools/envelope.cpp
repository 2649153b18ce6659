#include "envelope.h"

#include "ciphers.h"
#include "encode.h"
#include "failure.h"

namespace oauth2_rs::mint {

namespace {

constexpr size_t kGcmIvOctets = 12;
constexpr size_t kCbcIvOctets = 16;

std::string big_endian(uint64_t number, size_t octets) {
    std::string text(octets, '\0');
    for (size_t i = octets; i > 0; --i) {
        text[i - 1] = static_cast<char>(number & 0xffU);
        number >>= 8U;
    }
    return text;
}

/* What SP 800-56A calls Datalen || Data. */
std::string counted(const std::string &octets) { return big_endian(octets.size(), 4) + octets; }

/* "apu" or "apv", decoded; empty where it is missing. */
std::string party_info(const Members &header, const char *name) {
    const std::string value = header.value(name);
    const Json text(json_loadb(value.data(), value.size(), JSON_DECODE_ANY, nullptr));
    return json_is_string(text.get()) ? base64url_decode(json_string_value(text.get()), name) : "";
}

std::string public_text(const Key &key) { return json_line(public_half(key.jwk.get()).get()); }

const Encryption &suiting(const Key &key, const Algorithm &algorithm) {
    for (const Encryption &encryption : encryptions()) {
        if (algorithm.scheme != Scheme::kDirect || key.octets.size() == encryption.key_octets) {
            return encryption;
        }
    }
    throw Failure("no encryption has a key of " + std::to_string(key.octets.size()) + " octets");
}

}  // namespace

Recipient make_recipient(const Key &key, const Algorithm &algorithm, const std::string &enc) {
    const Encryption *const encryption =
        enc.empty() ? &suiting(key, algorithm) : find_encryption(enc);
    if (encryption == nullptr) {
        throw Failure("'" + enc + "' is none of: " + encryption_names());
    }
    const bool wrong_size =
        algorithm.scheme == Scheme::kDirect && key.octets.size() != encryption->key_octets;
    if (!fits(algorithm, key) || wrong_size) {
        throw Failure("the key does not fit " + std::string(algorithm.name) + " with " +
                      encryption->name);
    }
    return {&key, &algorithm, encryption};
}

void Envelope::wrap_key() {
    const Key &key = *recipient.key;
    const Algorithm &algorithm = *recipient.algorithm;
    content_key = random_octets(recipient.encryption->key_octets);
    iv = random_octets(recipient.encryption->iv_octets);
    switch (algorithm.scheme) {
        case Scheme::kDirect:
            content_key = key.octets;
            break;
        case Scheme::kAesKw:
            encrypted_key = aes_key_wrap(key.octets, content_key);
            break;
        case Scheme::kAesGcmKw:
            wrap_by_gcm(random_octets(kGcmIvOctets));
            break;
        case Scheme::kEcdhEs: {
            const Key ephemeral = generate_on_curve(*key.curve);
            ephemeral_jwk = json_line(ephemeral.jwk.get());
            header.set("epk", public_text(ephemeral));
            derive_keys(agree(ephemeral.pkey.get(), key.pkey.get()));
            break;
        }
        default:
            encrypted_key = rsa_encrypt(key.pkey.get(), algorithm.digest, content_key);
    }
}

void Envelope::wrap_by_gcm(const std::string &wrapping_iv) {
    const Sealed sealed = aes_gcm(recipient.key->octets, wrapping_iv, "", content_key);
    header.set("iv", json_quoted(base64url(wrapping_iv)));
    header.set("tag", json_quoted(base64url(sealed.tag)));
    encrypted_key = sealed.ciphertext;
}

void Envelope::derive_keys(const std::string &shared_secret) {
    const size_t wrapping_octets = recipient.algorithm->bits / 8;
    const bool wraps = wrapping_octets != 0;
    const size_t octets = wraps ? wrapping_octets : recipient.encryption->key_octets;
    // RFC 7518 section 4.6.2.
    const std::string other_info =
        counted(wraps ? recipient.algorithm->name : recipient.encryption->name) +
        counted(party_info(header, "apu")) + counted(party_info(header, "apv")) +
        big_endian(octets * 8, 4);
    const std::string derived = concat_kdf(shared_secret, other_info, octets);
    if (wraps) {
        encrypted_key = aes_key_wrap(derived, content_key);
    } else {
        content_key = derived;
    }
}

void Envelope::seal() {
    const std::string text = compresses ? deflate_raw(plaintext) : plaintext;
    // A fault may have cut the IV. What is missing then counts as zero where a cipher needs it.
    if (recipient.encryption->mac_digest == nullptr) {
        const std::string gcm_iv = iv.empty() ? std::string(kGcmIvOctets, '\0') : iv;
        const Sealed sealed = aes_gcm(content_key, gcm_iv, base64url(header.text()), text);
        ciphertext = sealed.ciphertext;
        tag = sealed.tag;
        return;
    }
    std::string cbc_iv = iv;
    cbc_iv.resize(kCbcIvOctets);
    ciphertext = aes_cbc(content_key.substr(content_key.size() / 2), cbc_iv, text);
    tag = mac();
}

std::string Envelope::mac() const {
    const std::string aad = base64url(header.text());
    const std::string input = aad + iv + ciphertext + big_endian(aad.size() * 8, 8);
    const std::string mac_key = content_key.substr(0, content_key.size() / 2);
    return hmac(recipient.encryption->mac_digest, mac_key, input)
        .substr(0, recipient.encryption->tag_octets);
}

std::string Envelope::compact() const {
    return base64url(header.text()) + '.' + base64url(encrypted_key) + '.' + base64url(iv) + '.' +
           base64url(ciphertext) + '.' + base64url(tag);
}

std::string Envelope::finish() {
    wrap_key();
    seal();
    return compact();
}

}  // namespace oauth2_rs::mint
