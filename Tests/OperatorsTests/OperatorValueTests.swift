import GraphIR
import Operators
import Plan
import Testing

/// Numbers worked out by hand, or known from the literature, for what is written in terms of other operators.
@Suite struct OperatorValueTests {
  struct Curve: Sendable, CustomTestStringConvertible {
    var name: String
    var attributes: [String: AttributeValue] = [:]
    var points: [Double]
    var values: [Double]
    var testDescription: String { "\(name) \(attributes)" }
  }

  static let curves = [
    Curve(name: "relu", points: [-2, 0, 3], values: [0, 0, 3]),
    Curve(
      name: "leaky_relu", attributes: ["negative_slope": 0.2], points: [-2, 3], values: [-0.4, 3]),
    Curve(
      name: "leaky_relu", attributes: ["negative_slope": 2], points: [-2, 3], values: [-4, 3]),
    Curve(name: "elu", points: [-1, 2], values: [-0.632120558828558, 2]),
    Curve(name: "silu", points: [1, -1], values: [0.731058578630005, -0.268941421369995]),
    Curve(name: "gelu", points: [1, -1], values: [0.841344746068543, -0.158655253931457]),
    Curve(
      name: "gelu", attributes: ["approximate": "tanh"], points: [1, -1],
      values: [0.841191990608276, -0.158808009391724]),
    Curve(name: "softplus", points: [0, 100, -100], values: [0.693147180559945, 100, 0]),
    Curve(
      name: "clamp", attributes: ["min": -1, "max": 0.5], points: [-3, 0.2, 3],
      values: [-1, 0.2, 0.5]),
    Curve(name: "square", points: [-3], values: [9]),
    Curve(name: "rsqrt", points: [4], values: [0.5]),
    Curve(name: "sign", points: [-3, 0, 2], values: [-1, 0, 1]),
    Curve(name: "floor", points: [-1.5, 1.5], values: [-2, 1]),
    Curve(name: "moments", attributes: ["axes": [0]], points: [1, 2, 6], values: [3]),
    Curve(
      name: "softmax", attributes: ["axis": 0], points: [1000, 1000 + 0.693147180559945],
      values: [1.0 / 3, 2.0 / 3]),
    Curve(
      name: "log_softmax", attributes: ["axis": 0], points: [-1000, -1000],
      values: [-0.693147180559945, -0.693147180559945]),
  ]

  @Test(arguments: curves)
  func `curves pass through known points`(_ curve: Curve) throws {
    var evaluation = Evaluation()
    let x = evaluation.input([curve.points.count], curve.points)
    let op = try OperatorCatalog.standard.make(
      curve.name, curve.attributes.map { Attribute($0, $1) })
    let y = try evaluation.apply(op, [x])[0]
    #expect(isClose(try evaluation.elements(of: y), curve.values))
  }

  @Test func `the divergence from a standard normal is that of both conventions`() throws {
    var evaluation = Evaluation()
    let mu = evaluation.input([2, 1], [0, 1])
    let zero = evaluation.input([2, 1], [0, 0])
    let log2 = evaluation.input([2, 1], [0.693147180559945, 0.693147180559945])
    let sigma = try evaluation.apply("kl", ["reduction": "none", "scale": "log_sigma"], zero, log2)
    let unit = try evaluation.apply("kl", ["reduction": "none"], mu, zero)
    let mean = try evaluation.apply("kl", [:], mu, zero)
    let values = try evaluation.elements(of: sigma + unit + mean)
    #expect(isClose(values[0], [0.806852819440055, 0.806852819440055]))
    #expect(isClose(values[1], [0, 0.5]))
    #expect(isClose(values[2], [0.25]))
  }

  @Test func `losses of undecided judgements`() throws {
    var evaluation = Evaluation()
    let x = evaluation.input([4], [0, 0, 0, 0])
    let one = evaluation.input([], [1])
    let weight = evaluation.input([4], [1, 1, 0, 0])
    let logits = evaluation.input([2, 10], [Double](repeating: 3, count: 20))
    let label = evaluation.indices([3, 9])
    let results =
      try evaluation.apply("bce", [:], x, one) + evaluation.apply("bce", [:], x, one, weight)
      + evaluation.apply("hinge", [:], x, one)
      + evaluation.apply("hinge", ["form": "generator"], x)
      + evaluation.apply("cross_entropy", [:], logits, label)
      + evaluation.apply("mse", ["reduction": "sum"], x, one)
      + evaluation.apply("l1", [:], x, one)
    let values = try evaluation.elements(of: results).map { $0[0] }
    let log2 = 0.693147180559945
    #expect(isClose(values, [log2, log2 / 2, 1, 0, 2.302585092994046, 4, 1]))
  }

