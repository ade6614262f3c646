import Plan
import Runtime
import Testing

@Suite struct ReferenceProductTests {
  @Test func `a convolution by hand`() throws {
    var bench = KernelBench<Double>()
    // One 3×3 image, one 2×2 kernel, bias 10: each result is a·1 + b·2 + c·3 + d·4 + 10.
    let image = bench.read([1, 1, 3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9])
    let weight = bench.read([1, 1, 2, 2], [1, 2, 3, 4])
    let bias = bench.read([1], [10])
    let target = bench.write([1, 1, 2, 2])
    let call = ConvolutionCall(
      source: image, weight: weight, bias: bias, target: target, stride: [1, 1],
      padding: [0, 0, 0, 0])
    #expect(try bench.run(.convolution(call))[0].scalars == [47, 57, 77, 87])
  }

  @Test func `groups and activation`() throws {
    var bench = KernelBench<Double>()
    let image = bench.read([1, 2, 1, 2], [1, -2, 3, 4])
    let weight = bench.read([2, 1, 1, 1], [10, 100])
    let target = bench.write([1, 2, 1, 2])
    let call = ConvolutionCall(
      source: image, weight: weight, target: target, stride: [1, 1], padding: [0, 0, 0, 0],
      groups: 2, activation: .leakyRelu(slope: 0.5))
    #expect(try bench.run(.convolution(call))[0].scalars == [10, -10, 300, 400])
  }

  struct Geometry: Sendable, CustomTestStringConvertible {
    var image: [Int]
    var weight: [Int]
    var result: [Int]
    var stride = [1, 1]
    var padding = [0, 0, 0, 0]
    var dilation = [1, 1]
    var groups = 1
    var testDescription: String { "\(image) * \(weight)" }

    func call(_ source: TensorID, _ weight: TensorID, _ target: TensorID) -> ConvolutionCall {
      ConvolutionCall(
        source: source, weight: weight, target: target, stride: stride, padding: padding,
        dilation: dilation, groups: groups)
    }
  }

  static let geometries = [
    Geometry(image: [2, 3, 5, 6], weight: [4, 3, 3, 3], result: [2, 4, 3, 4]),
    Geometry(
      image: [2, 3, 5, 6], weight: [4, 3, 4, 4], result: [2, 4, 2, 3], stride: [2, 2],
      padding: [1, 1, 1, 1]),
    Geometry(
      image: [1, 4, 6, 5], weight: [6, 2, 3, 2], result: [1, 6, 4, 7], stride: [2, 1],
      padding: [2, 0, 1, 3], groups: 2),
    Geometry(
      image: [1, 2, 7, 7], weight: [2, 2, 3, 3], result: [1, 2, 3, 3], dilation: [2, 2]),
    Geometry(image: [3, 9, 1, 1], weight: [9, 9, 1, 1], result: [3, 9, 1, 1]),
  ]

  @Test(arguments: geometries)
  func `both gradients of a convolution are its adjoints`(geometry: Geometry) throws {
    let x = numbers(product(geometry.image), "x")
    let w = numbers(product(geometry.weight), "w")
    let u = numbers(product(geometry.result), "u")
    var bench = KernelBench<Double>()
    let image = bench.read(geometry.image, x)
    let weight = bench.read(geometry.weight, w)
    let gradient = bench.read(geometry.result, u)
    let (y, dx, dw) = (
      bench.write(geometry.result), bench.write(geometry.image), bench.write(geometry.weight)
    )
    let results = try bench.run(
      .convolution(geometry.call(image, weight, y)),
      .convolutionInputGradient(geometry.call(gradient, weight, dx)),
      .convolutionWeightGradient(geometry.call(image, gradient, dw)))
    let expected = dot(results[0].scalars, u)
    #expect(abs(dot(x, results[1].scalars) - expected) < 1e-10)
    #expect(abs(dot(w, results[2].scalars) - expected) < 1e-10)
    #expect(abs(expected) > 1e-3)
  }

  @Test(arguments: [(false, false), (false, true), (true, false), (true, true)])
  func `a product, transposed in every way`(left: Bool, right: Bool) throws {
    // [[1, 2], [3, 4], [5, 6]] · [[1, 0, -1, 2], [2, 1, 0, 1]] + [1, 0, 0, 0]
    var bench = KernelBench<Float>()
    let a =
      left ? bench.read([2, 3], [1, 3, 5, 2, 4, 6]) : bench.read([3, 2], [1, 2, 3, 4, 5, 6])
    let b =
      right
      ? bench.read([4, 2], [1, 2, 0, 1, -1, 0, 2, 1])
      : bench.read([2, 4], [1, 0, -1, 2, 2, 1, 0, 1])
    let bias = bench.read([4], [1, 0, 0, 0])
    let c = bench.write([3, 4])
    let call = MatmulCall(
      left: a, right: b, bias: bias, target: c, transposeLeft: left, transposeRight: right)
    #expect(
      try bench.run(.matmul(call))[0].scalars == [6, 2, -1, 4, 12, 4, -3, 10, 18, 6, -5, 16])
  }

  @Test func `a batch of products`() throws {
    var bench = KernelBench<Double>()
    let a = bench.read([2, 1, 2], [1, 2, 3, 4])
    let b = bench.read([2, 2, 1], [5, 6, 7, 8])
    let c = bench.write([2, 1, 1])
    #expect(
      try bench.run(.matmul(MatmulCall(left: a, right: b, target: c)))[0].scalars == [17, 53])
  }

  @Test func `moments over batch and space`() throws {
    var bench = KernelBench<Double>()
    let x = bench.read([2, 2, 1, 2], [1, 2, 10, 20, 3, 4, 30, 40])
    let (mean, variance) = (bench.write([1, 2, 1, 1]), bench.write([1, 2, 1, 1]))
    let results = try bench.run(
      .moments(MomentsCall(source: x, mean: mean, variance: variance, axes: [0, 2, 3])))
    #expect(results[0].scalars == [2.5, 25])
    #expect(results[1].scalars == [1.25, 125])
  }
}
