import Foundation

/// A folder of a test's own, which goes when the test ends.
final class TemporaryFolder {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appending(
      path: "planform-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  func write(_ bytes: [UInt8], to name: String) throws {
    let url = URL(fileURLWithPath: file(name))
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
  }

  func write(_ text: String, to name: String) throws { try write(Array(text.utf8), to: name) }

  var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
  }
}

/// The bytes of a file of `Tests/Fixtures`.
func fixture(_ name: String) throws -> [UInt8] {
  let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()
  return Array(try Data(contentsOf: tests.appending(path: "Fixtures/\(name)")))
}

/// Mutants of some bytes: flipped bits, replaced bytes, cuts and repeats, the same in every run.
func mutants(of bytes: [UInt8], count: Int, seed: UInt64) -> [[UInt8]] {
  var random = Lehmer(state: seed | 1)
  return (0..<count).map { _ in
    var mutant = bytes
    for _ in 0...Int.random(in: 0...3, using: &random) where !mutant.isEmpty {
      let position = Int.random(in: mutant.indices, using: &random)
      switch Int.random(in: 0..<5, using: &random) {
      case 0: mutant[position] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 1: mutant[position] = UInt8.random(in: 0...255, using: &random)
      case 2: mutant.removeSubrange(position...)
      case 3: mutant.remove(at: position)
      default: mutant.insert(mutant[position], at: position)
      }
    }
    return mutant
  }
}

/// A small generator of random numbers whose runs repeat.
struct Lehmer: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 0xDA94_2042_E4DD_58B5 &+ 0x1234_5678_9ABC_DEF1
    return state ^ state >> 29
  }
}
