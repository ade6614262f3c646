package import GraphIR
import Operators
import Plan

/// How a convolution beside nearest-neighbour upsampling or average pooling is computed.
package enum ResampledForm: String, Sendable, CaseIterable {
  /// On the small side with as many taps as it has, and a box filter over the large image.
  case boxFilter = "with a box filter"
  /// On the small side, by a kernel that the box filter has gone into: more taps, and no pass over the large image.
  case summedWeights = "with summed weights"
  /// On the large side.
  case asWritten = "as written"
}

/// A convolution beside resampling, in all that its cost depends on.
package struct ResampledLayer: Hashable, Sendable {
  package enum Direction: Sendable { case behindUpsampling, beforePooling }

  package var direction: Direction
  /// N×C×H×W before upsampling, or before the convolution.
  package var image: [Int]
  package var channels: Int
  package var kernel: [Int]
  /// Vertical, horizontal.
  package var scale: [Int]
  /// Top, left, bottom, right: the padding of the convolution as it is written.
  package var sides: [Int]
  /// Whether gradients are taken in the image and in the weight.
  package var isTrained: Bool
  package var precision: Precision

  /// Vertical, horizontal: of the kernel that the box filter has gone into.
  var summedKernel: [Int] { zip(kernel, scale).map { $0 + $1 - 1 } }

  /// The padding of the transposed convolution in front of a box filter: top, left, bottom, right.
  var transposedSides: [Int] { (0..<4).map { kernel[$0 % 2] - sides[$0] - scale[$0 % 2] } }

  /// The same where the box filter has gone into the kernel.
  var summedSides: [Int] { (0..<4).map { transposedSides[$0] + scale[$0 % 2] - 1 } }

  /// A 1×1 convolution commutes with resampling as it is.
  var isPointwise: Bool { kernel == [1, 1] && sides.allSatisfy { $0 == 0 } }

  /// The forms that exist, the one as it is written last.
  package var forms: [ResampledForm] { ResampledForm.allCases.filter { obstacle(to: $0) == nil } }

  /// Why a form does not exist; nil if it does.
  func obstacle(to form: ResampledForm) -> String? {
    switch (form, direction) {
    case (.asWritten, _): nil
    case (.boxFilter, .behindUpsampling)
    where !isPointwise && !transposedSides.allSatisfy { $0 >= 0 },
      (.summedWeights, .behindUpsampling) where !summedSides.allSatisfy { $0 >= 0 }:
      "the kernel \(kernel) is too small for its padding \(sides)"
    case (_, .beforePooling) where !(0..<4).allSatisfy { sides[$0] < scale[$0 % 2] }:
      "the padding \(sides) is not less than the window \(scale)"
    default: nil
    }
  }

  // MARK: Shapes

  /// The convolution's result on its small side, N×O×H×W; images that a window does not fill are cut off.
  private var smallResult: [Int] {
    switch direction {
    case .behindUpsampling: [image[0], channels] + image[2...]
    case .beforePooling: [image[0], channels] + zip(largeResult[2...], scale).map { $0 / $1 }
    }
  }

  /// The convolution's result as it is written.
  private var largeResult: [Int] {
    let enlarged =
      direction == .behindUpsampling ? zip(image[2...], scale).map { $0 * $1 } : Array(image[2...])
    return [image[0], channels]
      + (0..<2).map { enlarged[$0] + sides[$0] + sides[$0 + 2] - kernel[$0] + 1 }
  }

  /// Products of the forward pass, before any are saved by tiles.
  func multiplications(_ form: ResampledForm) -> Int {
    let taps =
      switch form {
      case .asWritten: largeResult[2] * largeResult[3] * kernel[0] * kernel[1]
      case .boxFilter: smallResult[2] * smallResult[3] * kernel[0] * kernel[1]
      case .summedWeights: smallResult[2] * smallResult[3] * summedKernel[0] * summedKernel[1]
      }
    return taps * image[0] * image[1] * channels
  }
}

extension ResampledLayer: CustomStringConvertible {
  package var description: String {
    let kernel = kernel.map(String.init).joined(separator: "×")
    let shape = image.map(String.init).joined(separator: "×")
    let layer = "convolution \(kernel) of \(shape) to \(channels) channels"
    let place = direction == .behindUpsampling ? "behind upsampling" : "before pooling"
    return "\(layer) \(place)\(isTrained ? ", with gradients" : "")"
  }
}

// MARK: - Costs

extension ResampledLayer {
  /// The form that is expected to be the fastest.
  ///
  /// A 1×1 convolution, which commutes with resampling, has no box to filter with and nothing to sum.
  package var estimatedForm: ResampledForm {
    let best = forms.min { nanoseconds($0) < nanoseconds($1) } ?? .asWritten
    return isPointwise ? .boxFilter : best
  }

  /// Bytes a nanosecond that a box filter or an upsampling reads and writes, and that are moved of a weight.
  private static let (imageRate, weightRate) = (24.0, 8.0)
  /// Nanoseconds that every large pixel takes besides, however few its channels.
  private static let pixelTime = 10.0

