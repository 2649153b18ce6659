#include "connection.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <utility>

#include "arm.h"

namespace oauth2_rs::bench {

namespace {

constexpr std::size_t kMostAnswerBytes = 4096;
constexpr std::string_view kHeaderEnd = "\r\n\r\n";
constexpr std::string_view kLength = "\r\nContent-Length: ";

/* Bytes of a whole answer of which the beginning has come; 0 while its header is not complete. */
std::size_t answer_size(std::string_view begun) {
    const auto end = begun.find(kHeaderEnd);
    if (end == std::string_view::npos) {
        return 0;
    }
    const auto length = begun.find(kLength);
    if (begun.substr(0, 13) != "HTTP/1.1 200 " || length > end) {
        throw Failure("NGINX answered: " + std::string(begun.substr(0, end)));
    }
    const std::string digits(begun.substr(length + kLength.size(), 10));
    return end + kHeaderEnd.size() + std::strtoul(digits.c_str(), nullptr, 10);
}

}  // namespace

TlsContextHandle make_tls_context(const std::string& certificate, const std::string& key) {
    TlsContextHandle context(SSL_CTX_new(TLS_client_method()));
    if (!context || SSL_CTX_use_certificate_chain_file(context.get(), certificate.c_str()) != 1 ||
        SSL_CTX_use_PrivateKey_file(context.get(), key.c_str(), SSL_FILETYPE_PEM) != 1) {
        throw Failure("the client certificate " + certificate + " can't be used");
    }
    return context;
}

Connection::Connection(std::uint16_t port, SSL_CTX* tls) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int on = 1;
    if (fd_ < 0 || connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
        throw Failure("can't connect to port " + std::to_string(port));
    }
    setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    if (tls != nullptr) {
        tls_.reset(SSL_new(tls));
        if (!tls_ || SSL_set_fd(tls_.get(), fd_) != 1 || SSL_connect(tls_.get()) != 1) {
            throw Failure("no TLS with port " + std::to_string(port));
        }
    }
}

Connection::~Connection() {
    if (fd_ >= 0) {
        close(fd_);
    }
}

Connection::Connection(Connection&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), tls_(std::move(other.tls_)) {}

void Connection::send(std::string_view request) {
    const auto size = static_cast<int>(request.size());
    const bool sent =
        tls_ ? SSL_write(tls_.get(), request.data(), size) == size
             : ::send(fd_, request.data(), request.size(), MSG_NOSIGNAL) == ssize_t{size};
    if (!sent) {
        throw Failure("a request can't be sent");
    }
}

std::size_t Connection::read_some(char* buffer, std::size_t size) {
    const ssize_t count =
        tls_ ? SSL_read(tls_.get(), buffer, static_cast<int>(size)) : recv(fd_, buffer, size, 0);
    if (count <= 0) {
        throw Failure("NGINX closed a connection");
    }
    return static_cast<std::size_t>(count);
}

void Connection::receive() {
    std::array<char, kMostAnswerBytes> buffer;
    std::size_t have = 0;
    std::size_t want = 0;
    while (want == 0 || have < want) {
        if (have == buffer.size()) {
            throw Failure("an answer is too long");
        }
        have += read_some(buffer.data() + have, buffer.size() - have);
        want = answer_size({buffer.data(), have});
    }
}

}  // namespace oauth2_rs::bench
