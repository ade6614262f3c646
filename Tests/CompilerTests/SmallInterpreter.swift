import Compiler
import Foundation
import GraphIR
import Operators
import Plan

/// Computes small graphs of elementwise functions, sums, reshapes, products and convolutions in double precision.
///
/// Slow, obvious, and independent of the compiler's own arithmetic: the oracle for identities of passes.
struct SmallInterpreter {
  private var values: [Value: [Double]] = [:]
  private let graph: Graph

  /// The named outputs of a graph, given its inputs by name, row-major.
  static func outputs(of graph: Graph, given inputs: [String: [Double]]) throws -> [String:
    [Double]]
  {
    var interpreter = SmallInterpreter(graph: graph)
    for input in graph.inputs { interpreter.values[input.value] = inputs[input.name] }
    for node in graph.nodes { try interpreter.run(node) }
    let ends = graph.outputs + graph.stateUpdates
    return Dictionary(
      uniqueKeysWithValues: ends.map { ($0.name, interpreter.values[$0.value] ?? []) })
  }

  private init(graph: Graph) { self.graph = graph }

  private mutating func run(_ node: Node) throws {
    if let tile = node.op as? FusedTile { return run(tile, node) }
    let shape = graph.type(of: node.outputs[0]).shape
    let operands = node.inputs.map { (values[$0] ?? [], graph.type(of: $0).shape) }
    let places = SmallInterpreter.places(shape)
    let result: [Double]
    switch node.op {
    case let op as any ElementwiseOperator:
      result = places.map { place in
        SmallInterpreter.evaluate(op, operands.map { $0.0[SmallInterpreter.offset(place, $0.1)] })
      }
    case is BroadcastTo:
      result = places.map { operands[0].0[SmallInterpreter.offset($0, operands[0].1)] }
    case is any ReshapeOperator: result = operands[0].0
    case let sum as Sum:
      let type = graph.type(of: node.inputs[0])
      let kept = type.shape.indices.filter { !sum.axes(of: type).contains($0) }
      var totals = [Double](repeating: 0, count: max(1, shape.reduce(1, *)))
      for (place, x) in zip(SmallInterpreter.places(type.shape), operands[0].0) {
        totals[SmallInterpreter.offset(kept.map { place[$0] }, kept.map { type.shape[$0] })] += x
      }
      result = totals
    case let product as Matmul: result = SmallInterpreter.multiply(product, operands, shape)
    case let convolution as Conv2D:
      result = SmallInterpreter.convolve(convolution, operands, shape)
    default: throw Diagnostic("the small interpreter does not know \(node.op.name)")
    }
    values[node.outputs[0]] = result
  }

  private mutating func run(_ tile: FusedTile, _ node: Node) {
    let targets = tile.stores + tile.reductions.map(\.target)
    var results = targets.map { [Double](repeating: 0, count: $0.shape.reduce(1, *)) }
    for place in SmallInterpreter.places(tile.extent) {
      var registers = tile.loads.map { load in
        let value = node.inputs[load.input]
        let shape = graph.type(of: value).shape
        return values[value]?[SmallInterpreter.offset(place, shape, load.access)] ?? .nan
      }
      for item in tile.instructions {
        let operands = item.operands.map { registers[$0] }
        registers.append(SmallInterpreter.function(item.opcode, operands, item.immediate))
      }
      // A store visits each element once, so that adding to zero stores.
      for (index, target) in targets.enumerated() {
        let element = SmallInterpreter.offset(place, target.shape, target.access)
        results[index][element] += registers[target.register]
      }
    }
    for (output, result) in zip(node.outputs, results) { values[output] = result }
  }

  private static func multiply(
    _ product: Matmul, _ operands: [([Double], [Int])], _ shape: [Int]
  ) -> [Double] {
    let ((a, aShape), (b, bShape)) = (operands[0], operands[1])
    let depth = aShape[product.transposesLeft ? 0 : 1]
    return places(shape).map { place in
      let (row, column) = (place[0], place[1])
      var total = product.hasBias ? operands[2].0[column] : 0
      for k in 0..<depth {
        let x = product.transposesLeft ? a[k * aShape[1] + row] : a[row * aShape[1] + k]
        let y = product.transposesRight ? b[column * bShape[1] + k] : b[k * bShape[1] + column]
        total += x * y
      }
      return activated(total, product.activation)
    }
  }

