#ifndef OAUTH2_RS_SECRET_FILE_WATCH_H
#define OAUTH2_RS_SECRET_FILE_WATCH_H

#include <string>
#include <vector>

namespace oauth2_rs {

/* Tells whether files have changed, by what the file system says of them, without reading them. */
class FileWatch {
  public:
    /* Whether anything has changed since the last call; the first call says so too. */
    bool changed(const std::vector<std::string>& paths);

  private:
    std::string seen_;
};

}  // namespace oauth2_rs

#endif
