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

  package var rank: Int { shape.count }
  package var count: Int { shape.reduce(1, *) }

  /// `f32[4×3×64×64]`, or `f32[]` for a scalar.
  package var description: String {
    "\(element.rawValue)[\(shape.map(String.init).joined(separator: "×"))]"
  }
}

extension TensorType {
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
