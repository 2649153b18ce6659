#include <algorithm>
#include <random>

#include "../unit/fakes.h"
#include "base/base64url.h"
#include "fuzz.h"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

namespace oauth2_rs::fuzz {

namespace {

struct Part {
    std::size_t begin;
    std::size_t size;
};

/* One of the parts between dots. */
Part choose_part(std::string_view token, std::minstd_rand* random) {
    std::vector<Part> parts;
    for (std::size_t begin = 0; begin <= token.size();) {
        const std::size_t end = std::min(token.find('.', begin), token.size());
        parts.push_back({begin, end - begin});
        begin = end + 1;
    }
    return parts[(*random)() % parts.size()];
}

std::string mutated(std::string bytes) {
    constexpr std::size_t kRoom = 256;
    const std::size_t size = bytes.size();
    bytes.resize(size + kRoom);
    bytes.resize(
        LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(bytes.data()), size, size + kRoom));
    return bytes;
}

}  // namespace

std::size_t mutate_token(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
    std::minstd_rand random(seed);
    const std::string token(text_of(data, size));
    const Part part = choose_part(token, &random);
    std::string bytes;
    const bool plain =
        random() % 4 == 0 ||
        !decode_base64url(std::string_view(token).substr(part.begin, part.size), &bytes);
    if (plain) {
        return LLVMFuzzerMutate(data, size, most);
    }
    const std::string made = token.substr(0, part.begin) +
                             fakes::encode_base64url(mutated(std::move(bytes))) +
                             token.substr(part.begin + part.size);
    if (made.size() > most) {
        return LLVMFuzzerMutate(data, size, most);
    }
    std::copy(made.begin(), made.end(), data);
    return made.size();
}

}  // namespace oauth2_rs::fuzz
