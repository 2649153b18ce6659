#include "certificate.h"
#include "command.h"
#include "failure.h"
#include "files.h"

namespace oauth2_rs::mint {

namespace {

constexpr int64_t kMostDays = 36500;

void run_certificate(const Options &options) {
    if (options.has("--ca") != options.has("--ca-key")) {
        throw UsageError("--ca and --ca-key go together");
    }
    const CertificateRequest request = {options.text("--subject", "localhost"),
                                        options.text("--san"),
                                        options.integer("--days", 30, -kMostDays, kMostDays)};
    const Key key = read_key(options.operands()[0]);
    const std::string pem = options.has("--ca")
                                ? issued_by(read_file(options.text("--ca")),
                                            read_key(options.text("--ca-key")), key, request)
                                : self_signed(key, request);
    write_output(options.text("--out"), pem, Privacy::kPublic);
}

}  // namespace

Command certificate_command() {
    return {
        "cert",
        "KEYFILE",
        "Makes an X.509 certificate for a JWK, self-signed or by a CA.",
        1,
        1,
        {{"--subject", "CN", false, "the common name (default: localhost)"},
         {"--san", "LIST", false, "alternative names: DNS:name,IP:address,..."},
         {"--days", "N", false, "valid for N days (default: 30); -N: expired N days ago"},
         {"--ca", "CERTFILE", false, "issued by this certificate (PEM) ..."},
         {"--ca-key", "KEYFILE", false, "... and its private JWK"},
         {"--out", "FILE", false, "write to FILE, not to standard output"}},
        "Examples:\n"
        "  mint key ES256 --out tls.jwk\n"
        "  mint pem --private tls.jwk --out tls.key\n"
        "  mint cert tls.jwk --san DNS:localhost,IP:127.0.0.1 --out tls.crt\n"
        "  mint cert client.jwk --subject client --ca ca.crt --ca-key ca.jwk --out client.crt\n",
        run_certificate,
        nullptr};
}

}  // namespace oauth2_rs::mint
