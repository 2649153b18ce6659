#ifndef MINT_KEYS_H
#define MINT_KEYS_H

#include <cstdint>
#include <string>
#include <vector>

#include "algorithms.h"
#include "handles.h"

namespace oauth2_rs::mint {

/* A key as its JWK (RFC 7517) says it, and ready for OpenSSL. */
struct Key {
    KeyType type;
    const Curve *curve;  // null for RSA and oct
    Json jwk;
    Pkey pkey;           // null for oct
    std::string octets;  // of an oct key

    /* The member's text; empty where it is missing or no text. */
    std::string member(const char *name) const;
    bool has_private() const;
};

/* What a new key is to be. An empty text leaves the member out. */
struct KeyRequest {
    const Algorithm *algorithm;
    std::string curve;  // empty where the algorithm's keys are on none
    int64_t bits;       // 0 leaves the size to the algorithm
    std::string kid;
    std::string use;
    bool names_algorithm;
};

Key generate_key(const KeyRequest &request);

/* A fresh key of the same type and size, with the kid, use and alg of `key`. */
Key generate_similar(const Key &key);

/* A fresh key with the members of the key itself and no others. */
Key generate_on_curve(const Curve &curve);

/* The algorithm of that name, or where `name` is empty the table's first that fits the key. */
const Algorithm &choose_algorithm(const std::vector<Algorithm> &table, const std::string &name,
                                  const Key &key);

bool fits(const Algorithm &algorithm, const Key &key);

/* A JWK file, public or private. */
Key read_key(const std::string &path);

/* The JWK as it stands in the file, its key unchecked: a key set may need unusable keys too. */
Json read_jwk(const std::string &path);

/* Without the private members. An oct key has none but itself and stays as it is. */
Json public_half(const json_t *jwk);

std::string json_line(const json_t *value);
std::string json_indented(const json_t *value);

/* SubjectPublicKeyInfo, or PKCS#8 of a private key. */
std::string public_pem(const Key &key);
std::string private_pem(const Key &key);

}  // namespace oauth2_rs::mint

#endif
