import Foundation
import Runtime

#if HDF5
  import CHDF5
#endif

/// The datasets in the root of an HDF5 file, such as h5py writes them.
///
/// Only plain arrays that lie in the file itself are read: what points to other files, or needs a plug-in to be read,
/// is refused.
final class HDF5File {
  /// The names of all members of the root, sorted by HDF5.
  let names: [String]
  private let path: String

  #if HDF5
    /// The library keeps state of its own and must not be entered by two threads.
    private static let lock = NSRecursiveLock()
    private static let nameLimit = 4096
    private let file: hid_t

    init(path: String) throws(RuntimeError) {
      self.path = path
      try Self.checkSignature(path)
      Self.lock.lock()
      defer { Self.lock.unlock() }
      file = planform_hdf5_open(path)
      guard file >= 0 else {
        throw RuntimeError(.invalid, "'\(path)': the HDF5 file is broken")
      }
      names = Self.names(in: file)
    }

    deinit { Self.lock.withLock { planform_hdf5_close(file) } }

    private static func names(in file: hid_t) -> [String] {
      let count = max(0, planform_hdf5_count(file))
      var buffer = [CChar](repeating: 0, count: nameLimit)
      return (0..<count).compactMap { index in
        let length = planform_hdf5_name(file, UInt64(index), &buffer, nameLimit)
        guard 1..<Int64(nameLimit) ~= length else { return nil }
        return String(
          validating: buffer[..<Int(length)].lazy.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      }
    }

    /// A dataset, fractions as float32 and whole numbers as int64.
    func tensor(_ name: String) throws(RuntimeError) -> HostTensor {
      guard names.contains(name) else { throw missing(name) }
      Self.lock.lock()
      defer { Self.lock.unlock() }
      var dataset = planform_hdf5_dataset()
      guard planform_hdf5_find(file, name, &dataset) == 1 else {
        throw RuntimeError(
          .unsupported,
          "'\(path)': '\(name)' is no dataset of plain numbers within the file")
      }
      defer { planform_hdf5_release(&dataset) }
      let shape = try shape(of: dataset, name)
      let count = shape.reduce(1, *)
      var isRead = false
      let tensor: HostTensor
      if dataset.is_float == 1 {
        let values = [Float](unsafeUninitializedCapacity: count) { target, initialized in
          target.initialize(repeating: 0)
          isRead = target.baseAddress.map { planform_hdf5_read_floats(&dataset, $0) == 1 } ?? true
          initialized = count
        }
        tensor = HostTensor(shape: shape, values)
      } else {
        let values = [Int64](unsafeUninitializedCapacity: count) { target, initialized in
          target.initialize(repeating: 0)
          isRead = target.baseAddress.map { planform_hdf5_read_integers(&dataset, $0) == 1 } ?? true
          initialized = count
        }
        tensor = HostTensor(shape: shape, values)
      }
      guard isRead else {
        throw RuntimeError(.invalid, "'\(path)': the numbers of '\(name)' cannot be read")
      }
      return tensor
    }

    /// The shape, if the file can hold what it claims.
    private func shape(
      of dataset: planform_hdf5_dataset, _ name: String
    ) throws(RuntimeError) -> [Int] {
      let extents = withUnsafeBytes(of: dataset.extents) { Array($0.bindMemory(to: UInt64.self)) }
      var shape: [Int] = []
      var bytes = dataset.element_size
      for extent in extents.prefix(Int(dataset.rank)) {
        let (product, overflow) = bytes.multipliedReportingOverflow(by: Int(clamping: extent))
        // Deflate shrinks at most 1032-fold.
        guard !overflow, UInt64(product) / 1032 <= dataset.stored_size else {
          throw RuntimeError(
            .invalid,
            "'\(path)': the \(dataset.stored_size) bytes of '\(name)' cannot hold what its shape "
              + "claims")
        }
        bytes = product
        shape.append(Int(clamping: extent))
      }
      return shape
    }
  #else
    init(path: String) throws(RuntimeError) {
      self.path = path
      names = []
      try Self.checkSignature(path)
      throw RuntimeError(
        .unsupported,
        "'\(path)': this build cannot read HDF5; install libhdf5-dev and build with the package "
          + "trait 'HDF5', or convert the file to .npy")
    }

    func tensor(_ name: String) throws(RuntimeError) -> HostTensor { throw missing(name) }
  #endif

  private func missing(_ name: String) -> RuntimeError {
    let some = names.prefix(8).map { "'\($0)'" }.joined(separator: ", ")
    return RuntimeError(
      .missing,
      "'\(path)': no dataset '\(name)'; the file holds \(names.count): \(some)"
        + (names.count > 8 ? ", ..." : ""))
  }

  /// Whether a file begins as HDF5 files do.
  static func isRecognized(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.starts(with: [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A])
  }

  private static func checkSignature(_ path: String) throws(RuntimeError) {
    guard try MappedFile(path: path).withBytes(isRecognized) else {
      throw RuntimeError(.invalid, "'\(path)': expected an HDF5 file, found another format")
    }
  }
}
