import CKernels
import Foundation
import Plan
import Runtime
import Testing

@Suite struct RandomKernelTests {
  private static let count = 40_000

  private func draw(
    _ distribution: RandomCall.Distribution, shape: [Int] = [count], key: UInt64 = 11,
    seed: UInt64 = 5, step: UInt64 = 0, threads: Int = 2
  ) throws -> [Double] {
    let bench = TensorBench(), target = bench.empty(shape)
    let call = RandomCall(target: target, distribution: distribution, key: key, name: "noise")
    try bench.run(
      .random(call), on: Machine(instructions: .portable, threads: threads), seed: seed, step: step)
    return indices(shape).map { bench.value(target, $0) }
  }

  @Test func `Philox gives the published words`() {
    var words = [UInt32](repeating: 0, count: 4)
    pf_philox([0, 0], [0, 0, 0, 0], &words)
    #expect(words == [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8])
    let ones = [UInt32](repeating: .max, count: 4)
    pf_philox([.max, .max], ones, &words)
    #expect(words == [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd])
  }

  @Test func `a uniform number is the word at its place`() throws {
    let drawn = try draw(.uniform(low: -2, high: 6), shape: [2, 3], key: 0, seed: 0)
    let words: [UInt32] = [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]
    for (word, found) in zip(words, drawn) {
      #expect(Float(found) == Float(-2 + 8 * Double(word >> 8) / 16_777_216))
    }
  }

  @Test func `order is that of the logical shape, whatever the layout`() throws {
    let flat = try draw(.normal(mean: 0, std: 1), shape: [2 * 3 * 4 * 5])
    let image = try draw(.normal(mean: 0, std: 1), shape: [2, 3, 4, 5])
    #expect(image == flat)
  }

  @Test func `moments of the distributions`() throws {
    func moments(_ values: [Double]) -> (mean: Double, std: Double) {
      let mean = values.reduce(0, +) / Double(values.count)
      let square = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      return (mean, (square / Double(values.count)).squareRoot())
    }
    let normal = moments(try draw(.normal(mean: 3, std: 2)))
    #expect(abs(normal.mean - 3) < 0.05 && abs(normal.std - 2) < 0.04)
    let uniform = moments(try draw(.uniform(low: 0, high: 12)))
    #expect(abs(uniform.mean - 6) < 0.08 && abs(uniform.std - 12.0.squareRoot()) < 0.05)
    let truncated = try draw(.truncatedNormal(mean: 1, std: 0.5))
    #expect(truncated.allSatisfy { abs($0 - 1) <= 1.000001 })
    let cut = moments(truncated)
    #expect(abs(cut.mean - 1) < 0.015 && abs(cut.std - 0.5 * 0.87963) < 0.01)
    let coin = try draw(.bernoulli(probability: 0.3))
    #expect(Set(coin) == [0, 1])
    #expect(abs(moments(coin).mean - 0.3) < 0.01)
    #expect(Set(try draw(.integers(low: -1, high: 3))) == [-1, 0, 1, 2])
  }

  @Test func `numbers depend on key, seed and step, not on threads`() throws {
    let one = try draw(.truncatedNormal(mean: 0, std: 1), threads: 1)
    #expect(try draw(.truncatedNormal(mean: 0, std: 1), threads: 3) == one)
    #expect(try draw(.truncatedNormal(mean: 0, std: 1), step: 1) != one)
    #expect(try draw(.truncatedNormal(mean: 0, std: 1), seed: 6) != one)
    #expect(try draw(.truncatedNormal(mean: 0, std: 1), key: 12) != one)
  }
}
