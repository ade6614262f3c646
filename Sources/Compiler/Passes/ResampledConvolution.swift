import GraphIR
import Operators
import Plan

/// Convolves on the small side of nearest-neighbour upsampling and of average pooling.
///
/// Repeating every pixel s times is a box filter over the image with s - 1 zeros between its pixels, and the box filter
/// commutes with the convolution, so
///
///     %2: f32[4×8×16×16] = upsample_nearest(%0) {scale: 2}
///     %3: f32[4×8×16×16] = conv2d(%2, %1) {kernel: 3, padding: 1}
///
/// becomes a transposed convolution with stride s and a sum over windows of s × s:
///
///     %4: f32[8×8×3×3] = flip(transpose(%1))
///     %5: f32[4×8×17×17] = conv2d_input_gradient(%0, %4) {stride: 2}
///     %3: f32[4×8×16×16] = sum_pool(%5) {kernel: 2, stride: 1}
///
/// Every weight meets every small pixel once: k² products a small pixel instead of s²·k². Averaging the result of a
/// convolution over windows of s × s is the adjoint: a box filter, then the convolution with stride s. Both are exact,
/// borders included, and need no other weights. Gradients are taken of the new form, so that all three passes save.
package let resampledConvolution = Pass(
  "resampled-convolution",
  "convolves on the small side of nearest-neighbour upsampling and average pooling"
) { graph, report throws(Diagnostic) in
  let uses = Uses(of: graph)
  var rewrites: [Int: Rewrite] = [:]
  for (index, node) in graph.nodes.enumerated() {
    guard let rewrite = Rewrite(node, in: graph, uses) else { continue }
    if let reason = rewrite.refusal(in: graph, uses) {
      report.refused(rewrite.description, because: reason, at: node.origin)
    } else {
      rewrites[index] = rewrite
      let saved = rewrite.savedProducts(in: graph)
      report.applied(
        "\(rewrite.description), saving \(saved.abbreviated) multiplications", at: node.origin)
    }
  }
  guard !rewrites.isEmpty else { return }
  try graph.replacingNodes { index, graph throws(Diagnostic) in
    try rewrites[index]?.append(to: &graph)
  }
}

/// A convolution and the resampling beside it.
private struct Rewrite {
  enum Direction { case behindUpsampling, beforePooling }

  let direction: Direction
  let convolution: Conv2D
  /// Operands of the convolution.
  let operands: [Value]
  /// What the first operand of the new form is: the small image, or the image before the convolution.
  let image: Value
  /// What the convolution makes, which must vanish when it is pooled.
  let product: Value
  /// Vertical, horizontal.
  let scale: [Int]
  /// Top, left, bottom, right.
  let sides: [Int]

  /// Nil if the node is not the end of such a pair.
  init?(_ node: Node, in graph: Graph, _ uses: Uses) {
    let source = uses.definer(of: node.inputs.first ?? node.outputs[0]).map { graph.nodes[$0] }
    guard let source else { return nil }
    let layer: Node
    if let convolution = node.op as? Conv2D, let scale = source.op.nearestScale {
      (direction, self.convolution, layer, self.scale) = (
        .behindUpsampling, convolution, node, scale
      )
    } else if let pool = node.op as? AveragePool, let convolution = source.op as? Conv2D,
      pool.window.kernel == pool.window.stride, pool.window.padding.allSatisfy({ $0 == 0 })
    {
      (direction, self.convolution, layer, scale) = (
        .beforePooling, convolution, source, pool.window.kernel
      )
    } else {
      return nil
    }
    operands = layer.inputs
    product = layer.outputs[0]
    image = direction == .behindUpsampling ? source.inputs[0] : layer.inputs[0]
    let extent = Array(graph.shape(of: layer.inputs[0])[2...])
    sides = convolution.window.sides(input: extent, kernel: convolution.kernel)
  }

