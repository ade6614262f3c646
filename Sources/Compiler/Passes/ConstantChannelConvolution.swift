import GraphIR
import Operators
import Plan

/// Convolves channels that are constant over a picture once a picture instead of once a place.
///
///     %2: f32[4×6×8×8] = upsample_nearest(%1) {scale: 8}          // %1: f32[4×6×1×1]
///     %4: f32[4×22×8×8] = concat(%0, %2)
///     %5: f32[4×5×8×8] = conv2d(%4, %3) {kernel: 3, padding: 1}
///
/// becomes the convolution of the other channels and a map that is added to it:
///
///     %6: f32[5×16×3×3], %7: f32[5×6×3×3] = …                    // slices of the weight
///     %8: f32[4×5×8×8] = conv2d(%0, %6) {kernel: 3, padding: 1}
///     %9: f32[4×5×3×3] = flip(…matmul(%1, %7))                   // what every tap gives for a sample
///     %10: f32[4×5×8×8] = sum_pool(%9) {kernel: 8, stride: 1, padding: 6}
///     %5: f32[4×5×8×8] = add(%8, %10)
///
/// A place of the map is the sum of those taps that fall into the picture there. As the window of outputs that see the
/// picture moves over the taps, these are the sums over windows as large as the picture over the turned taps: exact at
/// all borders, for all strides and paddings. Without padding all places are equal, and one number a sample is enough.
package let constantChannelConvolution = Pass(
  "constant-channel-convolution",
  "convolves channels that are constant over a picture once a picture"
) { graph, report throws(Diagnostic) in
  let uses = Uses(of: graph)
  var rewrites: [Int: ConstantChannels] = [:]
  for (index, node) in graph.nodes.enumerated() {
    guard let rewrite = ConstantChannels(node, in: graph, uses) else { continue }
    let what = "convolve \(rewrite.constantChannels) constant channels once a picture"
    if let reason = rewrite.refusal {
      report.refused(what, because: reason, at: node.origin)
    } else {
      rewrites[index] = rewrite
      let saved = rewrite.savedProducts.abbreviated
      report.applied("\(what), saving \(saved) multiplications", at: node.origin)
    }
  }
  guard !rewrites.isEmpty else { return }
  var weights = DividedWeights()
  try graph.replacingNodes { index, graph throws(Diagnostic) in
    try rewrites[index]?.append(to: &graph, dividing: &weights)
  }
}

/// A convolution of channels some of which are constant over each picture.
private struct ConstantChannels {
  private let convolution: Conv2D
  /// Weight and bias.
  private let parameters: [Value]
  private let weight: TensorType
  private let result: TensorType
  /// Top, left, bottom, right.
  private let sides: [Int]
  /// Height and width of the pictures.
  private let extent: [Int]
  /// Images of other channels, and vectors N×C×1×1 of constant ones, each with its places on the channel axis.
  private var varying: [(value: Value, channels: Range<Int>)] = []
  private var constant: [(value: Value, channels: Range<Int>)] = []

  /// Nil if the node is no convolution of both kinds of channels.
  init?(_ node: Node, in graph: Graph, _ uses: Uses) {
    guard let convolution = node.op as? Conv2D,
      let producer = uses.definer(of: node.inputs[0]), case let source = graph.nodes[producer],
      let concat = source.op as? Concat, [1, -3].contains(concat.axis)
    else { return nil }
    self.convolution = convolution
    parameters = Array(node.inputs.dropFirst())
    weight = graph.type(of: node.inputs[1])
    result = graph.type(of: node.outputs[0])
    extent = Array(graph.shape(of: node.inputs[0])[2...])
    sides = convolution.window.sides(input: extent, kernel: convolution.kernel)
    var channel = 0
    for part in source.inputs {
      let channels = channel..<channel + graph.shape(of: part)[1]
      channel = channels.upperBound
      if let vector = Self.vector(repeatedBy: part, in: graph, uses) {
        constant.append((vector, channels))
      } else {
        varying.append((part, channels))
      }
    }
    guard !constant.isEmpty, !varying.isEmpty else { return nil }
  }

  /// The N×C×1×1 tensor that an image repeats at all of its places; nil if it is no such image.
  private static func vector(
    repeatedBy image: Value, in graph: Graph, _ uses: Uses
  ) -> Value? {
    guard let index = uses.definer(of: image), case let node = graph.nodes[index],
      node.op.nearestScale != nil || node.op is BroadcastTo,
      graph.shape(of: node.inputs[0]) == graph.shape(of: image).prefix(2) + [1, 1]
    else { return nil }
    return node.inputs[0]
  }

  var constantChannels: Int { constant.map(\.channels.count).reduce(0, +) }

  // MARK: What it is worth

