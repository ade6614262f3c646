/// How a convolution is computed: which sums of products, not which numbers.
package enum ConvolutionAlgorithm: String, Codable, Sendable, Hashable, CaseIterable {
  /// Every product that the definition names.
  case direct
  /// As a product of the weight, as it lies in memory, and a matrix of the image's windows: for weights so large that
  /// nothing should be done to them but multiply.
  case columns
  /// Where a picture of up to 4 channels meets an image of many, as a product by the image's pixels: what each is to all
  /// pixels of its window in the picture.
  case fewChannels = "few_channels"
  /// In tiles of 2×2 results, by transformed tiles and weights: 3×3 with stride 1 takes 4/9 of the products and with
  /// stride 2 25/36, 4×4 with stride 2 takes 9/16, and 5×5 with stride 2 49/100.
  case winograd2x2 = "winograd_2x2"
  /// In tiles of 4×4 results: 3×3 with stride 1 takes 1/4 of the products and with stride 2 9/16 (81/144), 4×4 with stride
  /// 2 takes 25/64, and 5×5 with stride 2 121/400. Two to three times less exact than 2×2.
  case winograd4x4 = "winograd_4x4"

  /// What its time is multiplied with before algorithms are compared.
  ///
  /// Tiles of 4×4 results round the most, so another algorithm may take a tenth longer; neither an estimate nor a
  /// measurement is much closer.
  package var handicap: Double { self == .winograd4x4 ? 1.1 : 1 }

  /// Whether products of bfloat16 numbers are exact enough for it.
  ///
  /// Tiles of 2×2 results have twice the rounding error of the direct way. Those of 4×4 would have ten times as much:
  /// there, images in bfloat16 are multiplied in float32.
  package var multipliesBfloat16: Bool { self == .direct || roundsTiles }

  /// Whether, with images in bfloat16, it multiplies transformed tiles and weights that are rounded to that.
  package var roundsTiles: Bool { self == .winograd2x2 }

  /// Whether the algorithm computes a convolution with this weight and result.
  ///
  /// The matrix of windows must be no larger than the weight. Steps between pixels may lead from an image to the picture,
  /// not back.
  package func applies(
    weight: [Int], result: [Int], stride: [Int], dilation: [Int], groups: Int
  ) -> Bool {
    switch self {
    case .direct: true
    case .columns: groups == 1 && result[0] * result[2] * result[3] <= result[1]
    case .fewChannels:
      dilation == [1, 1] && groups == 1
        && Side.ofPicture(weight: weight, stride: stride, in: .weightGradient) != nil
    case .winograd2x2, .winograd4x4:
      tiling(kernel: Array(weight[2...]), stride: stride, dilation: dilation, groups: groups)
        != nil
    }
  }

  /// The tiles in which a convolution is computed; nil for algorithms without tiles, and where there is no such form.
  package func tiling(
    kernel: [Int], stride: [Int], dilation: [Int], groups: Int
  ) -> WinogradTiling? {
    guard dilation == [1, 1], groups == 1 else { return nil }
    return switch (self, kernel, stride) {
    case (.winograd2x2, [3, 3], [1, 1]): WinogradTiling(results: 2, places: 4, products: 4)
    case (.winograd4x4, [3, 3], [1, 1]): WinogradTiling(results: 4, places: 6, products: 6)
    // With stride 2 the image's even and odd pixels meet the kernel's even and odd taps.
    case (.winograd2x2, [3, 3], [2, 2]): WinogradTiling(results: 2, places: 3, products: 5)
    case (.winograd2x2, [4, 4], [2, 2]): WinogradTiling(results: 2, places: 3, products: 6)
    case (.winograd2x2, [5, 5], [2, 2]): WinogradTiling(results: 2, places: 4, products: 7)
    case (.winograd4x4, [3, 3], [2, 2]): WinogradTiling(results: 4, places: 5, products: 9)
    case (.winograd4x4, [4, 4], [2, 2]): WinogradTiling(results: 4, places: 5, products: 10)
    case (.winograd4x4, [5, 5], [2, 2]): WinogradTiling(results: 4, places: 6, products: 11)
    default: nil
    }
  }
}

extension ConvolutionAlgorithm {
  /// What a convolution leads from, and what to.
  package enum Side: Sendable {
    case x, y

    /// The side that `fewChannels` takes for the picture; nil where there is none, or it is given and the image wanted.
    package static func ofPicture(
      weight: [Int], stride: [Int], in pass: ConvolutionPass
    ) -> Side? {
      let (outputs, inputs) = (weight[0], weight[1])
      let few = 1...4, multiple = 32
      if pass != .inputGradient, stride == [1, 1], few ~= outputs, inputs.isMultiple(of: multiple) {
        return .y
      }
      return pass != .forward && few ~= inputs && outputs.isMultiple(of: multiple) ? .x : nil
    }
  }
}

/// A tile of `results`² results, from `products`² multiplications that are added up at `places`² places; the same along
/// both axes.
///
/// Winograd, "Arithmetic Complexity of Computations", 1980; Lavin and Gray, "Fast Algorithms for Convolutional Neural
/// Networks", 2016.
package struct WinogradTiling: Sendable, Hashable {
  package var results: Int
  package var places: Int
  package var products: Int

  /// Tiles that cover images of this shape, N×C×H×W.
  package func tiles(covering shape: [Int]) -> Int {
    shape[0] * shape[2...].reduce(1) { $0 * (($1 + results - 1) / results) }
  }

  /// Numbers of a transformed tile of one channel, and of the transformed weights between two.
  package var transformed: Int { products * products }

  /// Multiplications within the matrix products, for a result of this shape from so many channels.
  package func multiplications(result: [Int], inputChannels: Int) -> Int {
    tiles(covering: result) * transformed * inputChannels * result[1]
  }
}

extension ConvolutionCall {
  /// The tiles in which the convolution is computed, if its weight has this shape.
  package func tiling(weight: [Int]) -> WinogradTiling? {
    algorithm.tiling(
      kernel: Array(weight[2...]), stride: stride, dilation: dilation, groups: groups)
  }

  /// Whether its algorithm computes it, if weight and result have these shapes.
  package func isComputable(weight: [Int], result: [Int]) -> Bool {
    algorithm.applies(
      weight: weight, result: result, stride: stride, dilation: dilation, groups: groups)
  }
}
