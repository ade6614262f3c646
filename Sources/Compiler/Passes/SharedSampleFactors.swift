import GraphIR
import Operators
import Plan

/// Takes what is computed of a batch whose samples are scaled by numbers from what is computed of the batch unscaled.
///
///     %3: f32[4×8×6×6] = conv2d_input_gradient(%1, %0)            // %1: ones for each of 4 samples
///     %4: f32[4×8×6×6] = conv2d_input_gradient(%2, %0)            // %2: another number for each
///     %6: f32[5×8×3×3] = conv2d_weight_gradient(%5, %4)
///
/// becomes
///
///     %3: f32[4×8×6×6] = conv2d_input_gradient(%1, %0)
///     %7: f32[4×8×6×6] = mul(%5, %2)
///     %6: f32[5×8×3×3] = conv2d_weight_gradient(%7, %3)
///
/// In a network without normalisation over the batch, everything that goes back from the result to a sample is that
/// sample's share of the loss times one and the same chain of linear operations. A gradient penalty has computed this
/// chain already, and with the factor on the other operand the weight's gradient shares an operand with the penalty's.
package let sharedSampleFactors = Pass(
  "shared-sample-factors", "takes what is computed of scaled samples from the unscaled ones"
) { graph, report throws(Diagnostic) in
  var sharing = FactorSharing(graph)
  for node in graph.nodes { try sharing.visit(node) }
  graph.become(try sharing.finished())
  for (name, count) in sharing.counts.sorted(by: { $0.key < $1.key }) {
    let saved = count.products.abbreviated
    report.applied("share \(name) \(count.nodes)×, saving \(saved) multiplications", at: Origin())
  }
}

private struct FactorSharing {
  /// A value whose samples are those of another value times one number each.
  private struct Scaled: Hashable {
    var unscaled: Value
    var factor: Factor
  }

  private struct Factor: Hashable {
    /// One number a sample, shaped N or N×1×….
    var numbers: Value
    /// One number for all samples besides.
    var constant: Double
  }

  /// What a node computes of its operands, comparable.
  private struct Computation: Hashable {
    var fingerprint: String
    var inputs: [Value]
  }

  /// An operand of a sum over samples.
  private struct SummedOperand: Hashable {
    var fingerprint: String
    var place: Int
    var value: Value
  }

  private var graph: Graph
  private var scaled: [Value: Scaled] = [:]
  /// The results of the nodes that have been placed.
  private var known: [Computation: Value] = [:]
  /// Constants by shape: what chains without factors begin with.
  private var constants: [[Int]: [(value: Value, number: Double)]] = [:]
  private var zeros: Set<Value> = []
  /// What values were before they were broadcast.
  private var stretched: [Value: Value] = [:]
  /// All operands of sums over samples, which others might share.
  private var summed: Set<SummedOperand> = []
  private var replacements: [Value: Value] = [:]
  /// Scaled values that have been computed.
  private var products: [Scaled: Value] = [:]
  /// Nodes that are no longer needed, by name, and their multiplications.
  private(set) var counts: [String: (nodes: Int, products: Int)] = [:]

  init(_ source: Graph) {
    graph = source.emptied()
    for node in source.nodes where node.op.sumsOverSamples {
      for (place, value) in node.inputs.enumerated() {
        summed.insert(SummedOperand(fingerprint: node.op.fingerprint, place: place, value: value))
      }
    }
  }

  mutating func visit(_ node: Node) throws(Diagnostic) {
    if let form = scaledForm(of: node) {
      scaled[node.outputs[0]] = form
      guard let products = node.products(in: graph) else { return }
      counts[node.op.name, default: (0, 0)].nodes += 1
      counts[node.op.name, default: (0, 0)].products += products
      return
    }
    graph.origin = node.origin
    if let sum = try sharedSum(node) {
      replacements[node.outputs[0]] = sum
      return
    }
    for input in node.inputs { try materialize(input) }
    place(node)
  }

  mutating func finished() throws(Diagnostic) -> Graph {
    for end in graph.outputs + graph.stateUpdates { try materialize(end.value) }
    var result = graph
    result.names.removeAll { scaled[$0.value] != nil && replacements[$0.value] == nil }
    result.replaceUses(replacements)
    return result
  }

  private mutating func place(_ node: Node) {
    graph.nodes.append(node)
    guard node.outputs.count == 1, node.op.isPure else { return }
    let computation = Computation(fingerprint: node.op.fingerprint, inputs: node.inputs)
    known[computation] = known[computation] ?? node.outputs[0]
    if node.op is BroadcastTo { stretched[node.outputs[0]] = node.inputs[0] }
    guard let constant = node.op as? Constant else { return }
    if constant.value == 0 {
      zeros.insert(node.outputs[0])
    } else {
      constants[constant.shape, default: []].append((node.outputs[0], constant.value))
    }
  }

  // MARK: Scaled values

