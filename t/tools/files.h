#ifndef MINT_FILES_H
#define MINT_FILES_H

#include <string>
#include <string_view>

namespace oauth2_rs::mint {

enum class Privacy { kPublic, kPrivate };

std::string read_file(const std::string &path);

/* To standard output where `path` is empty. A private file can be read by its owner only. */
void write_output(const std::string &path, std::string_view text, Privacy privacy);

}  // namespace oauth2_rs::mint

#endif
