package import GraphIR

/// Inserts an axis of extent 1.
///
/// ```yaml
/// - unsqueeze: { axis: 1 }
/// ```
///
/// | value | shape |
/// |---|---|
/// | x | N×C |
/// | y | N×1×C |
package struct Unsqueeze: ViewOperator {
  package static let name = "unsqueeze"
  package static let summary = "x with one more axis, of extent 1"

  private let axis: Int

  // MARK: Attributes
  package init(axis: Int) { self.axis = axis }

  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    axis = try attributes.int("axis", "where the new axis stands in the result")
  }

  package var attributes: [Attribute] { [Attribute("axis", .integer(axis))] }

  // MARK: Shape
  package func outputShape(_ input: TensorType) throws(Diagnostic) -> [Int] {
    let place = axis < 0 ? axis + input.rank + 1 : axis
    guard 0...input.rank ~= place else { throw Diagnostic(.noPlace(axis, input)) }
    return input.shape.prefix(place) + [1] + input.shape.dropFirst(place)
  }
}

extension Diagnostic.Message {
  fileprivate static func noPlace(_ axis: Int, _ input: TensorType) -> Self {
    "unsqueeze: 'axis' must be 0 to \(input.rank) for \(input), got \(axis)"
  }
}
