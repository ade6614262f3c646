import GraphIR
import Operators

extension Node {
  /// What this node computes of its first operand, if it computes every sample from that sample alone; nil otherwise.
  ///
  /// Equal for two nodes that do the same to batches of different sizes.
  func samplewiseFingerprint(in graph: Graph) -> String? {
    let input = graph.type(of: inputs[0])
    return switch op {
    case is Conv2D, is Conv2DInputGradient, is Linear, is UpsampleNearest, is Upsample:
      op.fingerprint
    case is AveragePool, is SumPool, is SumPoolGradient, is ResizeBilinear: op.fingerprint
    case let product as Matmul where !product.transposesLeft && input.rank == 2: op.fingerprint
    case is any ElementwiseOperator where inputs.count == 1: op.fingerprint
    case let transpose as Transpose where [0, -input.rank].contains(transpose.axes[0]):
      op.fingerprint
    case let flip as Flip where !flip.axes.contains(0) && !flip.axes.contains(-input.rank):
      op.fingerprint
    case is any ReshapeOperator: reshapeOfSamples(in: graph)
    default: nil
    }
  }

  /// A reshape that leaves the first axis alone gives every sample another shape.
  private func reshapeOfSamples(in graph: Graph) -> String? {
    let (input, output) = (graph.shape(of: inputs[0]), graph.shape(of: outputs[0]))
    guard let samples = input.first, samples == output.first else { return nil }
    return "samples reshaped to \(output.dropFirst())"
  }

  /// Multiplications of a convolution or a matrix product; nil for other nodes.
  func products(in graph: Graph) -> Int? {
    func weights(_ outputs: Int) -> Int { graph.type(of: inputs[1]).count / outputs }
    let result = graph.type(of: outputs[0]).count
    return switch op {
    case let convolution as Conv2D: result * weights(convolution.channels)
    case is Conv2DInputGradient:
      graph.type(of: inputs[0]).count * weights(graph.shape(of: inputs[1])[0])
    case is Conv2DWeightGradient:
      graph.type(of: inputs[1]).count * (result / graph.shape(of: outputs[0])[0])
    case let layer as Linear: result * weights(layer.features)
    case let product as Matmul:
      result
        * graph.shape(of: inputs[0])[
          graph.type(of: inputs[0]).rank - (product.transposesLeft ? 2 : 1)]
    default: nil
    }
  }
}
