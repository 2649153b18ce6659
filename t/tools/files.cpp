#include "files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "failure.h"

namespace oauth2_rs::mint {

namespace {

constexpr size_t kMaxFileSize = 16U << 20U;

/* Closes the descriptor on every way out. */
class Descriptor {
  public:
    explicit Descriptor(int fd) : fd_(fd) {}
    ~Descriptor() {
        if (fd_ >= 0) {
            close(fd_);
        }
    }
    Descriptor(const Descriptor &) = delete;
    Descriptor &operator=(const Descriptor &) = delete;
    int get() const { return fd_; }

  private:
    int fd_;
};

Failure system_failure(const std::string &what) {
    return Failure(what + ": " + std::strerror(errno));
}

void write_all(int fd, std::string_view text, const std::string &name) {
    while (!text.empty()) {
        const ssize_t written = write(fd, text.data(), text.size());
        if (written < 0 && errno != EINTR) {
            throw system_failure("cannot write " + name);
        }
        text.remove_prefix(written < 0 ? 0 : static_cast<size_t>(written));
    }
}

}  // namespace

std::string read_file(const std::string &path) {
    const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) {
        throw system_failure("cannot open " + path);
    }
    std::string text;
    char buffer[65536];
    while (text.size() <= kMaxFileSize) {
        const ssize_t got = read(file.get(), buffer, sizeof(buffer));
        if (got < 0) {
            throw system_failure("cannot read " + path);
        }
        if (got == 0) {
            return text;
        }
        text.append(buffer, static_cast<size_t>(got));
    }
    throw Failure(path + " is too large");
}

void write_output(const std::string &path, std::string_view text, Privacy privacy) {
    if (path.empty()) {
        write_all(STDOUT_FILENO, text, "standard output");
        return;
    }
    const mode_t mode = privacy == Privacy::kPrivate ? 0600 : 0666;
    const Descriptor file(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode));
    struct stat status = {};
    if (file.get() < 0 || fstat(file.get(), &status) != 0) {
        throw system_failure("cannot create " + path);
    }
    // A file that was there before keeps its mode, which may let others read.
    if (privacy == Privacy::kPrivate && S_ISREG(status.st_mode) && fchmod(file.get(), mode) != 0) {
        throw system_failure("cannot protect " + path);
    }
    write_all(file.get(), text, path);
}

}  // namespace oauth2_rs::mint
