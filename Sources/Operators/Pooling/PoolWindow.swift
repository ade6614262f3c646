import GraphIR
import Plan

/// Kernel, stride and padding of a pool over the last two axes of images.
package struct PoolWindow: Sendable, Hashable {
  /// Vertical, horizontal.
  package var kernel: [Int]
  package var stride: [Int]
  /// Top, left, bottom, right.
  package var padding: [Int]

  /// Windows side by side unless a stride is given.
  package init(kernel: [Int], stride: [Int]? = nil, padding: [Int] = [0, 0, 0, 0]) {
    self.kernel = kernel
    self.stride = stride ?? kernel
    self.padding = padding
  }

  init(readingFrom attributes: inout AttributeReader) throws(Diagnostic) {
    kernel = try attributes.ints("kernel", counts: [2], "height and width of the window")
    stride = try attributes.ints(
      "stride", counts: [2], default: kernel, "pixels between windows; the kernel if not given")
    let sides = try attributes.ints(
      "padding", counts: [2, 4], default: [0, 0, 0, 0],
      "a number, [vertical, horizontal] or [top, left, bottom, right]")
    padding = sides.count == 2 ? sides + sides : sides
    guard (kernel + stride).allSatisfy({ $0 > 0 }) else {
      throw Diagnostic(.notPositive(kernel: kernel, stride: stride))
    }
    for axis in 0..<4 where !(0..<kernel[axis % 2] ~= padding[axis]) {
      throw Diagnostic(.paddingTooLarge(padding, kernel: kernel))
    }
  }

  var attributes: [Attribute] {
    [
      Attribute("kernel", .integers(kernel)), Attribute("stride", .integers(stride)),
      Attribute("padding", .integers(padding)),
    ]
  }

  /// The type of a pool of `image`, or why the window does not fit.
  func outputType(_ image: TensorType, for name: String) throws(Diagnostic) -> TensorType {
    try image.requireImages(for: name)
    let extent = slidingExtent(
      input: Array(image.shape[2...]), window: kernel, stride: stride, sides: padding)
    guard let extent else { throw Diagnostic(.windowTooLarge(name, image, kernel)) }
    return TensorType(.float32, image.shape.prefix(2) + extent)
  }

  /// Whether every pixel of an image of this height and width lies in exactly one window.
  func tiles(_ extent: [Int]) -> Bool {
    kernel == stride && padding.allSatisfy { $0 == 0 }
      && zip(extent, kernel).allSatisfy { $0.isMultiple(of: $1) }
  }

  func call(_ kind: PoolCall.Kind, _ context: LoweringContext, indices: TensorID? = nil) -> PoolCall
  {
    PoolCall(
      kind: kind, source: context.input(0), target: context.output(0), indices: indices,
      kernel: kernel, stride: stride, padding: padding)
  }
}

extension Diagnostic.Message {
  fileprivate static func notPositive(kernel: [Int], stride: [Int]) -> Self {
    "'kernel' and 'stride' must be at least 1, got \(kernel) and \(stride)"
  }

  fileprivate static func paddingTooLarge(_ padding: [Int], kernel: [Int]) -> Self {
    "'padding' must be at least 0 and less than the kernel \(kernel), got \(padding)"
  }

  fileprivate static func windowTooLarge(
    _ name: String, _ image: TensorType, _ kernel: [Int]
  ) -> Self {
    "\(name): the window \(kernel[0])×\(kernel[1]) is larger than the padded image \(image)"
  }
}
