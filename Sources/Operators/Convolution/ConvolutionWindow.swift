import GraphIR
import Plan

/// Stride, padding, dilation and groups: what a convolution and its two gradients have in common.
package struct ConvolutionWindow: Sendable, Hashable {
  /// What a kernel may measure; the product of both extents and a number of channels must not overflow.
  static let kernelExtents = 1...32_768

  /// Vertical, horizontal.
  package var stride: [Int]
  package var padding: Padding
  package var dilation: [Int]
  package var groups: Int

  package init(
    stride: [Int] = [1, 1], padding: Padding = .explicit([0, 0, 0, 0]), dilation: [Int] = [1, 1],
    groups: Int = 1
  ) {
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.groups = groups
  }

  init(readingFrom attributes: inout AttributeReader) throws(Diagnostic) {
    stride = try attributes.ints(
      "stride", counts: [2], default: [1, 1], "pixels between windows")
    padding = try Padding(readingFrom: &attributes)
    dilation = try attributes.ints(
      "dilation", counts: [2], default: [1, 1], "pixels between taps")
    groups = try attributes.int("groups", default: 1, "independent parts of the channels")
    guard (stride + dilation + [groups]).allSatisfy({ $0 > 0 }) else {
      throw Diagnostic(.notPositive(stride: stride, dilation: dilation, groups: groups))
    }
    if case .explicit(let sides) = padding, sides.contains(where: { $0 < 0 }) {
      throw Diagnostic(.negativePadding(sides))
    }
  }

  var attributes: [Attribute] {
    [
      Attribute("stride", .integers(stride)), padding.attribute,
      Attribute("dilation", .integers(dilation)), Attribute("groups", .integer(groups)),
    ]
  }

  /// Height and width that one output reads.
  func reach(kernel: [Int]) -> [Int] {
    zip(kernel, dilation).map { kernel, dilation in dilation * (kernel - 1) + 1 }
  }

  /// Top, left, bottom, right for an image of the given height and width.
  package func sides(input: [Int], kernel: [Int]) -> [Int] {
    padding.sides(input: input, window: reach(kernel: kernel), stride: stride)
  }

  /// Height and width of the result; nil if the kernel is larger than the padded image.
  func outputExtent(input: [Int], kernel: [Int]) -> [Int]? {
    slidingExtent(
      input: input, window: reach(kernel: kernel), stride: stride,
      sides: sides(input: input, kernel: kernel))
  }

  /// The same window with its padding in numbers.
  func resolved(input: [Int], kernel: [Int]) -> ConvolutionWindow {
    var window = self
    window.padding = .explicit(sides(input: input, kernel: kernel))
    return window
  }

  /// The type of a convolution of `image` by `weight`, or why they do not fit.
  func outputType(
    image: TensorType, weight: TensorType, for name: String
  ) throws(Diagnostic) -> TensorType {
    try image.requireImages(for: name)
    try weight.requireImages(for: name)
    guard image.shape[1] == weight.shape[1] * groups else {
      throw Diagnostic(.channelMismatch(name, image: image, weight: weight, groups: groups))
    }
    guard weight.shape[0].isMultiple(of: groups) else {
      throw Diagnostic(.groupsDoNotDivide(name, groups, channels: weight.shape[0]))
    }
    let kernel = Array(weight.shape[2...])
    guard let extent = outputExtent(input: Array(image.shape[2...]), kernel: kernel) else {
      throw Diagnostic(.kernelTooLarge(name, image: image, reach: reach(kernel: kernel)))
    }
    return TensorType(.float32, [image.shape[0], weight.shape[0]] + extent)
  }
}

extension Diagnostic.Message {
  fileprivate static func notPositive(stride: [Int], dilation: [Int], groups: Int) -> Self {
    """
    'stride', 'dilation' and 'groups' must be at least 1, got \(stride), \(dilation) and \(groups)
    """
  }

  fileprivate static func negativePadding(_ sides: [Int]) -> Self {
    "'padding' must not be negative, got \(sides); crop with slice"
  }

  fileprivate static func channelMismatch(
    _ name: String, image: TensorType, weight: TensorType, groups: Int
  ) -> Self {
    """
    \(name): the image has \(image.shape[1]) channels (\(image)) but the weight \(weight) with \
    groups \(groups) expects \(weight.shape[1] * groups)
    """
  }

  fileprivate static func groupsDoNotDivide(
    _ name: String, _ groups: Int, channels: Int
  ) -> Self {
    "\(name): \(groups) groups do not divide \(channels) output channels"
  }

  fileprivate static func kernelTooLarge(
    _ name: String, image: TensorType, reach: [Int]
  ) -> Self {
    """
    \(name): the kernel reaches over \(reach[0])×\(reach[1]) pixels, more than the padded image \
    has (\(image)); add padding or take a smaller kernel
    """
  }
}
