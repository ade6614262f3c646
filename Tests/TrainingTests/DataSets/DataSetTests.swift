import Foundation
import FuzzSupport
import Runtime
import Testing

@testable import Training

@Suite struct DataSetTests {
  @Test func `what is written is read`() throws {
    let folder = try TemporaryFolder()
    let dataSet = try syntheticDataSet(in: folder)
    #expect(dataSet.count == 10 && dataSet.imageSize == (8, 8))
    #expect(dataSet.captionsPerPicture == 2 && dataSet.embeddingDimension == 4)
    #expect(dataSet.captions(at: 7) == ["picture 7 caption 0", "picture 7 caption 1"])
    #expect(dataSet.labels?[4] == 1 && dataSet.classes == ["a", "b", "c"])
    #expect(dataSet.picture(at: 3)[5, 2] == (3, 5, 2))
    #expect(dataSet.embedding(at: 9, caption: 1) == [9.1, 9.1, 9.1, 9.1])
    #expect(dataSet.epochLength(batch: 4) == 2 && dataSet.epochLength(batch: 99) == 1)
  }

  @Test func `other safetensors files are refused`() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("x")
    try SafetensorsFile.write([("a", HostTensor(shape: [1], [1 as Float]))], to: path)
    let error = #expect(throws: RuntimeError.self) { try DataSet.open(path: path) }
    #expect(error?.description.contains("is not a data set") == true)
  }

  @Test(arguments: [
    (["captions": "[[\"a\"]]"], "expected 1 captions for each of the 2 pictures"),
    (["captions": "[[\"a\"],[1]]"], "expected 1 captions"),
    (["captions": "["], "captions: expected a value"),
    (["classes": "[\"a\"]"], "label 1 is outside the 1 classes"),
    (["classes": "{}"], "not an array of strings"),
  ])
  func `parts that do not fit are refused`(change: [String: String], reason: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.file("x")
    let metadata = [
      "format": DataSet.format, "captions": "[[\"a\"],[\"b\"]]", "classes": "[\"a\",\"b\"]",
    ].merging(change) { $1 }
    let images = TensorToWrite(name: "images", element: .uint8, shape: [2, 1, 1, 3]) {
      writer throws(RuntimeError) in try writer.write([UInt8](0..<6))
    }
    let embeddings = HostTensor(shape: [2, 1, 2], [1, 2, 3, 4] as [Float])
    let labels = HostTensor(shape: [2], [0, 1] as [Int64])
    try SafetensorsFile.write(
      [images, TensorToWrite("embeddings", embeddings), TensorToWrite("labels", labels)],
      metadata: metadata, to: path)
    let error = #expect(throws: RuntimeError.self) { try DataSet.open(path: path) }
    #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
  }

  @Test func `mutated data sets never crash`() throws {
    let folder = try TemporaryFolder()
    _ = try syntheticDataSet(in: folder, count: 3, side: 2)
    let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: folder.file("data.safetensors"))))
    let slow = try MutationRun("data-sets", of: [bytes]).forEach { mutant in
      try folder.write(mutant.bytes, to: "mutant")
      do {
        let dataSet = try DataSet.open(path: folder.file("mutant"))
        for index in 0..<dataSet.count { _ = dataSet.picture(at: index) }
      } catch let error as RuntimeError {
        #expect(error.kind == .invalid || error.kind == .missing, "\(error)")
      }
    }
    #expect(slow.isEmpty)
  }

  @Test func `a contact sheet shows pictures with captions`() throws {
    let folder = try TemporaryFolder()
    let sheet = ContactSheet().drawn(try syntheticDataSet(in: folder))
    #expect(sheet.width == 8 * 102 + 6)
  }
}
