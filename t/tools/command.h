#ifndef MINT_COMMAND_H
#define MINT_COMMAND_H

#include <string>
#include <vector>

#include "options.h"

namespace oauth2_rs::mint {

/* One row of the command table: what the usage says, and what runs. */
struct Command {
    const char *name;
    const char *operands;  // as the usage names them
    const char *summary;
    size_t least_operands;
    size_t most_operands;
    std::vector<OptionSpec> options;
    const char *notes;  // help behind the options, with examples
    void (*run)(const Options &options);
    std::string (*more_help)();  // null where the notes say all
};

Command key_command();
Command jwks_command();
Command pem_command();
Command secret_command();
Command certificate_command();
Command keystore_command();
Command token_command();

}  // namespace oauth2_rs::mint

#endif