  /// What all passes of the layer are expected to take, on the machine of `ConvolutionCost`.
  func nanoseconds(_ form: ResampledForm) -> Double {
    let passes: [ConvolutionPass] =
      isTrained ? [.forward, .inputGradient, .weightGradient] : [firstPass(form)]
    let products = passes.reduce(0) { $0 + geometry(form, $1).leastNanoseconds }
    // A gradient takes the way back.
    let ways = isTrained ? 2.0 : 1.0
    return products
      + ways * (resampling(form) + Double(weightBytes(form)) / Self.weightRate)
  }

  /// A convolution behind upsampling is a transposed one on the small side.
  private func firstPass(_ form: ResampledForm) -> ConvolutionPass {
    direction == .behindUpsampling && form != .asWritten ? .inputGradient : .forward
  }

  private func geometry(_ form: ResampledForm, _ pass: ConvolutionPass) -> ConvolutionGeometry {
    let taps = form == .summedWeights ? summedKernel : kernel
    let window = ConvolutionWindow(stride: form == .asWritten ? [1, 1] : scale)
    let isTransposed = firstPass(form) == .inputGradient
    return ConvolutionGeometry(
      pass: pass,
      result: isTransposed ? image : form == .asWritten ? largeResult : smallResult,
      inputChannels: isTransposed ? channels : image[1], kernel: taps, window: window,
      isNarrow: precision == .bf16)
  }

  /// What resampling and box filters over the large image take.
  private func resampling(_ form: ResampledForm) -> Double {
    let once = 1 + 1 / Double(scale[0] * scale[1])
    let (pixels, channels, moves): (Int, Int, Double)
    switch (form, direction) {
    case (.summedWeights, _): return 0
    case (.boxFilter, .behindUpsampling):
      (pixels, channels, moves) = (largeResult[2] * largeResult[3], self.channels, 2)
    case (.boxFilter, .beforePooling):
      (pixels, channels, moves) = (image[2] * image[3], image[1], 2)
    case (.asWritten, .behindUpsampling):
      (pixels, channels, moves) = (image[2] * image[3] * scale[0] * scale[1], image[1], once)
    case (.asWritten, .beforePooling):
      (pixels, channels, moves) = (largeResult[2] * largeResult[3], self.channels, once)
    }
    let bytes = Double(channels) * (precision == .bf16 ? 2 : 4) * moves
    return Double(image[0] * pixels) * (Self.pixelTime + bytes / Self.imageRate)
  }

  /// Bytes of the weight that are read and written: to turn it over, and to sum it up.
  private func weightBytes(_ form: ResampledForm) -> Int {
    let taps = kernel[0] * kernel[1], sums = summedKernel[0] * summedKernel[1]
    let turned = direction == .behindUpsampling ? 2 * taps : 0
    let moved =
      switch form {
      case .asWritten: 0
      case .boxFilter: turned
      case .summedWeights: turned + taps + sums
      }
    return 4 * moved * image[1] * channels
  }
}

extension ConvolutionGeometry {
  fileprivate init(
    pass: ConvolutionPass, result: [Int], inputChannels: Int, kernel: [Int],
    window: ConvolutionWindow, isNarrow: Bool
  ) {
    self.pass = pass
    self.result = result
    self.inputChannels = inputChannels
    self.kernel = kernel
    self.window = window
    self.algorithm = .direct
    self.isNarrow = isNarrow
  }

  /// By the algorithm that is expected to be the fastest.
  fileprivate var leastNanoseconds: Double {
    ConvolutionAlgorithm.allCases.compactMap { ConvolutionCost(self, $0)?.nanoseconds }.min()
      ?? .infinity
  }
}

// MARK: - Trials

extension ResampledLayer {
  /// The layer alone with the gradients that it is trained by, to be timed.
  package func trial() throws(Diagnostic) -> Graph {
    var graph = Graph(name: "trial")
    graph.precision = precision
    let x = graph.addInput("x", kind: .caller, type: TensorType(.float32, image))
    let w = graph.addInput(
      "w", kind: .caller, type: TensorType(.float32, [channels, image[1]] + kernel))
    let convolution = Conv2D(
      channels: channels, kernel: kernel, window: ConvolutionWindow(padding: .explicit(sides)))
    let y: Value
    switch direction {
    case .behindUpsampling:
      let large = try graph.apply(UpsampleNearest(scale: scale), x)
      y = try graph.apply(convolution, large, w)
    case .beforePooling:
      let large = try graph.apply(convolution, x, w)
      y = try graph.apply(AveragePool(PoolWindow(kernel: scale)), large)
    }
    graph.outputs = [.init("y", y)]
    guard isTrained else { return graph }
    let slope = graph.addInput("slope", kind: .caller, type: graph.type(of: y))
    let loss = try graph.sum(graph.multiply(y, slope))
    let gradients = try graph.append(GradientRequest(), [loss, x, w])
    graph.outputs += [.init("dx", gradients[0]), .init("dw", gradients[1])]
    return graph
  }
}
