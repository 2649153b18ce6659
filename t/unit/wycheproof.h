#ifndef OAUTH2_RS_UNIT_WYCHEPROOF_H
#define OAUTH2_RS_UNIT_WYCHEPROOF_H

#include <cstdio>
#include <string>
#include <vector>

#include "base/handles.h"

namespace oauth2_rs::wycheproof {

/*
 * Judges the vectors of Wycheproof's json_web_* files with the module's own code: keys are imported
 * as a jwks store imports them, chosen as a secrets provider chooses them, and the compact JWS or
 * JWE is taken apart and verified or decrypted. What they hold are no claims, so that nothing
 * behind the signature is looked at, and of a decrypted content only whether it is the "pt" of the
 * vector.
 *
 * Each vector counts once:
 *
 * passed         We accept what is "valid", refuse what is "invalid", or it is "acceptable".
 * policy         "valid", and refused because we want it so: the header's "alg" is none of ours;
 *                every key of the group bears another "alg" than the header (a key's "alg" binds
 *                it); or the token holds a character that base64url doesn't have.
 * ambiguous      "invalid" and accepted, where it is flagged "Ambiguous" or its group's set mixes
 *                symmetric and other keys: a set may do that, and several keys may bear one "kid".
 * contradictory  Its group holds the same text with the other verdict, and that is ours.
 * wrong          Anything else. One is enough for the runner to fail.
 * not_covered    Neither a JWS nor a JWE. One is enough for the runner to fail, since a file must
 *                not look as if it had been checked.
 */
struct Summary {
    int passed = 0;
    int policy = 0;
    int ambiguous = 0;
    int contradictory = 0;
    int wrong = 0;
    int not_covered = 0;

    int total() const { return passed + policy + ambiguous + contradictory + wrong + not_covered; }
};

/* Judges one test group and prints each wrong verdict, `file` before it. */
void judge_group(const json_t* group, const std::string& file, Summary* summary, std::FILE* out);

/* Judges whole files and prints a line on each. The exit status: 0 where nothing is wrong. */
int run(const std::vector<std::string>& files, std::FILE* out);

}  // namespace oauth2_rs::wycheproof

#endif
