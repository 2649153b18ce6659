#ifndef OAUTH2_RS_BENCH_HTTP_ARM_H
#define OAUTH2_RS_BENCH_HTTP_ARM_H

#include <cstdint>
#include <string>
#include <vector>

#include "arm.h"
#include "connection.h"
#include "worker.h"

namespace oauth2_rs::bench {

/*
 * Requests to a location, each with the next token, in waves: one request on each connection, all
 * sent while the workers are held, then all answered. A unit of work is a request.
 */
class HttpArm final : public Arm {
  public:
    HttpArm(const Settings& settings, std::size_t connections);

    std::int64_t run(std::size_t units, std::size_t* done) override;
    std::size_t distinct() const override { return requests_.size(); }

  private:
    /* Each worker gets as many connections as the others. */
    void connect_to(const Worker& chosen, std::uint16_t port, std::size_t count);
    std::int64_t wave();
    std::int64_t cpu_ns() const;

    TlsContextHandle tls_;
    std::vector<Worker> workers_;
    std::vector<Connection> connections_;
    std::vector<std::string> requests_;
    std::size_t next_ = 0;
};

}  // namespace oauth2_rs::bench

#endif
