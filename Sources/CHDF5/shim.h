// Debian keeps the headers in a folder of their own, whose files find each other there without any flag.
#if __has_include(<hdf5/serial/hdf5.h>)
#include <hdf5/serial/hdf5.h>
#else
#include <hdf5.h>
#endif

#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

// libhdf5 frees wild pointers when it reads some damaged files. It therefore runs in a child process, which sends what
// it has read through a pipe; if it dies, the file was broken, and nothing else comes to harm. The child calls no Swift.

enum { planform_hdf5_maximum_rank = 4, planform_hdf5_maximum_name = 4096, planform_hdf5_seconds = 120 };

// What a record of the stream is.
enum {
  planform_hdf5_end = 1,        // Nothing follows.
  planform_hdf5_name = 2,       // The bytes of a member's name follow.
  planform_hdf5_floats = 3,     // Numbers of four bytes follow.
  planform_hdf5_integers = 4,   // Numbers of eight bytes follow.
  planform_hdf5_no_numbers = 5, // The member is no dataset of plain numbers within the file.
  planform_hdf5_too_large = 6,  // The file is too short for what the shape claims.
  planform_hdf5_broken = 7,
};

// The head of a record; `byte_count` bytes follow it.
struct planform_hdf5_record {
  int32_t kind;
  int32_t rank;
  uint64_t extents[planform_hdf5_maximum_rank];
  uint64_t byte_count;
};

// MARK: In the child

static inline void planform_hdf5_send_bytes(int stream, const void *bytes, size_t count) {
  const char *next = (const char *)bytes;
  while (count > 0) {
    ssize_t written = write(stream, next, count);
    if (written <= 0) _exit(1);
    next += written;
    count -= (size_t)written;
  }
}

static inline void planform_hdf5_send(int stream, struct planform_hdf5_record record, const void *bytes) {
  planform_hdf5_send_bytes(stream, &record, sizeof record);
  planform_hdf5_send_bytes(stream, bytes, record.byte_count);
}

static inline void planform_hdf5_send_kind(int stream, int32_t kind) {
  struct planform_hdf5_record record;
  memset(&record, 0, sizeof record);
  record.kind = kind;
  planform_hdf5_send(stream, record, NULL);
}

// Sends the names of the root's members, but for links, which may lead to other files.
static inline void planform_hdf5_send_names(hid_t file, int stream) {
  H5G_info_t group;
  if (H5Gget_info_by_name(file, "/", &group, H5P_DEFAULT) < 0) return planform_hdf5_send_kind(stream, planform_hdf5_broken);
  static char name[planform_hdf5_maximum_name];
  for (hsize_t index = 0; index < group.nlinks; index++) {
    H5L_info_t link;
    if (H5Lget_info_by_idx(file, "/", H5_INDEX_NAME, H5_ITER_INC, index, &link, H5P_DEFAULT) < 0)
      return planform_hdf5_send_kind(stream, planform_hdf5_broken);
    if (link.type != H5L_TYPE_HARD) continue;
    ssize_t length =
        H5Lget_name_by_idx(file, "/", H5_INDEX_NAME, H5_ITER_INC, index, name, sizeof name, H5P_DEFAULT);
    if (length <= 0 || (size_t)length >= sizeof name) continue;
    struct planform_hdf5_record record;
    memset(&record, 0, sizeof record);
    record.kind = planform_hdf5_name;
    record.byte_count = (uint64_t)length;
    planform_hdf5_send(stream, record, name);
  }
}

// Whether the numbers lie in this file and nowhere else.
static inline int planform_hdf5_is_own(hid_t dataset) {
  hid_t creation = H5Dget_create_plist(dataset);
  return creation >= 0 && H5Pget_external_count(creation) == 0 && H5Pget_layout(creation) != H5D_VIRTUAL;
}

