import Plan
import Runtime
import Testing

@Suite struct RandomTests {
  private func draw(
    _ distribution: RandomCall.Distribution, _ count: Int = 40_000, step: UInt64 = 0
  ) -> [Double] {
    var numbers = Array(repeating: 0.0, count: count)
    RandomStream(key: 5, step: step).draw(count, from: distribution) { numbers[$0] = $1 }
    return numbers
  }

  private func moments(_ numbers: [Double]) -> (mean: Double, deviation: Double) {
    let mean = numbers.reduce(0, +) / Double(numbers.count)
    let variance =
      numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(numbers.count)
    return (mean, variance.squareRoot())
  }

  @Test func `the first uniform numbers of key 0 follow from the published words`() {
    var found: [Double] = []
    RandomStream(key: 0, step: 0).draw(4, from: .uniform(low: 0, high: 1)) { found.append($1) }
    #expect(
      found == [0x66_27E8, 0xE1_69C5, 0xBC_57AC, 0x9B_00DB].map { Double($0) / 16_777_216 })
  }

  @Test func `moments of each distribution`() {
    let normal = moments(draw(.normal(mean: 3, std: 2)))
    #expect(abs(normal.mean - 3) < 0.04 && abs(normal.deviation - 2) < 0.04)
    let uniform = moments(draw(.uniform(low: -1, high: 3)))
    #expect(abs(uniform.mean - 1) < 0.03 && abs(uniform.deviation - 4 / 12.0.squareRoot()) < 0.02)
    let bernoulli = moments(draw(.bernoulli(probability: 0.3)))
    #expect(abs(bernoulli.mean - 0.3) < 0.01)
    let truncated = draw(.truncatedNormal(mean: 0, std: 1))
    #expect(truncated.allSatisfy { abs($0) <= 2 })
    // The deviation of a normal distribution cut at ±2.
    #expect(abs(moments(truncated).deviation - 0.8796) < 0.01)
    let integers = draw(.integers(low: -2, high: 3))
    #expect(Set(integers) == [-2, -1, 0, 1, 2])
    #expect(abs(moments(integers).mean) < 0.03)
  }

  @Test func `steps differ, and a prefix does not depend on the length`() {
    let distribution = RandomCall.Distribution.truncatedNormal(mean: 0, std: 1)
    #expect(draw(distribution, 10) != draw(distribution, 10, step: 1))
    #expect(Array(draw(distribution, 1000)[..<7]) == draw(distribution, 7))
  }

  @Test func `elements are numbered in logical order whatever the layout`() throws {
    func drawn(_ shape: [Int]) throws -> [Double] {
      var bench = KernelBench<Double>()
      let target = bench.write(shape)
      return try bench.run(
        .random(
          RandomCall(
            target: target, distribution: .normal(mean: 0, std: 1), key: 5, name: "noise")))[0]
        .scalars
    }
    #expect(try drawn([2, 3, 4, 5]) == drawn([120]))
    #expect(try drawn([120]) == draw(.normal(mean: 0, std: 1), 120))
  }

  @Test func `labels may be drawn as int64`() throws {
    var bench = KernelBench<Double>()
    let target = bench.write([100], .int64)
    let call = RandomCall(
      target: target, distribution: .integers(low: 3, high: 6), key: 9, name: "domain")
    let found = try bench.run(.random(call))[0]
    guard case .int64(let labels) = found.elements else {
      Issue.record("expected int64")
      return
    }
    #expect(Set(labels) == [3, 4, 5])
  }
}
