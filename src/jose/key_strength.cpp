#include "jose/key_strength.h"

#include <openssl/core_names.h>
#include <openssl/err.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "base/base64url.h"
#include "base/handles.h"
#include "base/strings.h"
#include "jose/json.h"

namespace oauth2_rs {

namespace {

constexpr int kLeastRsaBits = 2048;
constexpr int kMostRsaBits = 16384;
constexpr std::size_t kLeastSecretBytes = 32;

/* The generator and the small primes of the published fingerprint of CVE-2017-15361. */
constexpr unsigned kRocaGenerator = 65537;
constexpr std::array<unsigned, 38> kRocaPrimes{
    3,  5,  7,  11, 13, 17,  19,  23,  29,  31,  37,  41,  43,  47,  53,  59,  61,  67,  71,
    73, 79, 83, 89, 97, 101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167};

bool is_power_of_generator(unsigned residue, unsigned prime) {
    unsigned power = 1;
    for (unsigned step = 1; step < prime; ++step) {
        if (power == residue) {
            return true;
        }
        power = power * (kRocaGenerator % prime) % prime;
    }
    return false;
}

bool has_roca_fingerprint(const BIGNUM* modulus) {
    return std::all_of(kRocaPrimes.begin(), kRocaPrimes.end(), [modulus](unsigned prime) {
        return is_power_of_generator(static_cast<unsigned>(BN_mod_word(modulus, prime)), prime);
    });
}

BignumHandle parameter(const evp_pkey_st* key, const char* name) {
    BIGNUM* number = nullptr;
    if (EVP_PKEY_get_bn_param(key, name, &number) != 1) {
        ERR_clear_error();
        return nullptr;
    }
    return BignumHandle(number);
}

bool is_jwk_text(std::string_view text) {
    const JsonHandle object = parse_json_object(text);
    return json_member(object.get(), "kty") != nullptr ||
           json_member(object.get(), "keys") != nullptr;
}

/* SubjectPublicKeyInfo, a certificate, or PKCS#1's RSAPublicKey. */
bool is_public_der(const SecretBytes& bytes) {
    const auto size = static_cast<long>(bytes.size());
    const unsigned char* at = bytes.data();
    const PublicKeyHandle key(d2i_PUBKEY(nullptr, &at, size));
    at = bytes.data();
    const CertificateHandle certificate(d2i_X509(nullptr, &at, size));
    at = bytes.data();
    const PublicKeyHandle rsa(d2i_PublicKey(EVP_PKEY_RSA, nullptr, &at, size));
    ERR_clear_error();
    return key || certificate || rsa;
}

/* The same in base64, as some issuers show their keys: PEM without its first and last line. */
bool is_public_base64(std::string_view text) {
    std::string joined;
    for (const char c : text) {
        if (c != '\n' && c != '\r' && c != ' ') {
            joined += c;
        }
    }
    SecretBytes der;
    return decode_base64(joined, &der) && is_public_der(der);
}

bool is_ssh_key(std::string_view text) {
    return starts_with(text, "ssh-") || starts_with(text, "ecdsa-sha2-");
}

}  // namespace

const char* rsa_key_weakness(const evp_pkey_st* key) {
    const BignumHandle modulus = parameter(key, OSSL_PKEY_PARAM_RSA_N);
    const BignumHandle exponent = parameter(key, OSSL_PKEY_PARAM_RSA_E);
    if (!modulus || !exponent) {
        return "its RSA numbers can't be read";
    }
    if (BN_num_bits(modulus.get()) < kLeastRsaBits) {
        return "its RSA modulus is shorter than 2048 bits";
    }
    if (BN_num_bits(modulus.get()) > kMostRsaBits) {
        return "its RSA modulus is longer than 16384 bits";
    }
    if (!BN_is_odd(modulus.get())) {
        return "its RSA modulus is even";
    }
    if (!BN_is_odd(exponent.get()) || BN_is_one(exponent.get())) {
        return "its RSA exponent is 1 or even";
    }
    return has_roca_fingerprint(modulus.get()) ? "its RSA modulus can be factored (CVE-2017-15361)"
                                               : nullptr;
}

const char* symmetric_key_weakness(const SecretBytes& secret) {
    if (secret.size() < kLeastSecretBytes) {
        return "it is shorter than the 32 bytes that HS256 wants";
    }
    return secret_content_weakness(secret);
}

const char* secret_content_weakness(const SecretBytes& secret) {
    const std::string_view text = as_text(secret);
    if (text.find("-----BEGIN ") != std::string_view::npos || is_jwk_text(text) ||
        is_public_der(secret) || is_public_base64(text) || is_ssh_key(text)) {
        return "it is the encoding of a key or a certificate, no secret";
    }
    return nullptr;
}

}  // namespace oauth2_rs
