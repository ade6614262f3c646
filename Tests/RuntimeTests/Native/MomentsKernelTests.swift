import Plan
import Runtime
import Testing

@Suite struct MomentsKernelTests {
  @Test(
    arguments: [[0, 2, 3], [2, 3], [1, 2, 3], [0], [1], [0, 1], [0, 1, 2, 3], [3], []],
    [[3, 5, 7, 6], [2, 1100, 2, 5], [5, 1, 33, 40]])
  func `mean and variance over any axes`(axes: [Int], shape: [Int]) throws {
    try check(shape, axes, scale: 2, offset: 0.5)
  }

  @Test(arguments: [[700, 20], [7, 2100]], [[0], [1]])
  func `row-major matrices`(shape: [Int], axes: [Int]) throws {
    try check(shape, axes, scale: 1, offset: 0)
  }

  @Test(arguments: [[0, 2, 3], [2, 3], [1, 2, 3]])
  func `keeps the variance of numbers far from zero`(axes: [Int]) throws {
    try check([2, 6, 32, 32], axes, scale: 0.05, offset: 1000)
  }

  /// Against two passes in double over the same float32 numbers.
  private func check(_ shape: [Int], _ axes: [Int], scale: Float, offset: Float) throws {
    let bench = TensorBench(), x = bench.random(shape, scale: scale, offset: offset)
    let kept = shape.indices.map { axes.contains($0) ? 1 : shape[$0] }
    let mean = bench.empty(kept), variance = bench.empty(kept)
    let call = KernelCall.moments(
      MomentsCall(source: x, mean: mean, variance: variance, axes: axes))
    var groups: [[Int]: [Double]] = [:]
    for index in indices(shape) {
      let key = index.indices.map { axes.contains($0) ? 0 : index[$0] }
      groups[key, default: []].append(bench.value(x, index))
    }
    for machine in Machine.all {
      var seen: Set<[UInt32]> = []
      for threads in 1...3 {
        try bench.run(call, on: Machine(instructions: machine.instructions, threads: threads))
        seen.insert((bench.values(mean) + bench.values(variance)).map(\.bitPattern))
      }
      #expect(seen.count == 1, "the numbers depend on the threads")
      let wrong = groups.filter { key, values in
        let expected = values.reduce(0, +) / Double(values.count)
        let spread = values.reduce(0) { $0 + ($1 - expected) * ($1 - expected) }
        let found = bench.value(mean, key), width = bench.value(variance, key)
        return abs(found - expected) > 6e-8 * abs(expected) + 1e-7 * Double(scale)
          || abs(width - spread / Double(values.count)) > 2e-6 * Double(scale * scale)
      }
      #expect(wrong.isEmpty, "\(wrong.keys.prefix(5))")
    }
  }
}