  var description: String {
    let kernel = convolution.kernel.map(String.init).joined(separator: "×")
    return switch direction {
    case .behindUpsampling: "convolve \(kernel) before upsampling"
    case .beforePooling: "convolve \(kernel) behind pooling"
    }
  }

  /// Why the pair stays as it is; nil if it may be rewritten.
  func refusal(in graph: Graph, _ uses: Uses) -> String? {
    let window = convolution.window
    guard window.groups == 1, window.stride == [1, 1], window.dilation == [1, 1] else {
      return "the convolution has groups, a stride or a dilation"
    }
    guard convolution.activation == .identity else { return "it applies an activation" }
    if direction == .beforePooling {
      if let reason = uses.reasonToKeep(product) { return reason }
      guard (0..<4).allSatisfy({ sides[$0] < scale[$0 % 2] }) else {
        return "the padding \(sides) is not less than the window \(scale)"
      }
    } else if !isPointwise, !transposedSides.allSatisfy({ $0 >= 0 }) {
      return "the kernel \(convolution.kernel) is too small for its padding \(sides)"
    }
    if isPointwise { return nil }
    // What is saved must outweigh one more pass over the image: a few dozen products a number on any machine.
    let products = convolution.kernel[0] * convolution.kernel[1] * graph.shape(of: operands[0])[1]
    return products < Self.leastProducts
      ? "\(products) products a result are too few to pay for the box filter" : nil
  }

  private static let leastProducts = 128

  /// A 1×1 convolution commutes with resampling as it is.
  private var isPointwise: Bool { convolution.kernel == [1, 1] && sides.allSatisfy { $0 == 0 } }

  /// The padding of the transposed convolution: top, left, bottom, right.
  private var transposedSides: [Int] {
    (0..<4).map { convolution.kernel[$0 % 2] - sides[$0] - scale[$0 % 2] }
  }

  /// Multiplications that the forward pass no longer does.
  func savedProducts(in graph: Graph) -> Int {
    let taps = convolution.kernel[0] * convolution.kernel[1] * graph.shape(of: operands[0])[1]
    let count = graph.type(of: product).count
    return taps * (count - count / (scale[0] * scale[1]))
  }

  /// Appends the new form and returns its result.
  func append(to graph: inout Graph) throws(Diagnostic) -> Value {
    switch direction {
    case .behindUpsampling where isPointwise:
      let small = try graph.append(convolution, [image] + operands.dropFirst())[0]
      return try graph.apply(UpsampleNearest(scale: scale), small)
    case .beforePooling where isPointwise:
      let small = try graph.apply(AveragePool(PoolWindow(kernel: scale)), image)
      return try graph.append(convolution, [small] + operands.dropFirst())[0]
    case .behindUpsampling: return try appendTransposed(to: &graph)
    case .beforePooling: return try appendStrided(to: &graph)
    }
  }

  private func appendTransposed(to graph: inout Graph) throws(Diagnostic) -> Value {
    let turned = try graph.apply(
      Flip(axes: [2, 3]), graph.transpose(operands[1], axes: [1, 0, 2, 3]))
    let result = graph.shape(of: product)
    let extent = (0..<2).map { result[$0 + 2] + scale[$0] - 1 }
    let window = ConvolutionWindow(stride: scale, padding: .explicit(transposedSides))
    let spread = try graph.apply(
      Conv2DInputGradient(extent: extent, window: window), image, turned)
    let sums = try graph.apply(SumPool(PoolWindow(kernel: scale, stride: [1, 1])), spread)
    guard convolution.hasBias else { return sums }
    return try graph.add(
      sums, graph.reshape(operands[2], to: [convolution.channels, 1, 1]))
  }

  private func appendStrided(to graph: inout Graph) throws(Diagnostic) -> Value {
    let box = try graph.apply(
      AveragePool(PoolWindow(kernel: scale, stride: [1, 1], padding: sides)), image)
    var strided = convolution
    strided.window = ConvolutionWindow(stride: scale)
    return try graph.append(strided, [box] + operands.dropFirst())[0]
  }
}
