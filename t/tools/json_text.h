#ifndef MINT_JSON_TEXT_H
#define MINT_JSON_TEXT_H

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace oauth2_rs::mint {

/*
 * True where `text` is one JSON value by the grammar of RFC 8259. Numbers may have any size, and
 * text is not checked for UTF-8: what a JSON library refuses must still be possible to sign.
 */
bool is_json(std::string_view text);

/* `text` as a JSON string. Octets from 0x80 on stay as they are. */
std::string json_quoted(std::string_view text);

/*
 * The members of a JSON object in order, each value as its JSON text. A tree would normalise
 * numbers and drop duplicate names; both are wanted here.
 */
class Members {
  public:
    /* Replaces every member of that name in the first one's place, or adds one at the end. */
    void set(const std::string &name, const std::string &value);
    /* Adds a member at the end, even where the name is there already. */
    void append(const std::string &name, const std::string &value);
    void remove(const std::string &name);
    void clear() { members_.clear(); }
    bool has(const std::string &name) const;
    /* The first one's value; empty where there is none of that name. */
    std::string value(const std::string &name) const;
    std::string text() const;

  private:
    std::vector<std::pair<std::string, std::string>> members_;
};

}  // namespace oauth2_rs::mint

#endif
