#ifndef MINT_JWK_CONVERT_H
#define MINT_JWK_CONVERT_H

#include <string>

#include "algorithms.h"
#include "handles.h"

namespace oauth2_rs::mint {

/* The members of a JWK, one by one. Import throws Failure where a member is missing or wrong. */
std::string text_member(const json_t *jwk, const char *name);
std::string octets_member(const json_t *jwk, const char *name);
void set_text(json_t *jwk, const char *name, const std::string &value);

/* Private where "d" is there, else public. */
Pkey import_rsa(const json_t *jwk);
Pkey import_ec(const json_t *jwk, const Curve &curve);
Pkey import_okp(const json_t *jwk, const Curve &curve);

/* Adds all members of a private key but "kty". `curve` is null for RSA. */
void export_members(const EVP_PKEY *pkey, const Curve *curve, json_t *jwk);

}  // namespace oauth2_rs::mint

#endif
