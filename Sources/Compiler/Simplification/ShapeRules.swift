import GraphIR
import Operators
import Plan

/// Identities of reshaping, stretching, transposing and of reductions over nothing.
extension Simplifier {
  mutating func reshaped(_ node: Node) throws(Diagnostic) -> Value? {
    switch node.op {
    case is any ReshapeOperator: try simplifiedReshape(node)
    case is BroadcastTo: try simplifiedBroadcast(node)
    case is Transpose: try simplifiedTranspose(node)
    case is any ReductionOperator: try simplifiedReduction(node)
    case is any ElementwiseOperator: try withoutBroadcasts(node)
    default: nil
    }
  }

  /// To the same shape is nothing, twice is once.
  private mutating func simplifiedReshape(_ node: Node) throws(Diagnostic) -> Value? {
    let x = node.inputs[0]
    let shape = graph.type(of: node.outputs[0]).shape
    if graph.type(of: x).shape == shape {
      applied("reshape to the same shape")
      return x
    }
    guard let inner = definition(of: x), inner.op is any ReshapeOperator else { return nil }
    applied("reshape of reshape")
    return try build(Reshape(shape: shape), [inner.inputs[0]])
  }

  /// To the same shape is nothing, twice is once.
  private mutating func simplifiedBroadcast(_ node: Node) throws(Diagnostic) -> Value? {
    let x = node.inputs[0]
    let shape = graph.type(of: node.outputs[0]).shape
    if graph.type(of: x).shape == shape {
      applied("broadcast to the same shape")
      return x
    }
    guard let inner = definition(of: x), inner.op is BroadcastTo else { return nil }
    applied("broadcast of broadcast")
    return try build(BroadcastTo(shape), [inner.inputs[0]])
  }

  /// Without effect is nothing, twice is once.
  private mutating func simplifiedTranspose(_ node: Node) throws(Diagnostic) -> Value? {
    let x = node.inputs[0]
    guard let axes = order(of: node) else { return nil }
    if axes == Array(axes.indices) {
      applied("transpose without effect")
      return x
    }
    guard let inner = definition(of: x), let first = order(of: inner) else { return nil }
    applied("transpose of transpose")
    return try build(Transpose(axes: axes.map { first[$0] }), [inner.inputs[0]])
  }

  /// Which of its operand's axes each axis of a transpose is, counted from the front.
  private func order(of node: Node) -> [Int]? {
    guard let transpose = node.op as? Transpose else { return nil }
    let rank = graph.type(of: node.inputs[0]).rank
    return transpose.axes.map { $0 < 0 ? $0 + rank : $0 }
  }

  /// Over axes of extent 1: a reshape.
  private mutating func simplifiedReduction(_ node: Node) throws(Diagnostic) -> Value? {
    let (input, output) = (graph.type(of: node.inputs[0]), graph.type(of: node.outputs[0]))
    guard input.count == output.count else { return nil }
    applied("\(node.op.name) over extent 1")
    return try build(Reshape(shape: output.shape), [node.inputs[0]])
  }

  /// Elementwise operators broadcast by themselves: a stretched operand is read as it was, where the result keeps its
  /// shape.
  private mutating func withoutBroadcasts(_ node: Node) throws(Diagnostic) -> Value? {
    var inputs = node.inputs
    var changed = false
    for index in inputs.indices {
      guard let inner = definition(of: inputs[index]), inner.op is BroadcastTo else { continue }
      var candidate = inputs
      candidate[index] = inner.inputs[0]
      let types = try node.op.outputTypes(candidate.map(graph.type(of:)))
      guard types[0] == graph.type(of: node.outputs[0]) else { continue }
      inputs = candidate
      changed = true
    }
    guard changed else { return nil }
    applied("broadcast into \(node.op.name)")
    return try build(node.op, inputs)
  }
}