  /// The result of a node as a multiple of what has been computed already; nil if it is none.
  private func scaledForm(of node: Node) -> Scaled? {
    let given = node.inputs.map { scaled[$0] }
    guard let factor = given.lazy.compactMap({ $0?.factor }).first else {
      return chainStart(node)
    }
    guard given.allSatisfy({ $0 == nil || $0?.factor == factor }),
      isLinear(node, in: given.map { $0 != nil })
    else { return nil }
    let inputs = zip(node.inputs, given).map { $1?.unscaled ?? $0 }
    let computation = Computation(fingerprint: node.op.fingerprint, inputs: inputs)
    return known[computation].map { Scaled(unscaled: $0, factor: factor) }
  }

  /// The form of a linear operation on one number a sample, if the same is done to a constant.
  private func chainStart(_ node: Node) -> Scaled? {
    guard node.outputs.count == 1, let start = node.inputs.first,
      let numbers = numbers(of: start),
      isLinear(node, in: node.inputs.indices.map { $0 == 0 })
    else { return nil }
    for constant in constants[graph.shape(of: start)] ?? [] where constant.value != start {
      let computation = Computation(
        fingerprint: node.op.fingerprint, inputs: [constant.value] + node.inputs.dropFirst())
      if let result = known[computation] {
        let factor = Factor(numbers: numbers, constant: 1 / constant.number)
        return Scaled(unscaled: result, factor: factor)
      }
    }
    return nil
  }

  /// One number a sample of which a value's samples consist; nil if they do not.
  private func numbers(of value: Value) -> Value? {
    let shape = graph.shape(of: value)
    guard let samples = shape.first else { return nil }
    if shape.reduce(1, *) == samples { return value }
    guard let source = stretched[value], case let inner = graph.shape(of: source),
      inner.count == shape.count, inner.first == samples, inner.reduce(1, *) == samples
    else { return nil }
    return source
  }

  /// Whether factors of the given operands' samples are factors of the result's samples.
  private func isLinear(_ node: Node, in operands: [Bool]) -> Bool {
    let rank = graph.type(of: node.outputs[0]).rank
    // Operands broadcast from the last axis: their first is the batch if they have all axes.
    let areWhole = zip(node.inputs, operands).allSatisfy { !$1 || graph.type(of: $0).rank == rank }
    return switch node.op {
    case is Add, is Subtract: areWhole && operands.allSatisfy(\.self)
    case is Multiply: areWhole && operands.count == 2 && operands[0] != operands[1]
    case is Divide: areWhole && operands == [true, false]
    case is Where:
      areWhole && !operands[0]
        && (1...2).allSatisfy { operands[$0] || zeros.contains(node.inputs[$0]) }
    default:
      operands[0] && !operands.dropFirst().contains(true) && node.isLinearSamplewise(in: graph)
    }
  }

  // MARK: Where chains end

  /// A sum over samples with the factors on its other operand, if another such sum has the unscaled one.
  private mutating func sharedSum(_ node: Node) throws(Diagnostic) -> Value? {
    guard node.op.sumsOverSamples else { return nil }
    for place in 0...1 {
      guard let form = scaled[node.inputs[place]], case let other = node.inputs[1 - place],
        scaled[other] == nil,
        summed.contains(
          SummedOperand(fingerprint: node.op.fingerprint, place: place, value: form.unscaled))
      else { continue }
      var inputs = node.inputs
      inputs[place] = form.unscaled
      inputs[1 - place] = try product(Scaled(unscaled: other, factor: form.factor))
      return try graph.append(node.op, inputs)[0]
    }
    return nil
  }

  /// Computes a scaled value that somebody needs after all.
  private mutating func materialize(_ value: Value) throws(Diagnostic) {
    guard let form = scaled[value], replacements[value] == nil else { return }
    replacements[value] = try product(form)
  }

  private mutating func product(_ form: Scaled) throws(Diagnostic) -> Value {
    if let product = products[form] { return product }
    let shape = graph.shape(of: form.unscaled)
    let ones = [Int](repeating: 1, count: shape.count - 1)
    var factor = try graph.reshape(form.factor.numbers, to: shape.prefix(1) + ones)
    if form.factor.constant != 1 { factor = try graph.multiply(factor, form.factor.constant) }
    let product = try graph.multiply(form.unscaled, factor)
    products[form] = product
    return product
  }
}

extension Node {
  /// Whether scaling the samples of the first operand scales those of the result.
  fileprivate func isLinearSamplewise(in graph: Graph) -> Bool {
    switch op {
    case let convolution as Conv2D:
      !convolution.hasBias && convolution.activation == .identity
    case let gradient as Conv2DInputGradient:
      !gradient.hasBias && gradient.activation == .identity
    case let product as Matmul:
      !product.hasBias && product.activation == .identity
        && samplewiseFingerprint(in: graph) != nil
    case let scatter as ScatterAdd: scatter.axis == 1
    case let gather as Gather: gather.axis == 1
    case let sum as Sum: !sum.axes(of: graph.type(of: inputs[0])).contains(0)
    case is Negate: true
    case is any ElementwiseOperator: false
    default: samplewiseFingerprint(in: graph) != nil
    }
  }
}

extension Operator {
  /// Whether this operator adds up products of the samples of two operands.
  fileprivate var sumsOverSamples: Bool {
    switch self {
    case is Conv2DWeightGradient: true
    case let product as Matmul:
      product.transposesLeft && !product.transposesRight && !product.hasBias
        && product.activation == .identity
    default: false
    }
  }
}