  /// Why the convolution stays as it is; nil if it may be rewritten.
  var refusal: String? {
    let window = convolution.window
    guard window.groups == 1, window.dilation == [1, 1] else {
      return "the convolution has groups or a dilation"
    }
    guard convolution.activation == .identity else { return "it applies an activation" }
    guard hasNoBorder || borders.allSatisfy({ $0 >= 0 }) else {
      return "the kernel \(convolution.kernel) is too large for pictures of \(extent)"
    }
    guard savedProducts > 0 else { return "as many vectors of channels remain" }
    // A number moved costs about as much as some dozen products: the weight is divided, the map written and read.
    let moved = weight.count + (hasNoBorder ? 1 : 3) * result.count
    return savedProducts < Self.productsPerNumber * moved
      ? "\(savedProducts.abbreviated) multiplications are too few to pay for moving "
        + "\(moved.abbreviated) numbers" : nil
  }

  private static let productsPerNumber = 16
  /// Kernels take channels by so many; a part of such a vector costs as much as the whole.
  private static let vectorWidth = 16

  /// Multiplications that the forward pass no longer does.
  var savedProducts: Int {
    let remaining = varying.map(\.channels.count).reduce(0, +)
    let vectors = Self.vectors(remaining + constantChannels) - Self.vectors(remaining)
    let taps = convolution.kernel[0] * convolution.kernel[1]
    let places = result.shape[2] * result.shape[3]
    let once = constantChannels * taps * result.count / places
    return vectors * Self.vectorWidth * taps * result.count - once
  }

  private static func vectors(_ channels: Int) -> Int {
    (channels + vectorWidth - 1) / vectorWidth
  }

  /// Whether all taps fall into the picture at every place.
  private var hasNoBorder: Bool { sides.allSatisfy { $0 == 0 } }

  /// How far the windows over the turned taps reach beyond them: top, left, bottom, right.
  private var borders: [Int] {
    (0..<2).map { extent[$0] + sides[$0] - convolution.kernel[$0] }
      + (0..<2).map { convolution.window.stride[$0] * (result.shape[$0 + 2] - 1) - sides[$0] }
  }

  // MARK: The new form

  /// Appends it and returns its result.
  func append(
    to graph: inout Graph, dividing weights: inout DividedWeights
  ) throws(Diagnostic) -> Value {
    let image = try graph.concat(varying.map(\.value), axis: 1)
    let (shared, own) = try weights.parts(
      of: parameters[0], varying.map(\.channels), constant.map(\.channels), in: &graph)
    let product = try graph.append(convolution, [image, shared] + parameters.dropFirst())[0]
    let vectors = try graph.reshape(
      graph.concat(constant.map(\.value), axis: 1), to: [result.shape[0], constantChannels])
    return try graph.add(
      product, hasNoBorder ? level(vectors, own, &graph) : map(vectors, own, &graph))
  }

  /// One number a sample and channel: N×O×1×1.
  private func level(
    _ vectors: Value, _ weight: Value, _ graph: inout Graph
  ) throws(Diagnostic) -> Value {
    let matrix = try graph.sum(weight, axes: [2, 3])
    let product = try graph.apply(Matmul(transposesRight: true), vectors, matrix)
    return try graph.reshape(product, to: result.shape.prefix(2) + [1, 1])
  }

  /// One number a place: N×O×H'×W'.
  private func map(
    _ vectors: Value, _ weight: Value, _ graph: inout Graph
  ) throws(Diagnostic) -> Value {
    let kernel = convolution.kernel
    let rows = convolution.channels * kernel[0] * kernel[1]
    let matrix = try graph.reshape(
      graph.transpose(weight, axes: [0, 2, 3, 1]), to: [rows, constantChannels])
    let product = try graph.apply(Matmul(transposesRight: true), vectors, matrix)
    let taps = try graph.reshape(product, to: result.shape.prefix(2) + kernel)
    let turned = try graph.apply(Flip(axes: [2, 3]), taps)
    let window = PoolWindow(kernel: extent, stride: convolution.window.stride, padding: borders)
    return try graph.apply(SumPool(window), turned)
  }
}

/// Weights divided by input channels, each once, so that the gradients of all calls meet before they are joined.
private struct DividedWeights {
  private struct Division: Hashable {
    var weight: Value
    var channels: [Range<Int>]
  }

  private var known: [Division: Value] = [:]

  /// The weights of two groups of input channels.
  mutating func parts(
    of weight: Value, _ first: [Range<Int>], _ second: [Range<Int>], in graph: inout Graph
  ) throws(Diagnostic) -> (Value, Value) {
    (try part(of: weight, first, in: &graph), try part(of: weight, second, in: &graph))
  }

  private mutating func part(
    of weight: Value, _ channels: [Range<Int>], in graph: inout Graph
  ) throws(Diagnostic) -> Value {
    let division = Division(weight: weight, channels: channels)
    if let part = known[division] { return part }
    var slices: [Value] = []
    for range in Self.joined(channels) {
      slices.append(try graph.slice(weight, axis: 1, range))
    }
    let part = try graph.concat(slices, axis: 1)
    known[division] = part
    return part
  }

  /// The same channels in as few ranges as possible.
  private static func joined(_ ranges: [Range<Int>]) -> [Range<Int>] {
    ranges.reduce(into: []) { joined, range in
      if let last = joined.last, last.upperBound == range.lowerBound {
        joined[joined.count - 1] = last.lowerBound..<range.upperBound
      } else {
        joined.append(range)
      }
    }
  }
}
