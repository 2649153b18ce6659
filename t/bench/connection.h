#ifndef OAUTH2_RS_BENCH_CONNECTION_H
#define OAUTH2_RS_BENCH_CONNECTION_H

#include <openssl/ssl.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/handles.h"

namespace oauth2_rs::bench {

using TlsContextHandle = Handle<SSL_CTX, SSL_CTX_free>;
using TlsHandle = Handle<SSL, SSL_free>;

/* A client's TLS with a certificate of its own. */
TlsContextHandle make_tls_context(const std::string& certificate, const std::string& key);

/* A kept-alive connection to a port of loopback; over TLS where there is a context. */
class Connection {
  public:
    Connection(std::uint16_t port, SSL_CTX* tls);
    ~Connection();
    Connection(Connection&& other) noexcept;
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    Connection& operator=(Connection&&) = delete;

    void send(std::string_view request);

    /* Waits for one answer, which must be a 200 that leaves the connection open. */
    void receive();

  private:
    std::size_t read_some(char* buffer, std::size_t size);

    int fd_;
    TlsHandle tls_;
};

}  // namespace oauth2_rs::bench

#endif
