#include "secret/secret_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <system_error>

#include "base/handles.h"
#include "base/strings.h"

namespace oauth2_rs {

namespace {

constexpr std::size_t kMostBytes = 1024 * 1024;

ConfigError failed(const std::string& path, const std::string& what) {
    return {"can't read " + quoted(path) + ": " + what};
}

ConfigError failed_by_system(const std::string& path) {
    return failed(path, std::generic_category().message(errno));
}

/* Without waiting: a FIFO's other end may never come. */
FileHandle open_file(const std::string& path) {
    const int descriptor = open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    FileHandle file(descriptor < 0 ? nullptr : fdopen(descriptor, "r"));
    if (!file && descriptor >= 0) {
        close(descriptor);
    }
    return file;
}

bool read_all(std::FILE* file, SecretBytes* content) {
    std::array<unsigned char, 4096> buffer;
    std::size_t size = 0;
    while ((size = std::fread(buffer.data(), 1, buffer.size(), file)) > 0 &&
           content->size() <= kMostBytes) {
        content->insert(content->end(), buffer.begin(), buffer.begin() + size);
    }
    OPENSSL_cleanse(buffer.data(), buffer.size());
    return std::ferror(file) == 0;
}

}  // namespace

Configured<std::optional<SecretFile>> read_secret_file(const std::string& path) {
    const FileHandle file = open_file(path);
    if (!file && errno == ENOENT) {
        return std::optional<SecretFile>();
    }
    struct stat status {};
    if (!file || fstat(fileno(file.get()), &status) != 0) {
        return failed_by_system(path);
    }
    if (!S_ISREG(status.st_mode)) {
        return failed(path, "it is no regular file");
    }
    // Unbuffered: a stream's own buffer would keep a copy of the secret.
    std::setvbuf(file.get(), nullptr, _IONBF, 0);
    SecretFile result;
    result.world_readable = (status.st_mode & S_IROTH) != 0;
    if (!read_all(file.get(), &result.content)) {
        return failed_by_system(path);
    }
    if (result.content.size() > kMostBytes) {
        return failed(path, "it is longer than 1 MiB");
    }
    return std::optional<SecretFile>(std::move(result));
}

std::string world_readable_warning(const std::string& path) {
    return quoted(path) + " holds a private or symmetric key and can be read by everybody; take " +
           "that right away with chmod o-r";
}

}  // namespace oauth2_rs
