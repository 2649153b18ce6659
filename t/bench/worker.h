#ifndef OAUTH2_RS_BENCH_WORKER_H
#define OAUTH2_RS_BENCH_WORKER_H

#include <sys/types.h>
#include <time.h>

#include <cstdint>

namespace oauth2_rs::bench {

/*
 * A worker process of NGINX, which can be held still while a wave of requests is sent, so that it
 * finds them all at once, however fast it is. Goes on when this is destroyed.
 */
class Worker {
  public:
    explicit Worker(pid_t pid);
    ~Worker();
    Worker(Worker&& other) noexcept;
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;
    Worker& operator=(Worker&&) = delete;

    /* Returns once it stands still. */
    void hold();
    void go_on();

    /* The CPU time it has used so far, in user and kernel mode. */
    std::int64_t cpu_ns() const;

  private:
    pid_t pid_;
    clockid_t clock_ = 0;
};

}  // namespace oauth2_rs::bench

#endif
