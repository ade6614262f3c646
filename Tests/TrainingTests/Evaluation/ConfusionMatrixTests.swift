import Runtime
import Testing
import Training

@Suite struct ConfusionMatrixTests {
  @Test func `answers are counted by true and guessed class`() throws {
    let logits = FeatureTable(dimension: 3, [3, 1, 0, 0, 2, 1, 0, 1, 5, 4, 1, 1])
    let matrix = try ConfusionMatrix(logits: logits, labels: [0, 1, 1, 2])
    #expect(matrix.counts == [[1, 0, 0], [0, 1, 1], [1, 0, 0]])
    #expect(matrix.accuracy == 0.5)
  }

  @Test func `a class that the classifier does not know is refused`() {
    let logits = FeatureTable(dimension: 2, [0, 1])
    let error = #expect(throws: RuntimeError.self) {
      try ConfusionMatrix(logits: logits, labels: [2])
    }
    #expect(error?.description.contains("the classes 0 to 1") == true)
  }
}
