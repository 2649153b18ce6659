#ifndef MINT_CERTIFICATE_H
#define MINT_CERTIFICATE_H

#include <cstdint>
#include <string>

#include "keys.h"

namespace oauth2_rs::mint {

struct CertificateRequest {
    std::string common_name;
    std::string alternative_names;  // OpenSSL's list: DNS:name,IP:address; empty for none
    int64_t days;                   // negative: expired that many days ago
};

/* Both answer PEM. A self-signed certificate is a CA, so that it can issue others. */
std::string self_signed(const Key &key, const CertificateRequest &request);
std::string issued_by(const std::string &ca_pem, const Key &ca_key, const Key &key,
                      const CertificateRequest &request);

/* `what` names the file in the Failure. */
Certificate read_certificate(const std::string &pem, const std::string &what);

}  // namespace oauth2_rs::mint

#endif
