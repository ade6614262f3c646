import Plan
import Testing

/// A convolution's geometry, and its three passes as plain loops in double.
struct ConvolutionCase: CustomTestStringConvertible {
  var x = [2, 4, 7, 6]
  var outputs = 6
  var kernel = [3, 3]
  var stride = [1, 1]
  var padding = [1, 1, 1, 1]
  var dilation = [1, 1]
  var groups = 1
  var algorithm = ConvolutionAlgorithm.direct

  var testDescription: String {
    "\(x) to \(outputs), kernel \(kernel), stride \(stride), padding \(padding), dilation \(dilation), groups \(groups), \(algorithm)"
  }

  var w: [Int] { [outputs, x[1] / groups] + kernel }
  var y: [Int] {
    [x[0], outputs]
      + (0..<2).map {
        (x[2 + $0] + padding[$0] + padding[2 + $0] - dilation[$0] * (kernel[$0] - 1) - 1)
          / stride[$0] + 1
      }
  }

  /// Calls `body` with the indices of x, w and y of every product.
  func forEachProduct(_ body: ([Int], [Int], [Int]) -> Void) {
    let perGroup = (inputs: x[1] / groups, outputs: outputs / groups)
    for y in indices(y) {
      for tap in indices([perGroup.inputs] + kernel) {
        let h = y[2] * stride[0] - padding[0] + tap[1] * dilation[0]
        let w = y[3] * stride[1] - padding[1] + tap[2] * dilation[1]
        guard (0..<x[2]).contains(h), (0..<x[3]).contains(w) else { continue }
        body([y[0], y[1] / perGroup.outputs * perGroup.inputs + tap[0], h, w], [y[1]] + tap, y)
      }
    }
  }

  func call(
    _ source: TensorID, _ weight: TensorID, _ target: TensorID, bias: TensorID? = nil,
    _ activation: ConvolutionCall.Activation = .identity
  ) -> ConvolutionCall {
    ConvolutionCall(
      source: source, weight: weight, bias: bias, target: target, stride: stride,
      padding: padding, dilation: dilation, groups: groups, activation: activation,
      algorithm: algorithm)
  }

  static let all: [Self] = [
    Self(), Self(x: [1, 3, 9, 9], outputs: 16),
    Self(x: [2, 16, 6, 6], outputs: 16, kernel: [4, 4], stride: [2, 2]),
    Self(x: [2, 5, 11, 9], outputs: 7, stride: [2, 3], padding: [0, 1, 1, 2]),
    Self(x: [1, 8, 12, 10], outputs: 8, padding: [2, 2, 2, 2], dilation: [2, 2]),
    Self(x: [2, 12, 6, 5], outputs: 18, groups: 3),
    Self(x: [3, 16, 5, 4], outputs: 17, kernel: [1, 1], padding: [0, 0, 0, 0]),
    Self(x: [2, 32, 4, 4], outputs: 1, kernel: [4, 4], padding: [0, 0, 0, 0]),
  ]

  /// Tiles that reach over every border, channels that fill no panel, and many channels for few tiles.
  static let transformed: [Self] = [ConvolutionAlgorithm.winograd2x2, .winograd4x4]
    .flatMap { algorithm in
      [
        Self(x: [2, 16, 7, 6], outputs: 48),
        Self(x: [1, 48, 5, 9], outputs: 16, padding: [0, 1, 2, 0]),
        Self(x: [2, 16, 8, 11], outputs: 16, kernel: [4, 4], stride: [2, 2]),
        Self(
          x: [1, 32, 5, 6], outputs: 16, kernel: [4, 4], stride: [2, 2], padding: [2, 0, 1, 2]),
        Self(x: [1, 16, 9, 7], outputs: 32, stride: [2, 2], padding: [0, 0, 0, 0]),
        Self(
          x: [2, 16, 8, 7], outputs: 48, kernel: [5, 5], stride: [2, 2], padding: [1, 1, 2, 2]),
        Self(x: [1, 144, 2, 2], outputs: 128),
        Self(x: [1, 240, 2, 2], outputs: 128, kernel: [4, 4], stride: [2, 2]),
      ].map { convolution in
        var convolution = convolution
        convolution.algorithm = algorithm
        return convolution
      }
    }
    .filter(\.hasForm)

