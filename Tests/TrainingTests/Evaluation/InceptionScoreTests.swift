import Foundation
import Runtime
import Testing
import Training

@Suite struct InceptionScoreTests {
  @Test func `a classifier that knows nothing gives 1`() throws {
    let logits = FeatureTable(dimension: 5, Array(repeating: 0.3, count: 5 * 40))
    let score = try InceptionScore(logits: logits, splits: 4)
    #expect(abs(score.mean - 1) < 1e-12)
    #expect(score.deviation < 1e-12)
  }

  @Test func `a sure classifier that meets all classes alike gives their number`() throws {
    let logits = FeatureTable(
      dimension: 7, (0..<7 * 6).flatMap { row in (0..<7).map { $0 == row % 7 ? 1000 : 0 } })
    let score = try InceptionScore(logits: logits, splits: 3)
    #expect(abs(score.mean - 7) < 1e-12)
    #expect(score.parts.count == 3)
    #expect(score.samples == 42)
  }

  @Test func `uneven parts score as NumPy says`() throws {
    let logits = FeatureTable.waves(40, 6, speed: 0.37, phase: 0.1, scale: 4)
    let score = try InceptionScore(logits: logits, splits: 3)
    let parts = [2.5586397583700764, 2.2846992495398317, 2.2512243676335846]
    for (found, value) in zip(score.parts, parts) { #expect(abs(found - value) < 1e-9) }
    #expect(abs(score.mean - 2.3648544585144973) < 1e-9)
    #expect(abs(score.deviation - 0.13770669012977485) < 1e-9)
    let dropped = try InceptionScore(logits: logits, splits: 3, dropsFirst: true)
    #expect(abs(dropped.mean - 2.343663692313934) < 1e-9)
    #expect(abs(dropped.deviation - 0.1760519881490672) < 1e-9)
  }

  @Test func `too few pictures and too few classes are refused`() throws {
    let logits = FeatureTable(dimension: 1, [1, 2, 3])
    let few = #expect(throws: RuntimeError.self) { try InceptionScore(logits: logits) }
    #expect(few?.description.contains("needs at least 10 pictures, found 3") == true)
    let none = #expect(throws: RuntimeError.self) {
      try InceptionScore(logits: logits, splits: 1, dropsFirst: true)
    }
    #expect(none?.description.contains("the network has 1") == true)
  }
}
