#include <algorithm>
#include <cstdio>
#include <exception>

#include "command.h"
#include "failure.h"
#include "files.h"

namespace oauth2_rs::mint {

namespace {

constexpr int kExitFailure = 1;
constexpr int kExitUsage = 2;

std::vector<Command> commands() {
    return {key_command(),         jwks_command(),     pem_command(),  secret_command(),
            certificate_command(), keystore_command(), token_command()};
}

/* What is too long for the column has a line of its own. */
std::string column(const std::string &text, size_t width) {
    return text.size() < width ? text + std::string(width - text.size(), ' ')
                               : text + "\n  " + std::string(width, ' ');
}

std::string help() {
    std::string text =
        "Usage: mint COMMAND ...\n"
        "\n"
        "Makes keys, certificates, keystores and access tokens to try and to test an OAuth 2.0\n"
        "resource server with.\n"
        "\n"
        "Commands:\n";
    for (const Command &command : commands()) {
        text += "  " + column(command.name, 10) + command.summary + '\n';
    }
    return text +
           "\n"
           "'mint COMMAND --help' explains a command.\n"
           "\n"
           "Example: a key, the key set for the server, and a token:\n"
           "  mint key RS256 --out rsa.jwk\n"
           "  mint jwks rsa.jwk --out jwks.json\n"
           "  mint token rsa.jwk --claim sub=bob\n"
           "\n"
           "Files with private material can be read by their owner only.\n"
           "The exit status is 0, or 1 for a failure, or 2 for a wrong command line.\n";
}

std::string help(const Command &command) {
    std::string text = "Usage: mint " + std::string(command.name) + ' ' + command.operands +
                       " [OPTION]...\n\n" + command.summary + "\n\nOptions:\n";
    for (const OptionSpec &option : command.options) {
        const std::string name =
            option.name + (option.value == nullptr ? "" : ' ' + std::string(option.value));
        text += "  " + column(name, 22) + option.help + (option.repeatable ? "; repeatable" : "") +
                '\n';
    }
    text += '\n' + std::string(command.notes);
    return command.more_help == nullptr ? text : text + command.more_help();
}

bool asks_for_help(const std::vector<std::string> &arguments) {
    return std::find(arguments.begin(), arguments.end(), "--help") != arguments.end();
}

void run(const Command &command, const std::vector<std::string> &arguments) {
    const Options options(command.options, arguments);
    const size_t given = options.operands().size();
    if (given < command.least_operands || given > command.most_operands) {
        throw UsageError("wants " + std::string(command.operands));
    }
    command.run(options);
}

int report(const std::string &command, const std::exception &error, int status) {
    std::fprintf(stderr, "mint %s: %s%s\n", command.c_str(), error.what(),
                 status == kExitUsage ? (" (see 'mint " + command + " --help')").c_str() : "");
    return status;
}

int run_command(const std::string &name, const std::vector<std::string> &arguments) {
    const auto table = commands();
    const auto command = std::find_if(table.begin(), table.end(),
                                      [&](const Command &known) { return name == known.name; });
    if (command == table.end()) {
        std::fprintf(stderr, "mint: unknown command '%s' (see 'mint --help')\n", name.c_str());
        return kExitUsage;
    }
    try {
        if (asks_for_help(arguments)) {
            write_output("", help(*command), Privacy::kPublic);
        } else {
            run(*command, arguments);
        }
        return 0;
    } catch (const UsageError &error) {
        return report(name, error, kExitUsage);
    } catch (const std::exception &error) {
        return report(name, error, kExitFailure);
    }
}

int main_guarded(const std::vector<std::string> &arguments) {
    if (arguments.empty()) {
        std::fputs(help().c_str(), stderr);
        return kExitUsage;
    }
    if (arguments[0] == "--help") {
        std::fputs(help().c_str(), stdout);
        return 0;
    }
    return run_command(arguments[0], {arguments.begin() + 1, arguments.end()});
}

}  // namespace

}  // namespace oauth2_rs::mint

int main(int argc, char **argv) { return oauth2_rs::mint::main_guarded({argv + 1, argv + argc}); }
