import Foundation
import Runtime
import Testing

@testable import Training

@Suite struct EmbeddingFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func `pickles are refused with the converter's name`() throws {
    try folder.write([0x80, 2, 0x5D, 0x2E], to: "e.pickle")
    let error = #expect(throws: RuntimeError.self) {
      try EmbeddingFile.read(path: folder.file("e.pickle"), pictures: ["a.png"])
    }
    #expect(error?.kind == .unsupported)
    #expect(error?.description.contains("python3 script/convert-pickles.py FOLDER -o") == true)
    let pictures = #expect(throws: RuntimeError.self) {
      try FolderImporter(folder: folder.path, size: 4).write(to: folder.file("out"))
    }
    #expect(pictures?.description.contains("e.pickle' is a Python pickle") == true)
  }

  @Test func `stored archives of numpy are read`() throws {
    let array = numpy(shape: "(2, 1, 2)", [1, 2, 3, 4])
    try folder.write(archive([("embeddings.npy", array)]), to: "e.npz")
    let tensor = try EmbeddingFile.read(path: folder.file("e.npz"), pictures: ["a", "b"])
    #expect(tensor == HostTensor(shape: [2, 1, 2], [1, 2, 3, 4] as [Float]))
    try folder.write(archive([("x.npy", array), ("y.npy", array)]), to: "e.npz")
    let error = #expect(throws: RuntimeError.self) {
      try EmbeddingFile.read(path: folder.file("e.npz"), pictures: ["a", "b"])
    }
    #expect(error?.description.contains("the archive has no member 'embeddings.npy'") == true)
  }

  @Test func `damaged archives never crash`() throws {
    let whole = archive([("embeddings.npy", numpy(shape: "(2, 1, 2)", [1, 2, 3, 4]))])
    for position in whole.indices {
      for damaged in [Array(whole[..<position]), flipped(whole, at: position)] {
        try folder.write(damaged, to: "e.npz")
        do throws(RuntimeError) {
          _ = try EmbeddingFile.read(path: folder.file("e.npz"), pictures: ["a", "b"])
        } catch {
          #expect([.invalid, .missing, .unsupported].contains(error.kind), "\(error)")
        }
      }
    }
  }

  #if PICTURES
    @Test func `compressed archives of numpy are read`() throws {
      // numpy.savez_compressed("e.npz", embeddings=numpy.arange(6, dtype="f4").reshape(2, 3))
      let bytes = try #require(Data(base64Encoded: Self.compressed))
      try folder.write(Array(bytes), to: "e.npz")
      let tensor = try EmbeddingFile.read(path: folder.file("e.npz"), pictures: ["a", "b"])
      #expect(tensor == HostTensor(shape: [2, 1, 3], [0, 1, 2, 3, 4, 5] as [Float]))
    }
  #endif

  #if HDF5
    @Test func `HDF5 holds one dataset a picture, or one for all`() throws {
      let path = fixturePath("hdf5/pictures.hdf5")
      #expect(
        try EmbeddingFile.read(path: path, pictures: ["x/b.png", "a.png"])
          == HostTensor(
            shape: [2, 2, 3], [10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5] as [Float]))
      for (pictures, reason) in [
        (["a.png", "z.png"], "no dataset 'z.png'; the file holds 8: 'a.png'"),
        (["a.png", "odd.png"], "expected 'odd.png' as fractions of shape [2, 3], found [1, 3]"),
      ] {
        let error = #expect(throws: RuntimeError.self) {
          try EmbeddingFile.read(path: path, pictures: pictures)
        }
        #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
      }
      let vectors = fixturePath("hdf5/vectors.hdf5")
      #expect(
        try EmbeddingFile.read(path: vectors, pictures: ["a", "b"])
          == HostTensor(shape: [2, 1, 3], [0, 1, 2, 3, 4, 5] as [Float]))
    }

    @Test func `vectors of numbered pictures are found`() throws {
      let pictures = ["COCO_train2014_000000000025.jpg", "COCO_train2014_000000000009.jpg"]
      let path = fixturePath("hdf5")
      #expect(
        try EmbeddingFile.read(path: path, pictures: pictures)
          == HostTensor(
            shape: [2, 2, 3], [3, 4, 5, 9, 10, 11, 0, 1, 2, 6, 7, 8] as [Float]))
      let error = #expect(throws: RuntimeError.self) {
        try EmbeddingFile.read(path: path, pictures: ["COCO_7.jpg"])
      }
      #expect(error?.description.contains("no vectors for the picture 'COCO_7.jpg'") == true)
    }
  #endif

  // MARK: Support

  private static let compressed =
    "UEsDBC0AAAAIAAAAIQBP6QAq//////////8OABQAZW1iZWRkaW5ncy5ucHkBABAAmAAAAAAAAABVAAAA"
    + "AAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6loG6TZqKuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5"
    + "GkY6CsaaOgq1CmQDLgYwaLAHEg5ABMQNQLzAAQBQSwECLQMtAAAACAAAACEAT+kAKlUAAACYAAAADgAA"
    + "AAAAAAAAAAAAgAEAAAAAZW1iZWRkaW5ncy5ucHlQSwUGAAAAAAEAAQA8AAAAlQAAAAAA"

  private func flipped(_ bytes: [UInt8], at position: Int) -> [UInt8] {
    var bytes = bytes
    bytes[position] ^= 0xFF
    return bytes
  }

  private func numpy(shape: String, _ values: [Float]) -> [UInt8] {
    var header = "{'descr': '<f4', 'fortran_order': False, 'shape': \(shape), }"
    header += String(repeating: " ", count: 117 - header.count) + "\n"
    return [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(header.utf8)
      + values.flatMap { withUnsafeBytes(of: $0, Array.init) }
  }

  /// A zip archive whose members are stored as they are.
  private func archive(_ members: [(String, [UInt8])]) -> [UInt8] {
    let short = { (value: Int) in withUnsafeBytes(of: UInt16(value), Array.init) }
    let long = { (value: Int) in withUnsafeBytes(of: UInt32(value), Array.init) }
    var (files, directory): ([UInt8], [UInt8]) = ([], [])
    for (name, bytes) in members {
      let rest =
        short(20) + short(0) + short(0) + long(0) + long(0) + long(bytes.count) + long(bytes.count)
        + short(name.utf8.count) + short(0)
      directory +=
        long(0x0201_4B50) + short(20) + rest + short(0) + short(0) + short(0) + long(0)
        + long(files.count) + Array(name.utf8)
      files += long(0x0403_4B50) + rest + Array(name.utf8) + bytes
    }
    return files + directory + long(0x0605_4B50) + short(0) + short(0) + short(members.count)
      + short(members.count) + long(directory.count) + long(files.count) + short(0)
  }
}