  /// A convolution without dilation and groups.
  private static func convolve(
    _ convolution: Conv2D, _ operands: [([Double], [Int])], _ shape: [Int]
  ) -> [Double] {
    let ((x, image), (w, weight)) = (operands[0], operands[1])
    let (stride, kernel) = (convolution.window.stride, convolution.kernel)
    let sides = convolution.window.sides(input: Array(image[2...]), kernel: kernel)
    return places(shape).map { place in
      var total = convolution.hasBias ? operands[2].0[place[1]] : 0
      for tap in places(Array(weight[1...])) {
        let row = place[2] * stride[0] + tap[1] - sides[0]
        let column = place[3] * stride[1] + tap[2] - sides[1]
        guard 0..<image[2] ~= row, 0..<image[3] ~= column else { continue }
        total +=
          x[offset([place[0], tap[0], row, column], image)] * w[offset([place[1]] + tap, weight)]
      }
      return activated(total, convolution.activation)
    }
  }

  private static func activated(
    _ x: Double, _ activation: ConvolutionCall.Activation
  ) -> Double {
    switch activation {
    case .identity: x
    case .relu: max(x, 0)
    case .leakyRelu(let slope): x > 0 ? x : slope * x
    case .tanh: Foundation.tanh(x)
    case .sigmoid: 1 / (1 + Foundation.exp(-x))
    }
  }

  // MARK: Places

  /// All index tuples of a shape in row-major order.
  private static func places(_ shape: [Int]) -> [[Int]] {
    shape.reduce([[]]) { prefixes, extent in
      prefixes.flatMap { prefix in (0..<extent).map { prefix + [$0] } }
    }
  }

  /// Where an operand of the given shape is read at a place of the result, by NumPy's rule.
  private static func offset(_ place: [Int], _ shape: [Int]) -> Int {
    zip(place.suffix(shape.count), shape).reduce(0) { $0 * $1.1 + ($1.1 == 1 ? 0 : $1.0) }
  }

  /// Where a tile reads or writes a tensor at a place of its iteration space.
  private static func offset(_ place: [Int], _ shape: [Int], _ access: TileAccess) -> Int {
    zip(access.axes, shape).reduce(0) { offset, axis in
      offset * axis.1 + (axis.0.map { place[$0.axis] / $0.divisor } ?? 0)
    }
  }

  // MARK: Elementwise

  private static func evaluate(_ op: any ElementwiseOperator, _ operands: [Double]) -> Double {
    var body = TileBody()
    let loads = operands.map { _ in body.load() }
    let result = op.emit(loads, into: &body)[0]
    var registers = Dictionary(uniqueKeysWithValues: zip(loads, operands))
    for item in body.items {
      let x = item.operands.map { registers[$0] ?? .nan }
      registers[item.register] = function(item.opcode, x, item.immediate)
    }
    return registers[result] ?? .nan
  }

  private static func function(_ opcode: TileOpcode, _ x: [Double], _ immediate: Double) -> Double {
    switch opcode {
    case .constant: immediate
    case .negate: -x[0]
    case .abs: abs(x[0])
    case .sign: x[0] > 0 ? 1 : x[0] < 0 ? -1 : 0
    case .exp: Foundation.exp(x[0])
    case .log: Foundation.log(x[0])
    case .sqrt: x[0].squareRoot()
    case .rsqrt: 1 / x[0].squareRoot()
    case .tanh: Foundation.tanh(x[0])
    case .sigmoid: 1 / (1 + Foundation.exp(-x[0]))
    case .add: x[0] + x[1]
    case .subtract: x[0] - x[1]
    case .multiply: x[0] * x[1]
    case .divide: x[0] / x[1]
    case .maximum: max(x[0], x[1])
    case .power: pow(x[0], x[1])
    case .less: x[0] < x[1] ? 1 : 0
    case .select: x[0] != 0 ? x[1] : x[2]
    default: .nan
    }
  }
}
