#include <zlib.h>

#include <stddef.h>
#include <string.h>

// What zlib calls the formats that are read: bits of the window, and how the stream is wrapped.
enum { planform_gzip = 15 + 16, planform_raw_deflate = -15 };

// Expands one stream into `target`, of which it must fill exactly `capacity` bytes. Returns 1, or 0 if the stream is
// broken, cut off, shorter or longer.
static inline int planform_inflate(
    const unsigned char *bytes, size_t count, int format, unsigned char *target, size_t capacity) {
  // zlib counts in 32 bits.
  if (count > 0xffffffffu || capacity > 0xfffffffeu) return 0;
  unsigned char beyond;
  z_stream stream;
  memset(&stream, 0, sizeof stream);
  stream.next_in = (unsigned char *)bytes;
  stream.avail_in = (uInt)count;
  if (inflateInit2(&stream, format) != Z_OK) return 0;
  stream.next_out = target;
  stream.avail_out = (uInt)capacity;
  int state = capacity == 0 ? Z_OK : inflate(&stream, Z_FINISH);
  if (state != Z_STREAM_END && stream.avail_out == 0) {
    // All that was expected is there; the stream must end without another byte.
    stream.next_out = &beyond;
    stream.avail_out = 1;
    state = inflate(&stream, Z_FINISH);
    if (stream.avail_out == 0) state = Z_DATA_ERROR;
  }
  int filled = state == Z_STREAM_END && stream.total_out == capacity;
  inflateEnd(&stream);
  return filled;
}
