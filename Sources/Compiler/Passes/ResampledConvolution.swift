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
/// convolution over windows of s × s is the adjoint: a box filter, then the convolution with stride s.
///
/// The box filter may go into the kernel instead, which then has (k + s - 1)² taps, and no pass over the large image is
/// left:
///
///     %5: f32[8×8×4×4] = sum_pool(%4) {kernel: 2, stride: 1, padding: 1}
///     %3: f32[4×8×16×16] = conv2d_input_gradient(%0, %5) {stride: 2, padding: 1}
///
/// All forms are exact, borders included, and need no other weights. Which one is taken for a layer is `ResampledLayer`'s
/// estimate of all its passes; `planform compile --tune` measures instead. Gradients are taken of the new form, so that all
/// three passes save.
package let resampledConvolution = Pass.resampledConvolution { _ in nil }

extension Pass {
  /// The pass with another choice of forms.
  ///
  /// - Parameter choice: nil where the estimate is to decide, or where the form does not exist.
  package static func resampledConvolution(
    choosing choice: @escaping @Sendable (ResampledLayer) -> ResampledForm?
  ) -> Pass {
    Pass(
      "resampled-convolution",
      "convolves on the small side of nearest-neighbour upsampling and average pooling"
    ) { graph, report throws(Diagnostic) in
      let uses = Uses(of: graph)
      var rewrites: [Int: (rewrite: ResampledConvolution, form: ResampledForm)] = [:]
      for rewrite in ResampledConvolution.all(in: graph, uses) {
        if let reason = rewrite.refusal(uses) {
          report.refused(rewrite.description, because: reason, at: rewrite.origin)
          continue
        }
        let choice = ResampledChoice(rewrite.layer, measured: choice(rewrite.layer))
        if choice.form == .asWritten {
          report.refused(rewrite.description, because: choice.costs, at: rewrite.origin)
        } else {
          rewrites[rewrite.position] = (rewrite, choice.form)
          report.applied(rewrite.description + choice.gain, at: rewrite.origin)
        }
      }
      guard !rewrites.isEmpty else { return }
      try graph.replacingNodes { index, graph throws(Diagnostic) in
        try rewrites[index].map { match throws(Diagnostic) in
          try match.rewrite.append(match.form, to: &graph)
        }
      }
    }
  }
}

extension Graph {
  /// The layers between whose forms the pass chooses.
  var resampledLayers: [ResampledLayer] {
    let uses = Uses(of: self)
    return ResampledConvolution.all(in: self, uses).compactMap { rewrite in
      rewrite.refusal(uses) == nil && !rewrite.layer.isPointwise ? rewrite.layer : nil
    }
  }
}

/// The form that a layer is given, and what the others would cost.
private struct ResampledChoice {
  let form: ResampledForm
  private let layer: ResampledLayer
  private let source: String

  /// - Parameter measured: the form that was the fastest on this machine, if that is known.
  init(_ layer: ResampledLayer, measured: ResampledForm?) {
    self.layer = layer
    if let measured, layer.forms.contains(measured) {
      (form, source) = (measured, "measured to be the fastest; estimates are")
    } else {
      (form, source) = (layer.estimatedForm, "estimated")
    }
  }

  /// What is behind a rewrite's description in the report.
  var gain: String {
    let saved = layer.multiplications(.asWritten) - layer.multiplications(form)
    let products = "saving \(saved.abbreviated) multiplications"
    return layer.isPointwise ? ", \(products)" : " \(form.rawValue), \(products); \(costs)"
  }

  /// The estimates of all forms, that of the chosen one first.
  var costs: String {
    let forms = [form] + layer.forms.filter { $0 != form }
    let times = forms.map { "\((layer.nanoseconds($0) / 1e4).rounded() / 100) ms \($0.rawValue)" }
    return "\(source) \(times.joined(separator: ", "))"
  }
}

/// A convolution and the resampling beside it.
private struct ResampledConvolution {
  /// The node that the new form takes the place of.
  let position: Int
  let origin: Origin
  private(set) var layer: ResampledLayer
  let convolution: Conv2D
  /// Operands of the convolution.
  let operands: [Value]
  /// What the first operand of the new form is: the small image, or the image before the convolution.
  let image: Value
  /// What the convolution makes, which must vanish when it is pooled.
  let product: Value

  /// Every such pair of a graph.
  ///
  /// What is trained in one place counts as trained wherever it has the same weights: a picture that one step only looks at
  /// and another one learns from takes one form, and is computed once.
  static func all(in graph: Graph, _ uses: Uses) -> [ResampledConvolution] {
    let trained = graph.trainedValues
    var pairs = graph.nodes.indices.compactMap {
      ResampledConvolution($0, in: graph, uses, trained: trained)
    }
    let weights = Set(pairs.filter(\.layer.isTrained).map(\.operands[1]))
    for index in pairs.indices where weights.contains(pairs[index].operands[1]) {
      pairs[index].layer.isTrained = true
    }
    return pairs
  }

