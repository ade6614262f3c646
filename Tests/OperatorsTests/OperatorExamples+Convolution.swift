import GraphIR
import Operators
import Plan

extension OperatorExamples {
  /// A convolution in numbers, from which examples of all three passes are made.
  struct Convolution {
    var image: [Int]
    var channels: Int
    var kernel: [Int]
    var stride: [Int] = [1, 1]
    var padding: AttributeValue = 0
    var dilation: [Int] = [1, 1]
    var groups = 1

    var weight: [Int] { [channels, image[1] / groups] + kernel }

    private var window: [(String, AttributeValue)] {
      [
        ("stride", .integers(stride)), ("padding", padding), ("dilation", .integers(dilation)),
        ("groups", .integer(groups)),
      ]
    }

    func forward(bias: Bool) -> Example {
      var example = Example("conv2d", [:], image)
      example.attributes = attributes([
        ("channels", .integer(channels)), ("kernel", .integers(kernel)), ("bias", .bool(bias)),
      ])
      return example
    }

    func inputGradient(of output: [Int]) -> Example {
      var example = Example("conv2d_input_gradient", [:], output, weight)
      example.attributes = attributes([("extent", .integers(Array(image[2...])))])
      return example
    }

    func weightGradient(of output: [Int]) -> Example {
      var example = Example("conv2d_weight_gradient", [:], image, output)
      example.attributes = attributes([("kernel", .integers(kernel))])
      return example
    }

    private func attributes(_ own: [(String, AttributeValue)]) -> [Attribute] {
      (own + window).map { Attribute($0.0, $0.1) }
    }

    /// The shape of the result, by the textbook's formula; SAME keeps ⌈extent / stride⌉.
    var output: [Int] {
      let sides: [Int]? =
        switch padding {
        case .integer(let all): [all, all, all, all]
        case .list(let items):
          items.compactMap { if case .integer(let value) = $0 { value } else { nil } }
        default: nil
        }
      return [image[0], channels]
        + (0..<2).map { axis in
          let extent = image[axis + 2]
          guard let sides else { return (extent + stride[axis] - 1) / stride[axis] }
          let both = sides.count == 2 ? 2 * sides[axis] : sides[axis] + sides[axis + 2]
          return (extent + both - dilation[axis] * (kernel[axis] - 1) - 1) / stride[axis] + 1
        }
    }
  }

  static let geometries: [Convolution] = [
    Convolution(image: [1, 1, 1, 1], channels: 1, kernel: [1, 1]),
    Convolution(image: [2, 3, 4, 4], channels: 2, kernel: [1, 1]),
    Convolution(image: [1, 1, 3, 3], channels: 1, kernel: [3, 3]),
    Convolution(image: [2, 2, 4, 4], channels: 3, kernel: [3, 3], padding: 1),
    Convolution(image: [2, 3, 5, 5], channels: 2, kernel: [3, 3]),
    Convolution(image: [2, 2, 6, 6], channels: 2, kernel: [4, 4], stride: [2, 2], padding: 1),
    Convolution(image: [1, 2, 7, 5], channels: 2, kernel: [4, 4], stride: [2, 2], padding: 1),
    Convolution(image: [1, 2, 4, 4], channels: 1, kernel: [4, 4], stride: [4, 4]),
    Convolution(
      image: [1, 2, 6, 5], channels: 2, kernel: [5, 5], stride: [2, 2], padding: "same"),
    Convolution(
      image: [2, 1, 4, 6], channels: 2, kernel: [5, 5], stride: [2, 2], padding: [1, 1, 2, 2]),
    Convolution(image: [1, 1, 5, 5], channels: 2, kernel: [2, 3], padding: "same"),
    Convolution(image: [1, 2, 5, 3], channels: 2, kernel: [3, 1], padding: [1, 0]),
    Convolution(image: [1, 2, 3, 6], channels: 2, kernel: [1, 4], stride: [1, 2]),
    Convolution(image: [1, 2, 5, 6], channels: 3, kernel: [2, 2], stride: [2, 3]),
    Convolution(image: [1, 1, 6, 6], channels: 1, kernel: [3, 3], stride: [3, 2]),
    Convolution(image: [1, 2, 6, 6], channels: 2, kernel: [3, 3], dilation: [2, 2]),
    Convolution(image: [1, 1, 7, 6], channels: 2, kernel: [2, 3], padding: 2, dilation: [3, 2]),
    Convolution(
      image: [1, 2, 7, 7], channels: 1, kernel: [3, 3], stride: [2, 2], padding: 2,
      dilation: [2, 1]),
    Convolution(image: [2, 4, 4, 4], channels: 4, kernel: [3, 3], padding: 1, groups: 2),
    Convolution(image: [1, 3, 5, 4], channels: 3, kernel: [3, 3], padding: 1, groups: 3),
    Convolution(image: [1, 2, 4, 5], channels: 6, kernel: [2, 2], stride: [2, 1], groups: 2),
    Convolution(
      image: [2, 6, 3, 3], channels: 3, kernel: [2, 2], padding: [0, 1, 1, 0], groups: 3),
    Convolution(
      image: [1, 4, 1, 7], channels: 2, kernel: [1, 3], stride: [1, 2], padding: [0, 3]),
    Convolution(image: [3, 1, 2, 2], channels: 2, kernel: [2, 2], padding: [2, 0, 0, 1]),
  ]

