// zlib as Swift can call it: inflateInit2 and deflateInit2 are macros.
#ifndef FIREDRILL_CZLIB_H
#define FIREDRILL_CZLIB_H

#include <zlib.h>

static inline int firedrill_inflate_init(z_stream *stream, int window_bits) { return inflateInit2(stream, window_bits); }

// A window of 15 bits; 16 more ask for gzip's header.
static inline int firedrill_deflate_init(z_stream *stream, int window_bits) {
    return deflateInit2(stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY);
}

#endif