  /// Nil if the node is not the end of such a pair.
  private init?(_ position: Int, in graph: Graph, _ uses: Uses, trained: Set<Value>) {
    let node = graph.nodes[position]
    let source = node.inputs.first.flatMap(uses.definer(of:)).map { graph.nodes[$0] }
    guard let source else { return nil }
    let (direction, layer, scale): (ResampledLayer.Direction, Node, [Int])
    if node.op is Conv2D, let nearest = source.op.nearestScale {
      (direction, layer, scale) = (.behindUpsampling, node, nearest)
    } else if let pool = node.op as? AveragePool, source.op is Conv2D,
      pool.window.kernel == pool.window.stride, pool.window.padding.allSatisfy({ $0 == 0 })
    {
      (direction, layer, scale) = (.beforePooling, source, pool.window.kernel)
    } else {
      return nil
    }
    guard let convolution = layer.op as? Conv2D else { return nil }
    self.position = position
    origin = node.origin
    self.convolution = convolution
    operands = layer.inputs
    product = layer.outputs[0]
    image = direction == .behindUpsampling ? source.inputs[0] : layer.inputs[0]
    let extent = Array(graph.shape(of: layer.inputs[0])[2...])
    self.layer = ResampledLayer(
      direction: direction, image: graph.shape(of: image), channels: convolution.channels,
      kernel: convolution.kernel, scale: scale,
      sides: convolution.window.sides(input: extent, kernel: convolution.kernel),
      isTrained: trained.contains(node.outputs[0]), precision: graph.precision)
  }

  var description: String {
    let kernel = convolution.kernel.map(String.init).joined(separator: "×")
    return switch layer.direction {
    case .behindUpsampling: "convolve \(kernel) before upsampling"
    case .beforePooling: "convolve \(kernel) behind pooling"
    }
  }

  /// Why the pair stays as it is; nil if it may be rewritten.
  func refusal(_ uses: Uses) -> String? {
    let window = convolution.window
    guard window.groups == 1, window.stride == [1, 1], window.dilation == [1, 1] else {
      return "the convolution has groups, a stride or a dilation"
    }
    guard convolution.activation == .identity else { return "it applies an activation" }
    if layer.direction == .beforePooling, let reason = uses.reasonToKeep(product) { return reason }
    return layer.forms == [.asWritten] ? layer.obstacle(to: .summedWeights) : nil
  }

  // MARK: New forms

  /// Appends the new form and returns its result.
  func append(_ form: ResampledForm, to graph: inout Graph) throws(Diagnostic) -> Value {
    switch layer.direction {
    case .behindUpsampling where layer.isPointwise:
      let small = try graph.append(convolution, [image] + operands.dropFirst())[0]
      return try graph.apply(UpsampleNearest(scale: layer.scale), small)
    case .beforePooling where layer.isPointwise:
      let small = try graph.apply(AveragePool(PoolWindow(kernel: layer.scale)), image)
      return try graph.append(convolution, [small] + operands.dropFirst())[0]
    case .behindUpsampling: return try appendTransposed(form, to: &graph)
    case .beforePooling: return try appendStrided(form, to: &graph)
    }
  }

  private func appendTransposed(
    _ form: ResampledForm, to graph: inout Graph
  ) throws(Diagnostic) -> Value {
    let scale = layer.scale
    var weight = try graph.apply(
      Flip(axes: [2, 3]), graph.transpose(operands[1], axes: [1, 0, 2, 3]))
    var extent = Array(graph.shape(of: product)[2...])
    var sides = layer.transposedSides
    if form == .summedWeights {
      weight = try graph.apply(SumPool(summing), weight)
      sides = layer.summedSides
    } else {
      extent = zip(extent, scale).map { $0 + $1 - 1 }
    }
    let window = ConvolutionWindow(stride: scale, padding: .explicit(sides))
    var result = try graph.apply(
      Conv2DInputGradient(extent: extent, window: window), image, weight)
    if form == .boxFilter {
      result = try graph.apply(SumPool(PoolWindow(kernel: scale, stride: [1, 1])), result)
    }
    guard convolution.hasBias else { return result }
    return try graph.add(
      result, graph.reshape(operands[2], to: [convolution.channels, 1, 1]))
  }

  private func appendStrided(
    _ form: ResampledForm, to graph: inout Graph
  ) throws(Diagnostic) -> Value {
    var (strided, image, weight) = (convolution, image, operands[1])
    if form == .summedWeights {
      weight = try graph.apply(AveragePool(summing), weight)
      strided.kernel = layer.summedKernel
      strided.window = ConvolutionWindow(
        stride: layer.scale, padding: .explicit(layer.sides))
    } else {
      let box = PoolWindow(kernel: layer.scale, stride: [1, 1], padding: layer.sides)
      image = try graph.apply(AveragePool(box), image)
      strided.window = ConvolutionWindow(stride: layer.scale)
    }
    return try graph.append(strided, [image, weight] + operands.dropFirst(2))[0]
  }

  /// The box filter over a kernel, which reaches out to where only one of its taps is left.
  private var summing: PoolWindow {
    let margins = layer.scale.map { $0 - 1 }
    return PoolWindow(kernel: layer.scale, stride: [1, 1], padding: margins + margins)
  }
}

extension Graph {
  /// Values on whose way to a loss gradients are taken.
  fileprivate var trainedValues: Set<Value> {
    var values: Set<Value> = []
    for node in nodes.reversed() {
      if node.op is GradientRequest {
        values.insert(node.inputs[0])
      } else if !(node.op is any GradientStop), node.outputs.contains(where: values.contains) {
        values.formUnion(node.inputs)
      }
    }
    return values
  }
}
