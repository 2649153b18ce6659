#ifndef OAUTH2_RS_BASE_STRINGS_H
#define OAUTH2_RS_BASE_STRINGS_H

#include <string>
#include <string_view>
#include <vector>

namespace oauth2_rs {

/* ASCII only, whatever the locale. */
bool equals_ignoring_case(std::string_view left, std::string_view right);

/* Without the spaces and tabs at either end. */
std::string_view trim(std::string_view text);

bool starts_with(std::string_view text, std::string_view prefix);

/*
 * Takes the next word of space-separated `rest`, passing over any number of spaces; empty when
 * there is none left.
 */
std::string_view next_word(std::string_view* rest);

std::string join(const std::vector<std::string_view>& texts, char separator);

/* RFC 6749 section 3.3: 1*( %x21 / %x23-5B / %x5D-7E ). */
bool is_scope_token(std::string_view text);

/* The documented grammar of a secret id: letters and digits in segments joined by ".", "_", "-". */
bool is_secret_id(std::string_view text);

/* RFC 6750 section 2.1: what an access token may look like in a header. */
bool is_b64token(std::string_view text);

/* As the value of a field of an HTML form (application/x-www-form-urlencoded). */
std::string form_encoded(std::string_view text);

/* Every byte outside printable ASCII becomes "?". */
std::string printable(std::string_view text);

/* An RFC 9110 quoted-string: in quotes, with " and \ escaped. */
std::string quoted(std::string_view text);

/*
 * What a message quotes of a text that anybody may have written: printable, and cut where it is so
 * long that it would drive the rest of the message out of sight.
 */
std::string shown(std::string_view text);

/*
 * For header fields of a request upstream: text as it is, but where it holds a control character
 * these and every backslash come out as JSON escapes.
 */
bool has_control_characters(std::string_view text);
std::string escape_control_characters(std::string_view text);

}  // namespace oauth2_rs

#endif
