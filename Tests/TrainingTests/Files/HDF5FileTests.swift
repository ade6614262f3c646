import Foundation
import FuzzSupport
import Runtime
import Testing

@testable import Training

/// The files of `Tests/Fixtures/hdf5` were written by h5py.
@Suite struct HDF5FileTests {
  private let path = fixturePath("hdf5/pictures.hdf5")

  @Test func `other files are refused`() throws {
    let folder = try TemporaryFolder()
    try folder.write("no HDF5", to: "x.hdf5")
    let error = #expect(throws: RuntimeError.self) { try HDF5File(path: folder.file("x.hdf5")) }
    #expect(error?.description.contains("expected an HDF5 file, found another format") == true)
  }

  #if HDF5
    @Test func `datasets are read and converted`() throws {
      let file = try HDF5File(path: path)
      #expect(
        file.names == [
          "a.png", "b.png", "empty", "group", "odd.png", "outside", "packed", "text",
        ])
      #expect(
        try file.tensor("b.png") == HostTensor(shape: [2, 3], [10, 11, 12, 13, 14, 15] as [Float]))
      let packed = try file.tensor("packed")
      #expect(packed.shape == [2, 1000] && packed.floats[1999] == 1999)
      let numbers = try HDF5File(path: fixturePath("hdf5/train_tv_image_id_0")).tensor("tv")
      #expect(numbers == HostTensor(shape: [5], [9, 25, 9, 25, 9] as [Int64]))
    }

    @Test(arguments: [
      ("c.png", "no dataset 'c.png'; the file holds 8: 'a.png', 'b.png', 'empty', 'group', "),
      ("elsewhere", "no dataset 'elsewhere'"), ("soft", "no dataset 'soft'"),
      ("group", "'group' is no dataset of plain numbers within the file"),
      ("text", "'text' is no dataset of plain numbers"),
      ("outside", "'outside' is no dataset of plain numbers"),
      ("empty", "the file is too short for the shape that 'empty' claims"),
    ])
    func `what is missing, or is not plain numbers of this file, is named`(
      name: String, reason: String
    ) throws {
      let file = try HDF5File(path: path)
      let error = #expect(throws: RuntimeError.self) { try file.tensor(name) }
      #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
    }

    @Test func `mutated files never crash`() throws {
      let folder = try TemporaryFolder()
      let files = try [fixture("hdf5/vectors.hdf5"), fixture("hdf5/pictures.hdf5")]
      let slow = try MutationRun("hdf5", of: files, count: mutationCount / 4).forEach { mutant in
        try folder.write(mutant.bytes, to: "mutant")
        do {
          let file = try HDF5File(path: folder.file("mutant"))
          for name in file.names { _ = try? file.tensor(name) }
        } catch let error as RuntimeError {
          #expect([.invalid, .missing, .unsupported].contains(error.kind), "\(error)")
        }
      }
      #expect(slow.isEmpty)
    }
  #else
    @Test func `a build without the trait says so`() {
      let error = #expect(throws: RuntimeError.self) { try HDF5File(path: path) }
      #expect(error?.kind == .unsupported)
      #expect(error?.description.contains("build with the package trait 'HDF5'") == true)
    }
  #endif
}