  /// Windows that reach over every border, steps of every kind, odd widths, and every number of channels on either side.
  static let fewChannels: [Self] = [
    Self(x: [2, 3, 9, 7], outputs: 32), Self(x: [3, 32, 8, 7], outputs: 3),
    Self(x: [2, 1, 12, 11], outputs: 64, kernel: [4, 4], stride: [2, 2]),
    Self(x: [2, 4, 9, 8], outputs: 32, kernel: [5, 5], stride: [2, 3], padding: [1, 2, 2, 1]),
    Self(x: [1, 2, 6, 5], outputs: 96, stride: [2, 1], padding: [0, 2, 1, 0]),
    Self(x: [1, 96, 5, 6], outputs: 4, kernel: [1, 3], padding: [0, 2, 0, 1]),
    Self(x: [2, 64, 6, 5], outputs: 2, padding: [2, 0, 1, 3]),
    Self(x: [1, 32, 23, 14], outputs: 1, kernel: [5, 4], padding: [2, 1, 2, 2]),
  ].map { convolution in
    var convolution = convolution
    convolution.algorithm = .fewChannels
    return convolution
  }

  /// Windows that reach over every border, with gaps and steps of every kind, and channels of y in several blocks.
  static let columns: [Self] = [
    Self(x: [2, 5, 3, 2], outputs: 12),
    Self(x: [1, 3, 4, 5], outputs: 7, kernel: [2, 3], padding: [0, 1, 0, 0]),
    Self(x: [2, 6, 5, 6], outputs: 17, stride: [2, 3], padding: [1, 0, 2, 1]),
    Self(x: [1, 4, 7, 6], outputs: 12, padding: [1, 1, 1, 1], dilation: [2, 2]),
    Self(x: [3, 8, 4, 4], outputs: 300, kernel: [4, 4], stride: [2, 2]),
    Self(x: [5, 7, 1, 1], outputs: 6, kernel: [1, 1], padding: [0, 0, 0, 0]),
  ].map { convolution in
    var convolution = convolution
    convolution.algorithm = .columns
    return convolution
  }

  /// Of every algorithm that takes other products than the definition names, or the same in another order.
  static let indirect = transformed + columns + fewChannels

  /// More tiles or channels than are computed at a time.
  static let large: [Self] =
    [ConvolutionAlgorithm.winograd2x2, .winograd4x4]
    .flatMap { algorithm in
      [
        Self(x: [1, 128, 70, 64], outputs: 48, algorithm: algorithm),
        Self(x: [1, 512, 6, 5], outputs: 208, algorithm: algorithm),
        Self(
          x: [1, 128, 64, 66], outputs: 48, kernel: [4, 4], stride: [2, 2], algorithm: algorithm),
        Self(
          x: [2, 512, 8, 6], outputs: 208, kernel: [4, 4], stride: [2, 2], algorithm: algorithm),
        Self(x: [1, 128, 65, 63], outputs: 48, stride: [2, 2], algorithm: algorithm),
        Self(x: [1, 512, 17, 9], outputs: 48, stride: [2, 2], algorithm: algorithm),
        Self(
          x: [1, 128, 64, 64], outputs: 48, kernel: [5, 5], stride: [2, 2], algorithm: algorithm),
        Self(
          x: [2, 512, 8, 8], outputs: 208, kernel: [5, 5], stride: [2, 2], algorithm: algorithm),
      ]
    }
    .filter(\.hasForm)
    // More transformed weights than are held at a time, and in every pass more tiles than channels.
    + [
      Self(
        x: [1, 272, 69, 64], outputs: 256, kernel: [5, 5], stride: [2, 2], algorithm: .winograd2x2)
    ]

  private var hasForm: Bool {
    call(TensorID(0), TensorID(1), TensorID(2)).tiling(weight: w) != nil
  }
}
