#ifndef OAUTH2_RS_BASE_MEMORY_H
#define OAUTH2_RS_BASE_MEMORY_H

#include <openssl/crypto.h>
#include <openssl/err.h>

#include <new>

#include "base/handles.h"

namespace oauth2_rs {

/*
 * For a call into a library that ends the process where it gets no memory for something small: a
 * block that was given back a moment before is there for it. Throws std::bad_alloc where even that
 * can't be had.
 */
inline void require_memory() {
    constexpr std::size_t kEnough = 4096;
    const OpensslMemory block(static_cast<unsigned char*>(OPENSSL_malloc(kEnough)));
    if (!block) {
        ERR_clear_error();  // from version 3.2 on OpenSSL queues it
        throw std::bad_alloc();
    }
}

}  // namespace oauth2_rs

#endif
