#if ONEDNN
  import Plan
  import Runtime
  import Testing

  @Suite struct MatmulKernelTests {
    @Test(arguments: [0, 3], [(false, false), (false, true), (true, false), (true, true)])
    func `products of all transposes`(batch: Int, transposes: (left: Bool, right: Bool)) throws {
      let (m, n, k) = (5, 7, 11), bench = TensorBench()
      let lead = batch == 0 ? [] : [batch]
      let a = bench.random(lead + (transposes.left ? [k, m] : [m, k]))
      let b = bench.random(lead + (transposes.right ? [n, k] : [k, n]), seed: 2)
      let bias = bench.random([n], seed: 3), c = bench.empty(lead + [m, n])
      try bench.run(
        .matmul(
          MatmulCall(
            left: a, right: b, bias: bias, target: c, transposeLeft: transposes.left,
            transposeRight: transposes.right, activation: .leakyRelu(slope: 0.2))), times: 2)
      let biases = bench.values(bias).map(Double.init)
      let wrong = bench.mismatches(c, tolerance: 1e-5) { index in
        let lead = Array(index.dropLast(2)), row = index[index.count - 2],
          column = index[index.count - 1]
        var sum = biases[column]
        for i in 0..<k {
          let left = lead + (transposes.left ? [i, row] : [row, i])
          let right = lead + (transposes.right ? [column, i] : [i, column])
          sum += bench.value(a, left) * bench.value(b, right)
        }
        return sum > 0 ? sum : 0.2 * sum
      }
      #expect(wrong.isEmpty, "\(wrong.prefix(5))")
    }
  }
#endif
