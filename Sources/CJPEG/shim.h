#include <stddef.h>
#include <stdio.h>

#include <jpeglib.h>

#include <jerror.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

// libjpeg ends the process when a picture is broken, unless its error handler leaves by longjmp, which must not pass
// through Swift. These functions end every such jump in C and answer with a message instead.

// A picture in memory, and after reading its pixels or what is wrong with it.
struct planform_jpeg {
  const unsigned char *bytes;
  size_t count;
  // Larger pictures are refused before memory is reserved for them.
  unsigned maximum_side;
  size_t maximum_pixels;
  // RGB, three bytes a pixel, rows from the top; for planform_jpeg_release.
  unsigned char *pixels;
  unsigned width;
  unsigned height;
  char message[JMSG_LENGTH_MAX];
};

struct planform_jpeg_session {
  struct jpeg_decompress_struct codec;
  struct jpeg_error_mgr errors;
  struct jpeg_progress_mgr progress;
  struct planform_jpeg *jpeg;
  unsigned char *row;
  jmp_buf escape;
};

static inline void planform_jpeg_refuse(struct planform_jpeg_session *session, const char *text) {
  snprintf(session->jpeg->message, sizeof session->jpeg->message, "%s", text);
  longjmp(session->escape, 1);
}

static inline void planform_jpeg_fail(j_common_ptr codec) {
  struct planform_jpeg_session *session = (struct planform_jpeg_session *)codec->client_data;
  codec->err->format_message(codec, session->jpeg->message);
  longjmp(session->escape, 1);
}

// libjpeg fills what is missing from a damaged picture with grey and only warns; a data set must not hold that.
static inline void planform_jpeg_warn(j_common_ptr codec, int level) {
  int code = codec->err->msg_code;
  if (level < 0 && (code == JWRN_JPEG_EOF || code == JWRN_HIT_MARKER || code == JWRN_HUFF_BAD_CODE))
    planform_jpeg_fail(codec);
}

static inline void planform_jpeg_ignore(j_common_ptr codec) { (void)codec; }

// A progressive picture of few bytes can ask for thousands of passes over all of its pixels.
static inline void planform_jpeg_watch(j_common_ptr codec) {
  struct planform_jpeg_session *session = (struct planform_jpeg_session *)codec->client_data;
  if (session->codec.input_scan_number > 100) planform_jpeg_refuse(session, "more than 100 progressive scans");
}

// Printers' CMYK, stored inverted as Adobe's programs do, to RGB.
static inline void planform_jpeg_from_cmyk(const unsigned char *cmyk, unsigned char *rgb, unsigned width, int inverted) {
  for (unsigned x = 0; x < width; x++)
    for (int c = 0; c < 3; c++) {
      int ink = cmyk[4 * x + c], black = cmyk[4 * x + 3];
      rgb[3 * x + c] = (unsigned char)((inverted ? ink * black : (255 - ink) * (255 - black)) / 255);
    }
}

static inline void planform_jpeg_decode(struct planform_jpeg_session *session) {
  struct planform_jpeg *jpeg = session->jpeg;
  struct jpeg_decompress_struct *codec = &session->codec;
  jpeg_mem_src(codec, jpeg->bytes, jpeg->count);
  jpeg_read_header(codec, TRUE);
  jpeg->width = codec->image_width;
  jpeg->height = codec->image_height;
  if (jpeg->width > jpeg->maximum_side || jpeg->height > jpeg->maximum_side
      || (size_t)jpeg->width * jpeg->height > jpeg->maximum_pixels)
    planform_jpeg_refuse(session, "the picture is too large");
  int is_cmyk = codec->num_components == 4;
  codec->out_color_space = is_cmyk ? JCS_CMYK : JCS_RGB;
  jpeg_start_decompress(codec);
  jpeg->pixels = (unsigned char *)malloc((size_t)jpeg->width * jpeg->height * 3);
  session->row = (unsigned char *)malloc((size_t)jpeg->width * 4);
  if (jpeg->pixels == NULL || session->row == NULL) planform_jpeg_refuse(session, "out of memory");
  while (codec->output_scanline < codec->output_height) {
    unsigned char *target = jpeg->pixels + (size_t)codec->output_scanline * jpeg->width * 3;
    JSAMPROW row = is_cmyk ? session->row : target;
    jpeg_read_scanlines(codec, &row, 1);
    if (is_cmyk) planform_jpeg_from_cmyk(row, target, jpeg->width, codec->saw_Adobe_marker);
  }
  jpeg_finish_decompress(codec);
}

static inline void planform_jpeg_release(struct planform_jpeg *jpeg) {
  free(jpeg->pixels);
  jpeg->pixels = NULL;
}

// Reads `bytes`. Returns 1, or 0 with a message.
static inline int planform_jpeg_read(struct planform_jpeg *jpeg) {
  struct planform_jpeg_session *session = (struct planform_jpeg_session *)calloc(1, sizeof *session);
  if (session == NULL) return 0;
  session->jpeg = jpeg;
  session->codec.err = jpeg_std_error(&session->errors);
  session->errors.error_exit = planform_jpeg_fail;
  session->errors.emit_message = planform_jpeg_warn;
  session->errors.output_message = planform_jpeg_ignore;
  session->codec.client_data = session;
  volatile int succeeded = 0;
  if (setjmp(session->escape) == 0) {
    jpeg_create_decompress(&session->codec);
    session->progress.progress_monitor = planform_jpeg_watch;
    session->codec.progress = &session->progress;
    planform_jpeg_decode(session);
    succeeded = 1;
  } else {
    planform_jpeg_release(jpeg);
  }
  jpeg_destroy_decompress(&session->codec);
  free(session->row);
  free(session);
  return succeeded;
}
