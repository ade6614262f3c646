#if HDF5
  import CHDF5
  import Glibc
  import Runtime

  /// What a child process reads from an HDF5 file, record by record.
  ///
  /// The library crashes on some damaged files, which ends the child only.
  final class HDF5Stream {
    enum Record {
      case name(String)
      case tensor(HostTensor)
      /// No dataset of plain numbers that lie in the file.
      case noNumbers
      /// The file cannot hold what the dataset's shape claims.
      case tooLarge
      case end
    }

    private let path: String
    /// No record of a child in order is longer: deflate shrinks at most 1032-fold, a byte may become an int64.
    private let limit: Int
    private let stream: Int32
    private var child: pid_t = 0

    /// - Parameter datasets: whose numbers are read; nil to read the names of all members.
    init(path: String, datasets: [String]?) throws(RuntimeError) {
      self.path = path
      limit = try MappedFile(path: path).count * 1032 * MemoryLayout<Int64>.size
      let names = (datasets ?? []).map { strdup($0) }
      defer { for name in names { free(name) } }
      let pointers = names.map { UnsafePointer($0) }
      var child: pid_t = 0
      stream = pointers.withUnsafeBufferPointer { buffer in
        planform_hdf5_start(path, datasets == nil ? nil : buffer.baseAddress, buffer.count, &child)
      }
      guard stream >= 0 else {
        throw RuntimeError(
          .inputOutput,
          "cannot start a process to read '\(path)': \(String(cString: strerror(errno)))")
      }
      self.child = child
    }

    deinit { if stream >= 0 { planform_hdf5_stop(stream, child) } }

    /// What the file is when the child has died, or says what it should not.
    var broken: RuntimeError { RuntimeError(.invalid, "'\(path)': the HDF5 file is broken") }

    func next() throws(RuntimeError) -> Record {
      var record = planform_hdf5_record()
      guard planform_hdf5_receive(stream, &record, MemoryLayout.size(ofValue: record)) == 1,
        0...Int32(planform_hdf5_maximum_rank) ~= record.rank, record.byte_count <= limit
      else { throw broken }
      switch Int(record.kind) {
      case planform_hdf5_end: return .end
      case planform_hdf5_name:
        let bytes = try payload(of: record, as: UInt8.self)
        guard let name = String(validating: bytes, as: UTF8.self) else { throw broken }
        return .name(name)
      case planform_hdf5_floats:
        return .tensor(
          HostTensor(shape: shape(of: record), try payload(of: record, as: Float.self)))
      case planform_hdf5_integers:
        return .tensor(
          HostTensor(shape: shape(of: record), try payload(of: record, as: Int64.self)))
      case planform_hdf5_no_numbers: return .noNumbers
      case planform_hdf5_too_large: return .tooLarge
      default: throw broken
      }
    }

    private func shape(of record: planform_hdf5_record) -> [Int] {
      withUnsafeBytes(of: record.extents) { extents in
        extents.bindMemory(to: UInt64.self).prefix(Int(record.rank)).map { Int(clamping: $0) }
      }
    }

    /// The numbers that follow a record.
    private func payload<Number: AdditiveArithmetic>(
      of record: planform_hdf5_record, as type: Number.Type
    ) throws(RuntimeError) -> [Number] {
      let size = Int(clamping: record.byte_count)
      let count = size / MemoryLayout<Number>.size
      var numbers = [Number](repeating: .zero, count: count)
      let isWhole = numbers.withUnsafeMutableBytes {
        planform_hdf5_receive(stream, $0.baseAddress, size) == 1
      }
      guard isWhole else { throw broken }
      return numbers
    }
  }
#endif
