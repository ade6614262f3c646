import GraphIR
import Operators
import Plan

/// What the cost of a convolution depends on.
struct ConvolutionGeometry {
  var pass: ConvolutionPass
  /// Of y, N×C×H×W.
  var result: [Int]
  /// Channels of x.
  var inputChannels: Int
  var kernel: [Int]
  var window: ConvolutionWindow
  var algorithm: ConvolutionAlgorithm
  /// Whether an image or a gradient is bfloat16.
  var isNarrow: Bool

  var outputChannels: Int { result[1] }
  var weight: [Int] { [outputChannels, inputChannels / window.groups] + kernel }
  /// Of a convolution that takes every product.
  var multiplications: Int { result.reduce(1, *) * weight.dropFirst().reduce(1, *) }

  /// Nil for nodes that are no convolutions.
  init?(_ node: Node, in graph: Graph) {
    let operands = node.inputs + node.outputs
    let shapes = operands.map(graph.shape(of:))
    isNarrow = operands.contains { graph.type(of: $0).element == .bfloat16 }
    switch node.op {
    case let op as Conv2D:
      (pass, kernel, window, algorithm) = (.forward, op.kernel, op.window, op.algorithm)
      (result, inputChannels) = (shapes[shapes.count - 1], shapes[0][1])
    case let op as Conv2DInputGradient:
      (pass, kernel) = (.inputGradient, Array(shapes[1][2...]))
      (window, algorithm) = (op.window, op.algorithm)
      (result, inputChannels) = (shapes[0], shapes[shapes.count - 1][1])
    case let op as Conv2DWeightGradient:
      (pass, kernel, window, algorithm) = (.weightGradient, op.kernel, op.window, op.algorithm)
      (result, inputChannels) = (shapes[1], shapes[0][1])
    default: return nil
    }
  }
}

/// What one pass of a convolution is expected to cost.
///
/// The figures are those of one machine, two cores with AVX-512; only their ratios matter, and in float32 those change
/// little. Those of bfloat16 are AVX512_BF16's: AMX multiplies several times as fast.
struct ConvolutionCost {
  /// Vectors take so many channels at a time; there is no form for fewer.
  static let channelStep = 16
  /// Arithmetic operations a nanosecond in plain matrix products, and in those between transformed tiles and weights of
  /// float32 and of bfloat16; a direct convolution has its own for every pass.
  static let (productRate, tileRate, narrowTileRate) = (200.0, 185.0, 370.0)
  /// Bytes a nanosecond of transformed images and gradients, of products as they are added up, and of weights.
  ///
  /// What a forward pass makes of its products is at hand when it is written.
  static let (writeRate, addRate, weightRate) = (30.0, 60.0, 65.0)
  /// Bytes a nanosecond of a weight that a direct convolution brings into a layout of its own, of windows that are laid
  /// out as rows, and of an image that is read once.
  static let (reorderRate, windowRate, readRate) = (25.0, 50.0, 30.0)
  /// Nanoseconds until all threads work on what comes before and behind the products.
  static let startTime = 150_000.0

  var algorithm: ConvolutionAlgorithm
  var multiplications: Int
  var nanoseconds: Double
  var comparedNanoseconds: Double { nanoseconds * algorithm.handicap }

