import Runtime

/// The datasets in the root of an HDF5 file, such as h5py writes them.
///
/// Only plain arrays that lie in the file itself are read: what points to other files, or needs a plug-in to be read,
/// is refused.
struct HDF5File {
  /// The names of all members of the root, sorted by HDF5.
  let names: [String]
  private let path: String

  init(path: String) throws(RuntimeError) {
    guard try MappedFile(path: path).withBytes(Self.isRecognized) else {
      throw RuntimeError(.invalid, "'\(path)': expected an HDF5 file, found another format")
    }
    self.path = path
    names = try Self.names(of: path)
  }

  /// Whether a file begins as HDF5 files do.
  static func isRecognized(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.starts(with: [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A])
  }

  /// A dataset, fractions as float32 and whole numbers as int64.
  func tensor(_ name: String) throws(RuntimeError) -> HostTensor { try tensors([name])[0] }

  /// Datasets in the order of their names.
  func tensors(_ wanted: [String]) throws(RuntimeError) -> [HostTensor] {
    let known = Set(names)
    if let missing = wanted.first(where: { !known.contains($0) }) {
      let some = names.prefix(8).map { "'\($0)'" }.joined(separator: ", ")
      throw RuntimeError(
        .missing,
        "'\(path)': no dataset '\(missing)'; the file holds \(names.count): \(some)"
          + (names.count > 8 ? ", ..." : ""))
    }
    return try read(wanted)
  }
}

#if HDF5
  extension HDF5File {
    private static func names(of path: String) throws(RuntimeError) -> [String] {
      let stream = try HDF5Stream(path: path, datasets: nil)
      var names: [String] = []
      while true {
        switch try stream.next() {
        case .name(let name): names.append(name)
        case .end: return names
        default: throw stream.broken
        }
      }
    }

    private func read(_ wanted: [String]) throws(RuntimeError) -> [HostTensor] {
      let stream = try HDF5Stream(path: path, datasets: wanted)
      var tensors: [HostTensor] = []
      for name in wanted {
        switch try stream.next() {
        case .tensor(let tensor): tensors.append(tensor)
        case .noNumbers:
          throw RuntimeError(
            .unsupported, "'\(path)': '\(name)' is no dataset of plain numbers within the file")
        case .tooLarge:
          throw RuntimeError(
            .invalid, "'\(path)': the file is too short for the shape that '\(name)' claims")
        default: throw stream.broken
        }
      }
      return tensors
    }
  }
#else
  extension HDF5File {
    private static func names(of path: String) throws(RuntimeError) -> [String] {
      throw RuntimeError(
        .unsupported,
        "'\(path)': this build cannot read HDF5; install libhdf5-dev and build with the package "
          + "trait 'HDF5', or convert the file to .npy")
    }

    private func read(_ wanted: [String]) throws(RuntimeError) -> [HostTensor] { [] }
  }
#endif
