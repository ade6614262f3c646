import GraphIR
import Operators

extension Graph {
  /// Takes over what a pass has rebuilt, but not the origin of the node that it has built last.
  mutating func become(_ rebuilt: Graph) {
    let origin = origin
    self = rebuilt
    self.origin = origin
  }

  /// Rebuilds the program with something else in place of some of the nodes with one output.
  ///
  /// - Parameter replacement: appends what computes the result of the node at an index, and returns it; nil keeps the
  ///   node.
  mutating func replacingNodes(
    _ replacement: (Int, inout Graph) throws(Diagnostic) -> Value?
  ) throws(Diagnostic) {
    let (nodes, origin) = (nodes, origin)
    var replacements: [Value: Value] = [:]
    self = emptied()
    for (index, node) in nodes.enumerated() {
      self.origin = node.origin
      if let value = try replacement(index, &self) {
        replacements[node.outputs[0]] = value
      } else {
        self.nodes.append(node)
      }
    }
    self.origin = origin
    replaceUses(replacements)
  }
}

extension Operator {
  /// By how much this operator repeats pixels, if that is all it does.
  var nearestScale: [Int]? {
    switch self {
    case let nearest as UpsampleNearest: nearest.scale
    case let upsample as Upsample where upsample.mode == .nearest: upsample.scale
    default: nil
    }
  }
}
