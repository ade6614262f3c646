// Debian keeps the headers in a folder of their own, whose files find each other there without any flag.
#if __has_include(<hdf5/serial/hdf5.h>)
#include <hdf5/serial/hdf5.h>
#else
#include <hdf5.h>
#endif

#include <stdint.h>

// Most names of HDF5 are macros that call a function first, which Swift cannot see; hence these functions.

enum { planform_hdf5_maximum_rank = 4 };

// What is known of a dataset before any of its numbers is read.
struct planform_hdf5_dataset {
  hid_t handle;
  int rank;
  uint64_t extents[planform_hdf5_maximum_rank];
  // Whether the numbers are fractions; otherwise they are whole.
  int is_float;
  // Bytes of one number, and of all of them in the file.
  size_t element_size;
  uint64_t stored_size;
};

// Opens a file to read, or answers a negative number. Nothing is printed, and no filter is loaded from elsewhere.
static inline hid_t planform_hdf5_open(const char *path) {
  H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
  unsigned none = 0;
  H5PLset_loading_state(none);
  return H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
}

static inline void planform_hdf5_close(hid_t file) { H5Fclose(file); }

// How many members the root group has; negative if that cannot be told.
static inline int64_t planform_hdf5_count(hid_t file) {
  H5G_info_t group;
  if (H5Gget_info_by_name(file, "/", &group, H5P_DEFAULT) < 0) return -1;
  return (int64_t)group.nlinks;
}

// Writes the name of a member and answers its length without the final zero; negative if it is a link to elsewhere.
static inline int64_t planform_hdf5_name(hid_t file, uint64_t index, char *name, size_t capacity) {
  H5L_info_t link;
  if (H5Lget_info_by_idx(file, "/", H5_INDEX_NAME, H5_ITER_INC, index, &link, H5P_DEFAULT) < 0) return -1;
  if (link.type != H5L_TYPE_HARD) return -1;
  return (int64_t)H5Lget_name_by_idx(
      file, "/", H5_INDEX_NAME, H5_ITER_INC, index, name, capacity, H5P_DEFAULT);
}

// Whether the numbers lie in this file and nowhere else.
static inline int planform_hdf5_is_own(hid_t handle) {
  hid_t creation = H5Dget_create_plist(handle);
  if (creation < 0) return 0;
  int is_own = H5Pget_external_count(creation) == 0 && H5Pget_layout(creation) != H5D_VIRTUAL;
  H5Pclose(creation);
  return is_own;
}

static inline int planform_hdf5_read_type(struct planform_hdf5_dataset *dataset) {
  hid_t type = H5Dget_type(dataset->handle);
  if (type < 0) return 0;
  H5T_class_t kind = H5Tget_class(type);
  dataset->is_float = kind == H5T_FLOAT;
  dataset->element_size = H5Tget_size(type);
  H5Tclose(type);
  return kind == H5T_FLOAT || kind == H5T_INTEGER;
}

static inline int planform_hdf5_read_space(struct planform_hdf5_dataset *dataset) {
  hid_t space = H5Dget_space(dataset->handle);
  if (space < 0) return 0;
  dataset->rank = H5Sget_simple_extent_ndims(space);
  hsize_t extents[planform_hdf5_maximum_rank];
  int fits = dataset->rank >= 0 && dataset->rank <= planform_hdf5_maximum_rank &&
             H5Sget_simple_extent_dims(space, extents, NULL) >= 0;
  for (int axis = 0; fits && axis < dataset->rank; axis++) dataset->extents[axis] = extents[axis];
  H5Sclose(space);
  return fits;
}

static inline void planform_hdf5_release(struct planform_hdf5_dataset *dataset) { H5Dclose(dataset->handle); }

// Opens a dataset of plain numbers that lie in the file. Returns 1, or 0 if it is anything else.
static inline int planform_hdf5_find(hid_t file, const char *name, struct planform_hdf5_dataset *dataset) {
  dataset->handle = H5Dopen2(file, name, H5P_DEFAULT);
  if (dataset->handle < 0) return 0;
  dataset->stored_size = H5Dget_storage_size(dataset->handle);
  if (planform_hdf5_is_own(dataset->handle) && planform_hdf5_read_type(dataset) &&
      planform_hdf5_read_space(dataset))
    return 1;
  planform_hdf5_release(dataset);
  return 0;
}

// Reads all numbers, converted; the target must have room for them. Returns 1, or 0 if the file is broken.
static inline int planform_hdf5_read_floats(const struct planform_hdf5_dataset *dataset, float *target) {
  return H5Dread(dataset->handle, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, target) >= 0;
}

static inline int planform_hdf5_read_integers(const struct planform_hdf5_dataset *dataset, int64_t *target) {
  return H5Dread(dataset->handle, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, target) >= 0;
}
