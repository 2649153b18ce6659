// Runs Wycheproof's JSON web vectors: wycheproof_test FILE...
// args: t/data/wycheproof/*.json

#include "wycheproof.h"

int main(int count, char** arguments) {
    if (count < 2) {
        std::fputs("usage: wycheproof_test FILE...\n", stderr);
        return 2;
    }
    return oauth2_rs::wycheproof::run({arguments + 1, arguments + count}, stdout);
}