  static let convolutions: [Example] = geometries.flatMap { geometry in
    [
      geometry.forward(bias: false), geometry.forward(bias: true),
      geometry.inputGradient(of: geometry.output), geometry.weightGradient(of: geometry.output),
    ]
  }

  static let transposedConvolutions: [Example] = [
    Example("conv_transpose2d", ["channels": 1, "kernel": 1], [1, 1, 1, 1]),
    Example("conv_transpose2d", ["channels": 2, "kernel": 3], [1, 2, 3, 3]),
    Example("conv_transpose2d", ["channels": 2, "kernel": 3, "padding": 1], [2, 1, 4, 3]),
    Example(
      "conv_transpose2d", ["channels": 2, "kernel": 4, "stride": 2, "padding": 1], [2, 2, 3, 3]),
    Example("conv_transpose2d", ["channels": 1, "kernel": 4], [2, 3, 1, 1]),
    Example(
      "conv_transpose2d", ["channels": 2, "kernel": 5, "stride": 2, "padding": "same"],
      [1, 2, 3, 2]),
    Example(
      "conv_transpose2d",
      ["channels": 2, "kernel": 3, "stride": 2, "padding": 1, "output_padding": 1], [1, 2, 3, 3]),
    Example(
      "conv_transpose2d",
      ["channels": 2, "kernel": 3, "stride": [3, 2], "output_padding": [2, 1]], [1, 1, 2, 3]),
    Example(
      "conv_transpose2d", ["channels": 4, "kernel": 3, "groups": 2, "bias": false], [1, 2, 3, 3]),
    Example(
      "conv_transpose2d", ["channels": 3, "kernel": 2, "stride": 2, "groups": 3], [1, 3, 2, 3]),
    Example("conv_transpose2d", ["channels": 2, "kernel": 2, "dilation": 2], [1, 2, 3, 3]),
    Example(
      "conv_transpose2d", ["channels": 2, "kernel": 3, "dilation": [2, 1], "stride": 2],
      [1, 2, 2, 2]),
    Example("conv_transpose2d", ["channels": 2, "kernel": [1, 3]], [1, 2, 3, 1]),
    Example(
      "conv_transpose2d", ["channels": 2, "kernel": [3, 2], "stride": [1, 2]], [2, 2, 2, 3]),
    Example(
      "conv_transpose2d", ["channels": 1, "kernel": 4, "stride": 4, "bias": false], [1, 2, 2, 2]),
    Example(
      "conv_transpose2d", ["channels": 2, "kernel": 3, "padding": [1, 0, 0, 1]], [1, 2, 3, 3]),
    Example("conv_transpose2d", ["channels": 2, "kernel": 3, "padding": "same"], [1, 1, 3, 5]),
    Example("conv_transpose2d", ["channels": 3, "kernel": 2, "stride": 3], [1, 1, 2, 2]),
    Example(
      "conv_transpose2d", ["channels": 2, "kernel": 5, "stride": 1, "padding": 2], [1, 2, 4, 4]),
    Example(
      "conv_transpose2d", ["channels": 2, "kernel": 2, "stride": 2, "padding": [1, 0]],
      [3, 1, 2, 2]),
  ]

  static let products: [Example] = {
    let sizes = [(1, 1, 1), (2, 3, 4), (1, 5, 2), (4, 1, 3), (3, 2, 1), (5, 5, 5)]
    let plain = sizes.flatMap { rows, inner, columns -> [Example] in
      [false, true].flatMap { a in
        [false, true].flatMap { b in
          [[], [2]].map { batch in
            Example(
              "matmul", ["transpose_a": .bool(a), "transpose_b": .bool(b)],
              batch + (a ? [inner, rows] : [rows, inner]),
              batch + (b ? [columns, inner] : [inner, columns]))
          }
        }
      }
    }
    let biased = sizes.map { rows, inner, columns in
      Example(
        "matmul", ["transpose_b": true, "bias": true], [rows, inner], [columns, inner], [columns])
    }
    let layers = sizes.flatMap { rows, inner, columns in
      [[rows, inner], [2, rows, inner], [rows, 2, 1, inner]].flatMap { shape in
        [true, false].map {
          Example("linear", ["features": .integer(columns), "bias": .bool($0)], shape)
        }
      }
    }
    return plain + biased + layers
  }()
}
