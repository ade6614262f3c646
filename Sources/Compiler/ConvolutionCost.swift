import GraphIR
import Operators
import Plan

/// What the cost of a convolution depends on.
struct ConvolutionGeometry {
  enum Pass { case forward, inputGradient, weightGradient }

  var pass: Pass
  /// Of y, N×C×H×W.
  var result: [Int]
  /// Channels of x.
  var inputChannels: Int
  var kernel: [Int]
  var window: ConvolutionWindow
  var algorithm: ConvolutionAlgorithm

  var outputChannels: Int { result[1] }

  /// Nil for nodes that are no convolutions.
  init?(_ node: Node, in graph: Graph) {
    let shapes = (node.inputs + node.outputs).map(graph.shape(of:))
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
/// The figures are those of one machine, two cores with AVX-512; only their ratios matter, and those change little.
struct ConvolutionCost {
  /// Vectors take so many channels at a time; there is no form for fewer.
  static let channelStep = 16
  /// Arithmetic operations a nanosecond in matrix products; a direct convolution has its own for every pass.
  static let productRate = 200.0
  /// Bytes a nanosecond of transformed images and gradients as they are written, of products as they are read and as
  /// they are added up, and of transformed weights, which lie far apart.
  static let (writeRate, readRate, addRate, weightRate) = (16.0, 30.0, 22.0, 6.0)
  /// Bytes a nanosecond of a weight that a direct convolution brings into a layout of its own.
  static let reorderRate = 20.0
  /// Nanoseconds until all threads work on a transform's parts.
  static let startTime = 40_000.0

  var algorithm: ConvolutionAlgorithm
  var multiplications: Int
  var nanoseconds: Double

  /// Nil if the algorithm cannot compute the convolution.
  init?(_ geometry: ConvolutionGeometry, _ algorithm: ConvolutionAlgorithm) {
    self.algorithm = algorithm
    let (result, inputs, window) = (geometry.result, geometry.inputChannels, geometry.window)
    let shape = [result[1], inputs / window.groups] + geometry.kernel
    guard
      algorithm.applies(
        weight: shape, result: result, stride: window.stride, dilation: window.dilation,
        groups: window.groups)
    else { return nil }
    let weightCount = Double(shape.reduce(1, *))
    if algorithm == .direct || algorithm == .columns {
      multiplications = result.reduce(1, *) * shape.dropFirst().reduce(1, *)
      // Read and written once more than the product itself would.
      let columns = Double(multiplications / result[1])
      nanoseconds =
        algorithm == .direct
        ? 2 * Double(multiplications) / geometry.pass.directRate + 8 * weightCount
          / Self.reorderRate
        : 2 * Double(multiplications) / Self.productRate + 8 * columns / Self.writeRate
          + Self.startTime
      return
    }
    let tiling = algorithm.tiling(
      kernel: geometry.kernel, stride: window.stride, dilation: window.dilation,
      groups: window.groups)
    guard let tiling,
      [inputs, result[1]].allSatisfy({ $0.isMultiple(of: Self.channelStep) })
    else { return nil }
    multiplications = tiling.multiplications(result: result, inputChannels: inputs)
    let tiles = tiling.tiles(covering: result)
    let image = Double(4 * tiles * tiling.transformed * inputs)
    let places = Double(4 * tiles * tiling.places * tiling.places * result[1])
    let weight = Double(4 * tiling.transformed * inputs * result[1])
    let transforms =
      switch geometry.pass {
      case .forward: image / Self.writeRate + places / Self.readRate
      case .inputGradient: places / Self.writeRate + image / Self.addRate
      case .weightGradient: (image + places) / Self.writeRate
      }
    nanoseconds =
      2 * Double(multiplications) / Self.productRate + transforms + weight / Self.weightRate
      + Self.startTime
  }
}

extension ConvolutionGeometry.Pass {
  /// Arithmetic operations a nanosecond of a direct convolution.
  fileprivate var directRate: Double {
    switch self {
    case .forward: 200
    case .inputGradient: 230
    case .weightGradient: 170
    }
  }
}
