package import GraphIR

/// Joins all axes from `start` on into one.
///
/// ```yaml
/// - flatten:
/// ```
///
/// | value | shape |
/// |---|---|
/// | x | N×C×H×W |
/// | y | N×CHW |
package struct Flatten: ViewOperator {
  package static let name = "flatten"
  package static let summary = "x with its last axes joined into one"

  private let start: Int

  // MARK: Attributes
  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    start = try attributes.int("start", default: 1, "the first axis that is joined")
  }

  package var attributes: [Attribute] { [Attribute("start", .integer(start))] }

  // MARK: Shape
  package func outputShape(_ input: TensorType) throws(Diagnostic) -> [Int] {
    // One axis short of `start` there is nothing to join, and a row of one number a sample is meant.
    let start = start == input.rank ? start : try input.axis(start, for: name)
    return input.shape.prefix(start) + [input.shape.suffix(from: start).reduce(1, *)]
  }
}
