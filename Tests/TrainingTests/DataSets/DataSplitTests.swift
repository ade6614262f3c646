import Runtime
import Testing

@testable import Training

@Suite struct DataSplitTests {
  private let folder: TemporaryFolder
  private let dataSet: DataSet

  init() throws {
    folder = try TemporaryFolder()
    // Ten pictures of classes a, b, c in turn; a picture's red is its number.
    dataSet = try syntheticDataSet(in: folder)
  }

  @Test func `the first three quarters are to train with`() throws {
    let split = try DataSplit(dataSet, by: .sorted75)
    let (train, test) = (try written(split.train), try written(split.test))
    #expect(reds(train) == [0, 1, 2, 3, 4, 5, 6] && reds(test) == [7, 8, 9])
    #expect(train.classes == ["a", "b", "c"] && test.labels == [1, 2, 0])
    #expect(test.split == "test, the last 25 % of 10")
    #expect(test.captions(at: 1) == ["picture 8 caption 0", "picture 8 caption 1"])
    #expect(test.embedding(at: 2, caption: 1) == [9.1, 9.1, 9.1, 9.1])
    #expect(test.embedding == "synthetic")
  }

  @Test func `test classes are in the test only, each part with labels of its own`() throws {
    let split = try DataSplit(dataSet, by: .classes(test: ["c", "a"]))
    let (train, test) = (try written(split.train), try written(split.test))
    #expect(reds(train) == [1, 4, 7] && train.classes == ["b"] && train.labels == [0, 0, 0])
    #expect(reds(test) == [0, 2, 3, 5, 6, 8, 9] && test.classes == ["a", "c"])
    #expect(test.labels == [0, 1, 0, 1, 0, 1, 0])
  }

  @Test(arguments: [
    (["d"], "has no class 'd'; it has 3: a, b, c"),
    (["a", "b", "c"], "no picture would remain in the part 'train, without the test classes'"),
  ])
  func `splits that cannot be are refused`(classes: [String], reason: String) {
    let error = #expect(throws: RuntimeError.self) {
      try DataSplit(dataSet, by: .classes(test: classes))
    }
    #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
  }

  private func written(_ part: DataSplit.Part) throws -> DataSet {
    let path = folder.file("part-\(part.indices.count)")
    let split = try DataSplit(dataSet, by: .sorted75)
    try split.write(part, to: path)
    return try DataSet.open(path: path)
  }

  private func reds(_ dataSet: DataSet) -> [UInt8] {
    (0..<dataSet.count).map { dataSet.picture(at: $0)[0, 0].red }
  }
}
