#ifndef MINT_BAD_ENCRYPTION_H
#define MINT_BAD_ENCRYPTION_H

#include <string>
#include <string_view>

#include "envelope.h"
#include "token.h"

namespace oauth2_rs::mint {

/* One way for an encrypted token to be wrong. It is valid in every other respect. */
struct BadEncryption {
    const char *name;
    const char *help;
    /* `envelope` is as make_envelope made it: all is still to be done. */
    std::string (*make)(Draft &draft, Envelope &envelope);
};

/* Null for a name that is not known. */
const BadEncryption *find_bad_encryption(std::string_view name);

/* One line a name, with what it does. */
std::string bad_encryption_list();

}  // namespace oauth2_rs::mint

#endif