  /// Nil if the algorithm cannot compute the convolution.
  init?(_ geometry: ConvolutionGeometry, _ algorithm: ConvolutionAlgorithm) {
    let window = geometry.window
    guard
      algorithm.applies(
        weight: geometry.weight, result: geometry.result, stride: window.stride,
        dilation: window.dilation, groups: window.groups)
    else { return nil }
    self.algorithm = algorithm
    switch algorithm {
    case .direct:
      multiplications = geometry.multiplications
      nanoseconds = Self.direct(geometry)
    case .columns:
      guard !geometry.isNarrow else { return nil }
      multiplications = geometry.multiplications
      nanoseconds = Self.columns(geometry)
    case .fewChannels:
      let side = ConvolutionAlgorithm.Side.ofPicture(
        weight: geometry.weight, stride: window.stride, in: geometry.pass)
      guard let side else { return nil }
      multiplications = geometry.multiplications
      nanoseconds = Self.fewChannels(geometry, side)
    case .winograd2x2, .winograd4x4:
      let (inputs, outputs) = (geometry.inputChannels, geometry.outputChannels)
      let tiling = algorithm.tiling(
        kernel: geometry.kernel, stride: window.stride, dilation: window.dilation,
        groups: window.groups)
      guard let tiling, [inputs, outputs].allSatisfy({ $0.isMultiple(of: Self.channelStep) })
      else { return nil }
      multiplications = tiling.multiplications(result: geometry.result, inputChannels: inputs)
      nanoseconds = Self.tiled(
        geometry, tiling, multiplications,
        isNarrow: geometry.isNarrow && algorithm.multipliesBfloat16)
    }
  }

  private static func direct(_ geometry: ConvolutionGeometry) -> Double {
    // Vectors of channels that are written, or multiplied with a number each.
    let channels =
      geometry.pass == .inputGradient ? geometry.inputChannels : geometry.outputChannels
    let lanes = Double(roundedUp(channels, to: channelStep)) / Double(channels)
    let rate = geometry.pass.directRate(isNarrow: geometry.isNarrow)
    return 2 * lanes * Double(geometry.multiplications) / rate
      + 8 * Double(geometry.weight.reduce(1, *)) / reorderRate
  }

  private static func columns(_ geometry: ConvolutionGeometry) -> Double {
    // Written and read once more than the image itself would be.
    let columns = Double(geometry.multiplications / geometry.outputChannels)
    return 2 * Double(geometry.multiplications) / productRate + 8 * columns / windowRate + startTime
  }

  private static func fewChannels(
    _ geometry: ConvolutionGeometry, _ side: ConvolutionAlgorithm.Side
  ) -> Double {
    let (inputs, outputs) = (geometry.inputChannels, geometry.outputChannels)
    let (few, many) = side == .x ? (inputs, outputs) : (outputs, inputs)
    let pixels = geometry.result[0] * geometry.result[2] * geometry.result[3]
    let window = roundedUp(geometry.kernel.reduce(few, *), to: 2 * channelStep)
    let image = Double(pixels * many)
    return 2 * image * Double(window) / productRate + 4 * image / readRate
  }

  private static func roundedUp(_ count: Int, to step: Int) -> Int {
    (count + step - 1) / step * step
  }

  private static func tiled(
    _ geometry: ConvolutionGeometry, _ tiling: WinogradTiling, _ multiplications: Int,
    isNarrow: Bool
  ) -> Double {
    let (inputs, outputs) = (geometry.inputChannels, geometry.outputChannels)
    let tiles = tiling.tiles(covering: geometry.result)
    let image = Double(tiles * tiling.transformed * inputs)
    let places = Double(tiles * tiling.places * tiling.places * outputs)
    let weight = Double(tiling.transformed * inputs * outputs)
    // Bytes of a factor, and of a sum of products.
    let (factor, sum) = (isNarrow ? 2.0 : 4.0, 4.0)
    let transforms =
      switch geometry.pass {
      case .forward: factor * image / writeRate
      case .inputGradient: factor * places / writeRate + sum * image / addRate
      case .weightGradient: factor * (image + places) / writeRate
      }
    return 2 * Double(multiplications) / (isNarrow ? narrowTileRate : tileRate)
      + transforms + factor * weight / weightRate + startTime
  }
}

extension ConvolutionPass {
  /// Arithmetic operations a nanosecond of a direct convolution.
  fileprivate func directRate(isNarrow: Bool) -> Double {
    switch self {
    case .forward: isNarrow ? 440 : 200
    case .inputGradient: isNarrow ? 430 : 220
    case .weightGradient: isNarrow ? 300 : 170
    }
  }
}
