package import GraphIR

/// Gives x another shape; elements keep their row-major order.
///
/// ```yaml
/// - reshape: { to: [ngf, 4, 4] }    # the batch axis stays
/// - reshape: { to: [-1] }           # -1: whatever is left over
/// ```
///
/// | value | shape |
/// |---|---|
/// | x | N×… |
/// | y | N×`to`, or all of `shape` |
package struct Reshape: ViewOperator {
  package static let name = "reshape"
  package static let summary = "x with another shape"

  private let target: [Int]
  private let keepsBatch: Bool

  // MARK: Attributes
  /// Extents of all axes, the batch axis among them.
  package init(shape: [Int]) {
    target = shape
    keepsBatch = false
  }

  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    keepsBatch = !attributes.has("shape")
    target =
      keepsBatch
      ? try attributes.ints("to", "the extents behind the batch axis; one may be -1")
      : try attributes.ints("shape", "the extents of all axes; one may be -1")
  }

  package var attributes: [Attribute] {
    [Attribute(keepsBatch ? "to" : "shape", .integers(target))]
  }

  // MARK: Shape
  package func outputShape(_ input: TensorType) throws(Diagnostic) -> [Int] {
    guard !keepsBatch || input.rank > 0 else { throw Diagnostic(.noBatch(input)) }
    var shape = (keepsBatch ? Array(input.shape.prefix(1)) : []) + target
    let open = shape.indices.filter { shape[$0] == -1 }
    let known = Self.count(shape.filter { $0 != -1 })
    if let axis = open.first, open.count == 1, let known, input.count.isMultiple(of: known) {
      shape[axis] = input.count / known
    }
    guard Self.count(shape) == input.count else {
      throw Diagnostic(.cannotReshape(input, shape))
    }
    return shape
  }

  /// How many elements a shape has; nil where an extent is not positive or the product overflows.
  private static func count(_ shape: [Int]) -> Int? {
    var count = 1
    for extent in shape {
      let (product, overflows) = count.multipliedReportingOverflow(by: extent)
      guard extent > 0, !overflows else { return nil }
      count = product
    }
    return count
  }
}

extension Diagnostic.Message {
  fileprivate static func noBatch(_ input: TensorType) -> Self {
    "reshape keeps the batch axis, but \(input) has none"
  }

  fileprivate static func cannotReshape(_ input: TensorType, _ shape: [Int]) -> Self {
    "reshape: \(input) has \(input.count) elements, which do not fill \(shape)"
  }
}