// Reads the type and shape of a dataset into a record; its kind says what came of it.
static inline struct planform_hdf5_record planform_hdf5_describe(hid_t dataset) {
  struct planform_hdf5_record record;
  memset(&record, 0, sizeof record);
  record.kind = planform_hdf5_no_numbers;
  if (dataset < 0 || !planform_hdf5_is_own(dataset)) return record;
  hid_t type = H5Dget_type(dataset), space = H5Dget_space(dataset);
  H5T_class_t class = H5Tget_class(type);
  record.rank = H5Sget_simple_extent_ndims(space);
  hsize_t extents[planform_hdf5_maximum_rank];
  if ((class != H5T_FLOAT && class != H5T_INTEGER) || record.rank < 0 ||
      record.rank > planform_hdf5_maximum_rank || H5Sget_simple_extent_dims(space, extents, NULL) < 0)
    return record;
  record.kind = class == H5T_FLOAT ? planform_hdf5_floats : planform_hdf5_integers;
  // Deflate shrinks at most 1032-fold.
  uint64_t limit = H5Dget_storage_size(dataset) < UINT64_MAX / 1032 ? H5Dget_storage_size(dataset) * 1032 : 0;
  uint64_t bytes = H5Tget_size(type), count = 1;
  for (int axis = 0; axis < record.rank; axis++) {
    uint64_t extent = record.extents[axis] = extents[axis];
    if (extent != 0 && bytes > limit / extent) {
      record.kind = planform_hdf5_too_large;
      return record;
    }
    bytes *= extent;
    count *= extent;
  }
  record.byte_count = count * (record.kind == planform_hdf5_floats ? sizeof(float) : sizeof(int64_t));
  return record;
}

static inline void planform_hdf5_send_numbers(hid_t file, const char *name, int stream) {
  hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
  struct planform_hdf5_record record = planform_hdf5_describe(dataset);
  if (record.kind != planform_hdf5_floats && record.kind != planform_hdf5_integers)
    return planform_hdf5_send_kind(stream, record.kind);
  void *numbers = calloc(record.byte_count + 1, 1);
  hid_t type = record.kind == planform_hdf5_floats ? H5T_NATIVE_FLOAT : H5T_NATIVE_INT64;
  if (numbers == NULL || H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers) < 0)
    return planform_hdf5_send_kind(stream, planform_hdf5_broken);
  planform_hdf5_send(stream, record, numbers);
  free(numbers);
  H5Dclose(dataset);
}

// Sends the numbers of the named datasets, or the names of all members if there are none. Does not return.
static inline void planform_hdf5_serve(const char *path, const char *const *names, size_t count, int stream) {
  // A crash shall end the child quietly, and a loop not be endless.
  int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP};
  for (size_t index = 0; index < sizeof signals / sizeof signals[0]; index++) signal(signals[index], SIG_DFL);
  struct rlimit none = {0, 0}, time = {planform_hdf5_seconds, planform_hdf5_seconds};
  setrlimit(RLIMIT_CORE, &none);
  setrlimit(RLIMIT_CPU, &time);
  // The C library reports a damaged heap on the terminal otherwise.
  int silence = open("/dev/null", O_WRONLY);
  if (silence >= 0) dup2(silence, STDERR_FILENO);
  H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
  // No filter is loaded from elsewhere.
  H5PLset_loading_state(0);
  hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
  if (file < 0) {
    planform_hdf5_send_kind(stream, planform_hdf5_broken);
  } else if (names == NULL) {
    planform_hdf5_send_names(file, stream);
  } else {
    for (size_t index = 0; index < count; index++) planform_hdf5_send_numbers(file, names[index], stream);
  }
  planform_hdf5_send_kind(stream, planform_hdf5_end);
  _exit(0);
}

// MARK: In the parent

// Starts a child and answers the end of the pipe to read from; -1 if that fails.
static inline int planform_hdf5_start(
    const char *path, const char *const *names, size_t count, pid_t *child) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return -1;
  *child = fork();
  if (*child == 0) {
    close(ends[0]);
    planform_hdf5_serve(path, names, count, ends[1]);
  }
  close(ends[1]);
  if (*child > 0) return ends[0];
  close(ends[0]);
  return -1;
}

// Fills the target from the pipe. Returns 1, or 0 if the child has ended before.
static inline int planform_hdf5_receive(int stream, void *target, size_t count) {
  char *next = (char *)target;
  while (count > 0) {
    ssize_t received = read(stream, next, count);
    if (received <= 0) return 0;
    next += received;
    count -= (size_t)received;
  }
  return 1;
}

// Ends the child, whatever it is doing.
static inline void planform_hdf5_stop(int stream, pid_t child) {
  close(stream);
  kill(child, SIGKILL);
  waitpid(child, NULL, 0);
}
