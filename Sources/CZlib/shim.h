// zlib as Swift can call it: inflateInit2 is a macro.
#ifndef FIREDRILL_CZLIB_H
#define FIREDRILL_CZLIB_H

#include <zlib.h>

static inline int firedrill_inflate_init(z_stream *stream, int window_bits) { return inflateInit2(stream, window_bits); }

#endif