  @Test func `binary cross-entropy does not overflow`() throws {
    var evaluation = Evaluation(Float.self)
    let x = evaluation.input([3], [200, -200, 200])
    let target = evaluation.input([3], [1, 0, 0])
    let y = try evaluation.apply("bce", ["reduction": "none"], x, target)[0]
    #expect(try evaluation.elements(of: y) == [0, 0, 200])
  }

  @Test func `batch norm's running statistics move as in both frameworks`() throws {
    func statistics(_ variance: AttributeValue) throws -> [[Double]] {
      var evaluation = Evaluation()
      let x = evaluation.input([2, 1], [1, 3])
      let (weight, bias) = (evaluation.input([1], [2]), evaluation.input([1], [5]))
      let (mean, square) = (evaluation.input([1], [0]), evaluation.input([1], [1]))
      let results = try evaluation.apply(
        "batch_norm", ["running_variance": variance, "eps": 0], x, weight, bias, mean, square)
      return try evaluation.elements(of: results)
    }
    let unbiased = try statistics("unbiased")
    let expected = [[3, 7], [2], [1], [0.2], [1.1]]
    for (found, expected) in zip(unbiased, expected) { #expect(isClose(found, expected)) }
    #expect(isClose(try statistics("biased")[4], [1.0]))
  }

  @Test func `adaptive instance norm without style is instance norm`() throws {
    var evaluation = Evaluation()
    let x = evaluation.input([1, 2, 1, 2], [1, 3, -4, 8])
    let style = evaluation.input([1, 2], [0, 0])
    let shift = evaluation.input([1, 2], [1, 10])
    let plain = try evaluation.apply("ada_in", ["eps": 0], x, style, style)[0]
    let moved = try evaluation.apply("ada_in", ["eps": 0], x, shift, shift)[0]
    let values = try evaluation.elements(of: [plain, moved])
    #expect(isClose(values[0], [-1, 1, -1, 1]))
    #expect(isClose(values[1], [-1, 3, -1, 21]))
  }

  @Test func `equal operands share a gradient`() throws {
    var evaluation = Evaluation()
    let a = evaluation.input([3], [1, 2, 2])
    let b = evaluation.input([3], [2, 2, 1])
    let greater = try evaluation.apply("maximum", [:], a, b)[0]
    let lesser = try evaluation.apply("minimum", [:], a, b)[0]
    let greatest = try evaluation.apply("amax", [:], a)[0]
    let gradients = try [greater, lesser, greatest].map {
      try evaluation.gradient(of: $0, to: a)
    }
    let values = try evaluation.elements(of: gradients)
    #expect(values == [[0, 0.5, 1], [1, 0.5, 0], [0, 0.5, 0.5]])
  }

  @Test func `the slope of a square at zero is no NaN`() throws {
    var evaluation = Evaluation()
    let x = evaluation.input([3], [0, -2, 3])
    let two = evaluation.input([], [2])
    let y = try evaluation.apply("pow", [:], x, two)[0]
    let first = try evaluation.gradient(of: y, to: x)
    let second = try evaluation.gradient(of: first, to: x)
    let exponent = try evaluation.gradient(of: y, to: two)
    let values = try evaluation.elements(of: [y, first, second, exponent])
    #expect(isClose(values[0], [0, 4, 9]))
    #expect(isClose(values[1], [0, -4, 6]))
    #expect(isClose(values[2], [2, 2, 2]))
    #expect(isClose(values[3], [9 * 1.09861228866811]))
  }

  @Test func `dropout keeps the mean`() throws {
    var evaluation = Evaluation()
    let x = evaluation.input([4000], [Double](repeating: 1, count: 4000))
    let y = try evaluation.apply("dropout", ["p": 0.2], x)[0]
    let values = try evaluation.elements(of: y)
    #expect(Set(values) == [0, 1 / 0.8])
    #expect(isClose([values.reduce(0, +) / 4000], [1], within: 0.05))
  }
}
