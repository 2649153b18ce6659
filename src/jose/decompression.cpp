#include "jose/decompression.h"

#include <zlib.h>

#include <cstddef>

namespace oauth2_rs {

namespace {

constexpr std::size_t kMostBytes = 64 * 1024;
constexpr int kRawDeflate = -MAX_WBITS;

/* Owns zlib's state, which has to be given back whatever becomes of the stream. */
class Inflater {
  public:
    Inflater() : ready_(inflateInit2(&stream_, kRawDeflate) == Z_OK) {}
    ~Inflater() {
        if (ready_) {
            inflateEnd(&stream_);
        }
    }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;

    bool ready() const { return ready_; }

    /* One step is enough: what doesn't fit into `out` isn't wanted. */
    int run(const SecretBytes& in, SecretBytes* out) {
        stream_.next_in = const_cast<unsigned char*>(in.data());  // zlib only reads it
        stream_.avail_in = static_cast<unsigned>(in.size());
        stream_.next_out = out->data();
        stream_.avail_out = static_cast<unsigned>(out->size());
        return inflate(&stream_, Z_FINISH);
    }

    std::size_t unread() const { return stream_.avail_in; }
    std::size_t unused() const { return stream_.avail_out; }

  private:
    z_stream stream_{};
    bool ready_;
};

}  // namespace

Result<SecretBytes> decompress(const SecretBytes& deflated) {
    Inflater inflater;
    if (!inflater.ready()) {
        return Denial{Code::kInternalError, "zlib can't be set up"};
    }
    SecretBytes content(kMostBytes + 1);
    const int outcome = inflater.run(deflated, &content);
    if (inflater.unused() == 0) {
        return Denial{Code::kMalformedToken, "its inflated payload is over 64 KiB"};
    }
    if (outcome != Z_STREAM_END || inflater.unread() != 0) {
        return Denial{Code::kDecryptionFailed, "its compressed content is no DEFLATE stream"};
    }
    content.resize(content.size() - inflater.unused());
    return content;
}

}  // namespace oauth2_rs
