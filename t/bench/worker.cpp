#include "worker.h"

#include <sched.h>
#include <signal.h>

#include <cstdio>
#include <memory>
#include <string>

#include "arm.h"

namespace oauth2_rs::bench {

namespace {

constexpr int kMostLooks = 1000000;

/* The third field of /proc/PID/stat, behind the name, which may hold anything. */
char state_of(pid_t pid) {
    const std::string path = "/proc/" + std::to_string(pid) + "/stat";
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "r"),
                                                               std::fclose);
    char text[512];
    const std::size_t size = file ? std::fread(text, 1, sizeof(text), file.get()) : 0;
    const std::string_view content(text, size);
    const auto name_end = content.rfind(')');
    return name_end == std::string_view::npos || name_end + 2 >= size ? '?' : text[name_end + 2];
}

}  // namespace

Worker::Worker(pid_t pid) : pid_(pid) {
    if (clock_getcpuclockid(pid, &clock_) != 0) {
        throw Failure("no process " + std::to_string(pid));
    }
}

Worker::Worker(Worker&& other) noexcept : pid_(other.pid_), clock_(other.clock_) { other.pid_ = 0; }

Worker::~Worker() { go_on(); }

void Worker::hold() {
    kill(pid_, SIGSTOP);
    for (int looks = 0; looks < kMostLooks; ++looks) {
        if (state_of(pid_) == 'T') {
            return;
        }
        sched_yield();
    }
    throw Failure("the worker doesn't stop");
}

void Worker::go_on() {
    if (pid_ != 0) {
        kill(pid_, SIGCONT);
    }
}

std::int64_t Worker::cpu_ns() const {
    timespec now{};
    if (clock_gettime(clock_, &now) != 0) {
        throw Failure("the worker is gone");
    }
    return now.tv_sec * std::int64_t{1000000000} + now.tv_nsec;
}

}  // namespace oauth2_rs::bench
