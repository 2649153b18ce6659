#ifndef OAUTH2_RS_SECRET_FILE_WATCH_H
#define OAUTH2_RS_SECRET_FILE_WATCH_H

#include <map>
#include <string>
#include <vector>

namespace oauth2_rs {

/* Tells whether files have changed, by what the file system says of them, without reading them. */
class FileWatch {
  public:
    /* Whether one of the files has changed since it was last asked for; the first time it has. */
    bool changed(const std::vector<std::string>& paths);

  private:
    std::map<std::string, std::string> seen_;
};

}  // namespace oauth2_rs

#endif
