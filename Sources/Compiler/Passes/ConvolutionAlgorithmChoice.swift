import GraphIR
import Operators
import Plan

/// Computes convolutions by transformed tiles where that is faster.
///
///     %2: f32[8×256×32×32] = conv2d(%0, %1) {kernel: 3, padding: 1}
///
/// becomes
///
///     %2: f32[8×256×32×32] = conv2d(%0, %1) {kernel: 3, padding: 1, algorithm: "winograd_4x4"}
///
/// The choice is `ConvolutionCost`'s; `planform compile --tune` measures instead.
package let convolutionAlgorithm = Pass(
  "convolution-algorithm", "computes convolutions with fewer products where that is faster"
) { graph, report throws(Diagnostic) in
  for (index, node) in graph.nodes.enumerated() {
    guard let geometry = ConvolutionGeometry(node, in: graph) else { continue }
    let direct = ConvolutionCost(geometry, .direct)
    let candidates = ConvolutionAlgorithm.allCases.compactMap { ConvolutionCost(geometry, $0) }
    guard let direct, candidates.count > 1,
      let best = candidates.min(by: { $0.comparedNanoseconds < $1.comparedNanoseconds })
    else { continue }
    let name = "\(node.op.name) of \(geometry.inputChannels) to \(geometry.outputChannels) channels"
    guard best.algorithm != .direct else {
      report.refused(name, because: "no other algorithm is estimated to be faster", at: node.origin)
      continue
    }
    graph.nodes[index] = node.computed(by: best.algorithm)
    let saved = direct.multiplications - best.multiplications
    let gain =
      switch best.algorithm {
      case .direct, .columns: "leaving the weight where it lies"
      case .fewChannels: "with whole vectors of pixels' windows"
      case .winograd2x2, .winograd4x4: "saving \(saved.abbreviated) multiplications"
      }
    report.applied("\(name): \(best.algorithm.rawValue), \(gain)", at: node.origin)
  }
}

extension Node {
  fileprivate func computed(by algorithm: ConvolutionAlgorithm) -> Node {
    let changed: any Operator
    switch op {
    case var op as Conv2D:
      op.algorithm = algorithm
      changed = op
    case var op as Conv2DInputGradient:
      op.algorithm = algorithm
      changed = op
    case var op as Conv2DWeightGradient:
      op.algorithm = algorithm
      changed = op
    default: return self
    }
    return Node(op: changed, inputs: inputs, outputs: outputs, origin: origin)
  }
}
