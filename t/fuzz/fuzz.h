#ifndef OAUTH2_RS_FUZZ_FUZZ_H
#define OAUTH2_RS_FUZZ_FUZZ_H

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "jose/key.h"

namespace oauth2_rs::fuzz {

/* Ends the program where a property doesn't hold; libFuzzer then keeps the input. */
void require(bool holds, const char* property);

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

/* A file that the fuzzers share, from t/fuzz/keys; ends the program where it can't be read. */
std::string shared_file(const std::string& name);

/* The lines of such a file. */
std::vector<std::string> shared_lines(const std::string& name);

/* Takes the text up to the next newline, or all of it. */
std::string_view take_line(std::string_view* rest);

/*
 * That each of these keys is sound for something that it may serve, that they verify nothing of
 * what a stranger has signed, and decrypt nothing that was meant for one: the strangers' keys are
 * made when the fuzzer starts, so that no input can hold them.
 */
void require_sound(const std::vector<KeyPointer>& keys);

/*
 * A mutation of one part of a compact serialization behind its base64url: bytes as such hardly ever
 * reach what is behind the decoding. For LLVMFuzzerCustomMutator.
 */
std::size_t mutate_token(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed);

}  // namespace oauth2_rs::fuzz

#endif
