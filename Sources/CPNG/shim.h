#include <png.h>

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// libpng leaves a function by longjmp when a picture is broken, which must not pass through Swift. These functions
// end every such jump in C and answer with a message instead.

// A picture in memory while it is being read, and afterwards its pixels or what is wrong with it.
struct planform_png {
  const unsigned char *bytes;
  size_t count;
  size_t position;
  png_structp codec;
  png_infop details;
  png_bytepp rows;
  // RGBA, four bytes a pixel, rows from the top; for planform_png_release.
  unsigned char *pixels;
  png_uint_32 width;
  png_uint_32 height;
  char message[128];
};

static inline void planform_png_fail(png_structp codec, png_const_charp text) {
  struct planform_png *png = (struct planform_png *)png_get_error_ptr(codec);
  snprintf(png->message, sizeof png->message, "%s", text);
  png_longjmp(codec, 1);
}

// Warnings concern chunks that do not matter here; libpng would print them.
static inline void planform_png_ignore(png_structp codec, png_const_charp text) {
  (void)codec;
  (void)text;
}

static inline void planform_png_pull(png_structp codec, png_bytep target, size_t count) {
  struct planform_png *png = (struct planform_png *)png_get_io_ptr(codec);
  if (count > png->count - png->position) png_error(codec, "the file is cut off");
  memcpy(target, png->bytes + png->position, count);
  png->position += count;
}

// Whatever the file holds becomes eight bits each of red, green, blue and opacity.
static inline void planform_png_normalize(struct planform_png *png) {
  png_set_expand(png->codec);
  png_set_scale_16(png->codec);
  png_set_gray_to_rgb(png->codec);
  png_set_add_alpha(png->codec, 0xff, PNG_FILLER_AFTER);
  png_set_interlace_handling(png->codec);
  png_read_update_info(png->codec, png->details);
}

static inline void planform_png_decode(struct planform_png *png) {
  png_set_read_fn(png->codec, png, planform_png_pull);
  png_set_chunk_malloc_max(png->codec, 1 << 23);
  png_read_info(png->codec, png->details);
  png->width = png_get_image_width(png->codec, png->details);
  png->height = png_get_image_height(png->codec, png->details);
  planform_png_normalize(png);
  if (png_get_rowbytes(png->codec, png->details) != (size_t)png->width * 4)
    png_error(png->codec, "the pixels cannot be converted to RGBA");
  png->pixels = (unsigned char *)malloc((size_t)png->width * png->height * 4);
  png->rows = (png_bytepp)malloc(png->height * sizeof(png_bytep));
  if (png->pixels == NULL || png->rows == NULL) png_error(png->codec, "out of memory");
  for (png_uint_32 y = 0; y < png->height; y++) png->rows[y] = png->pixels + (size_t)y * png->width * 4;
  png_read_image(png->codec, png->rows);
  png_read_end(png->codec, NULL);
}

static inline void planform_png_release(struct planform_png *png) {
  free(png->pixels);
  png->pixels = NULL;
}

// Reads `bytes`; the caller has checked that the size in the file's header is acceptable. Returns 1, or 0 with a message.
static inline int planform_png_read(struct planform_png *png) {
  png->codec = png_create_read_struct(PNG_LIBPNG_VER_STRING, png, planform_png_fail, planform_png_ignore);
  if (png->codec == NULL) {
    snprintf(png->message, sizeof png->message, "libpng cannot be started");
    return 0;
  }
  int succeeded = 0;
  if (setjmp(png_jmpbuf(png->codec)) == 0) {
    png->details = png_create_info_struct(png->codec);
    if (png->details == NULL) png_error(png->codec, "out of memory");
    planform_png_decode(png);
    succeeded = 1;
  } else {
    planform_png_release(png);
  }
  free(png->rows);
  png->rows = NULL;
  png_destroy_read_struct(&png->codec, &png->details, NULL);
  return succeeded;
}

// Encodes RGB pixels into a new block of `count` bytes, to be freed by the caller; NULL if that fails.
static inline unsigned char *planform_png_write(
    const unsigned char *rgb, unsigned width, unsigned height, size_t *count) {
  png_image image;
  memset(&image, 0, sizeof image);
  image.version = PNG_IMAGE_VERSION;
  image.width = width;
  image.height = height;
  image.format = PNG_FORMAT_RGB;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  unsigned char *bytes = (unsigned char *)malloc(size);
  if (bytes != NULL && !png_image_write_to_memory(&image, bytes, &size, 0, rgb, 0, NULL)) {
    free(bytes);
    bytes = NULL;
  }
  *count = size;
  return bytes;
}
