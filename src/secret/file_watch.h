#ifndef OAUTH2_RS_SECRET_FILE_WATCH_H
#define OAUTH2_RS_SECRET_FILE_WATCH_H

#include <map>
#include <string>
#include <vector>

namespace oauth2_rs {

/* Tells whether files have changed, by what the file system says of them, without reading them. */
class FileWatch {
  public:
    /* From now on, unless the file is watched already: what was read of it may be older still. */
    void watch(const std::string& path);

    /* Whether one of the files has changed since it was last asked for; an unknown one has. */
    bool changed(const std::vector<std::string>& paths);

  private:
    std::map<std::string, std::string> seen_;
};

}  // namespace oauth2_rs

#endif
