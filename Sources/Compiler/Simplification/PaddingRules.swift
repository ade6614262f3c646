import GraphIR
import Operators

/// Identities of parts that were surrounded with zeros; the gradients of slices are such.
extension Simplifier {
  /// `pad(a) + pad(b) = pad(concat(a, b))`, where b begins on one axis where a ends and both agree on all others.
  ///
  /// Together, slices that leave nothing out have a gradient without padding: the parts' gradients side by side.
  mutating func simplifiedSumOfPads(_ node: Node) throws(Diagnostic) -> Value? {
    guard node.inputs.count == 2 else { return nil }
    for (x, y) in [(node.inputs[0], node.inputs[1]), (node.inputs[1], node.inputs[0])] {
      guard let (first, a) = zeroPad(x), let (second, b) = zeroPad(y),
        let axis = commonEdge(of: first, a, second)
      else { continue }
      applied("pad(a) + pad(b) = pad(concat(a, b))")
      let joined = try build(Concat(axis: axis), [a, b])
      var after = first.after
      after[axis] = second.after[axis]
      guard (first.before + after).contains(where: { $0 > 0 }) else { return joined }
      return try build(Pad(before: first.before, after: after), [joined])
    }
    return nil
  }

  /// A padding with zeros and what it surrounds.
  private func zeroPad(_ value: Value) -> (Pad, Value)? {
    guard let node = definition(of: value), let pad = node.op as? Pad, pad.value == 0 else {
      return nil
    }
    return (pad, node.inputs[0])
  }

  /// The axis on which the second part begins where the first one, `a`, ends; nil if they differ on another axis.
  private func commonEdge(of first: Pad, _ a: Value, _ second: Pad) -> Int? {
    let differing = first.before.indices.filter {
      first.before[$0] != second.before[$0] || first.after[$0] != second.after[$0]
    }
    guard differing.count == 1, let axis = differing.first else { return nil }
    let end = first.before[axis] + graph.type(of: a).shape[axis]
    return second.before[axis] == end ? axis : nil
  }
}
