package import Plan

/// The type of a value: element type and logical shape, every extent known.
package struct TensorType: Hashable, Sendable, CustomStringConvertible {
  package var element: ElementType
  package var shape: [Int]

  package init(_ element: ElementType = .float32, _ shape: [Int]) {
    self.element = element
    self.shape = shape
  }

  package static func scalar(_ element: ElementType = .float32) -> TensorType {
    TensorType(element, [])
  }

  /// The type as shape rules see it: storing a value in bfloat16 does not change what it is.
  package var computed: TensorType { TensorType(element.computed, shape) }

  package var rank: Int { shape.count }
  package var count: Int { shape.reduce(1, *) }

  /// `f32[4×3×64×64]`, or `f32[]` for a scalar.
  package var description: String {
    "\(element.rawValue)[\(shape.map(String.init).joined(separator: "×"))]"
  }
}

extension TensorType {
  /// The most bytes of one tensor; far above any machine, and low enough that sums and products of a few sizes fit.
  package static let byteLimit = 1 << 40
  /// The greatest extent of one axis.
  package static let extentLimit = 1 << 31 - 1
  /// The most axes.
  package static let rankLimit = 16

  /// Fails unless the tensor stays within what sizes are computed with.
  package func requireBounded() throws(Diagnostic) {
    guard rank <= Self.rankLimit else { throw Diagnostic(.tooManyAxes(self)) }
    var bytes = element.size
    for extent in shape {
      let (product, overflows) = bytes.multipliedReportingOverflow(by: max(1, extent))
      guard 0...Self.extentLimit ~= extent, !overflows, product <= Self.byteLimit else {
        throw Diagnostic(.tooLarge(self))
      }
      bytes = product
    }
  }

  /// The shape that both broadcast to by NumPy's rule (aligned at the last axis, 1 stretches); nil if there is none.
  package static func broadcast(_ left: [Int], _ right: [Int]) -> [Int]? {
    let rank = max(left.count, right.count)
    let a = [Int](repeating: 1, count: rank - left.count) + left
    let b = [Int](repeating: 1, count: rank - right.count) + right
    var shape = [Int]()
    for (x, y) in zip(a, b) {
      guard x == y || x == 1 || y == 1 else { return nil }
      shape.append(x == 1 ? y : x)
    }
    return shape
  }
}

extension Diagnostic.Message {
  fileprivate static func tooLarge(_ type: TensorType) -> Self {
    "a tensor \(type) is too large; the limit is 1 TiB, and 2147483647 along one axis"
  }

  fileprivate static func tooManyAxes(_ type: TensorType) -> Self {
    "a tensor of \(type.rank) axes has too many; the limit is \(TensorType.rankLimit)"
  }
}
