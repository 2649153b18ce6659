#ifndef OAUTH2_RS_BASE_SECRET_BYTES_H
#define OAUTH2_RS_BASE_SECRET_BYTES_H

#include <openssl/crypto.h>

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace oauth2_rs {

/* Gives memory back wiped; std::vector frees a smaller buffer through it too when it grows. */
template <class T>
struct WipingAllocator {
    using value_type = T;

    WipingAllocator() = default;
    template <class U>
    WipingAllocator(const WipingAllocator<U>& /*other*/) {}

    T* allocate(std::size_t count) { return std::allocator<T>().allocate(count); }
    void deallocate(T* memory, std::size_t count) {
        OPENSSL_cleanse(memory, count * sizeof(T));
        std::allocator<T>().deallocate(memory, count);
    }
    friend bool operator==(const WipingAllocator& /*a*/, const WipingAllocator& /*b*/) {
        return true;
    }
    friend bool operator!=(const WipingAllocator& /*a*/, const WipingAllocator& /*b*/) {
        return false;
    }
};

/* Bytes of a secret, or of a file that holds one: wiped when freed, never logged. */
using SecretBytes = std::vector<unsigned char, WipingAllocator<unsigned char>>;

inline std::string_view as_text(const SecretBytes& bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline SecretBytes to_secret(std::string_view text) { return {text.begin(), text.end()}; }

}  // namespace oauth2_rs

#endif
