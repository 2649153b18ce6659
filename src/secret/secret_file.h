#ifndef OAUTH2_RS_SECRET_SECRET_FILE_H
#define OAUTH2_RS_SECRET_SECRET_FILE_H

#include <optional>
#include <string>

#include "base/result.h"
#include "base/secret_bytes.h"

namespace oauth2_rs {

struct SecretFile {
    SecretBytes content;
    bool world_readable = false;
};

/* The whole of a regular file, 1 MiB at most; nothing where there is no such file. */
Configured<std::optional<SecretFile>> read_secret_file(const std::string& path);

/* The warning about a file whose secret others can read; one clause. */
std::string world_readable_warning(const std::string& path);

}  // namespace oauth2_rs

#endif
