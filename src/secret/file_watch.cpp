#include "secret/file_watch.h"

#include <sys/stat.h>

#include <utility>

namespace oauth2_rs {

namespace {

/* Another inode: replaced by rename; another time or size: written in place. */
std::string identity_of(const std::string& path) {
    struct stat status {};
    if (stat(path.c_str(), &status) != 0) {
        return "absent";
    }
    return std::to_string(status.st_dev) + ',' + std::to_string(status.st_ino) + ',' +
           std::to_string(status.st_size) + ',' + std::to_string(status.st_mtim.tv_sec) + '.' +
           std::to_string(status.st_mtim.tv_nsec) + ',' + std::to_string(status.st_ctim.tv_sec) +
           '.' + std::to_string(status.st_ctim.tv_nsec);
}

}  // namespace

void FileWatch::watch(const std::string& path) { seen_.try_emplace(path, identity_of(path)); }

bool FileWatch::changed(const std::vector<std::string>& paths) {
    bool changed = false;
    for (const std::string& path : paths) {
        std::string now = identity_of(path);
        std::string& seen = seen_[path];
        changed = changed || now != seen;
        seen = std::move(now);
    }
    return changed;
}

}  // namespace oauth2_rs
