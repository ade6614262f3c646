package import GraphIR

/// Cuts x along an axis into equal `parts`, or into pieces of the given `sizes`.
///
/// ```yaml
/// - split: { as: halves, parts: 2 }       # halves.y0, halves.y1
/// - split: { as: pieces, sizes: [64, 192] }
/// ```
///
/// | value | shape |
/// |---|---|
/// | x | N×C×… |
/// | y0, y1, … | N×(size)×… |
package struct Split: CompositeOperator, NetworkOperator {
  package static let name = "split"
  package static let summary = "x cut into pieces along an axis"
  package static let category = Category.shape

  private let axis: Int
  private let parts: Int
  private let sizes: [Int]?

  fileprivate static let partLimit = 4096

  // MARK: Attributes
  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    axis = try attributes.int("axis", default: 1, "the axis that is cut")
    let hasSizes = attributes.has("sizes")
    let given = try attributes.ints("sizes", default: [], "the extent of every piece")
    sizes = hasSizes ? given : nil
    parts =
      hasSizes ? given.count : try attributes.int("parts", default: 2, "how many equal pieces")
    guard 1...Self.partLimit ~= parts else { throw Diagnostic(.noParts(parts)) }
  }

  package var attributes: [Attribute] {
    [
      Attribute("axis", .integer(axis)),
      sizes.map { Attribute("sizes", .integers($0)) } ?? Attribute("parts", .integer(parts)),
    ]
  }

  // MARK: Shape
  package var arity: Arity { .exactly(1) }
  package var outputNames: [String] { (0..<parts).map { "y\($0)" } }

  package func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    let axis = try inputs[0].axis(axis, for: name)
    return try extents(of: inputs[0]).map { extent in
      var type = inputs[0]
      type.shape[axis] = extent
      return type
    }
  }

  private func extents(of input: TensorType) throws(Diagnostic) -> [Int] {
    let whole = input.shape[try input.axis(axis, for: name)]
    let extents = sizes ?? [Int](repeating: whole / parts, count: parts)
    guard extents.allSatisfy({ $0 > 0 }), extents.reduce(0, +) == whole else {
      throw Diagnostic(.doesNotDivide(input, whole, sizes: sizes, parts: parts))
    }
    return extents
  }

  // MARK: Lowering
  package func expand(_ inputs: [Value], in graph: inout Graph) throws(Diagnostic) -> [Value] {
    let type = graph.type(of: inputs[0])
    let axis = try type.axis(axis, for: name)
    var start = 0
    var pieces = [Value]()
    for extent in try extents(of: type) {
      pieces.append(try graph.slice(inputs[0], axis: axis, start..<start + extent))
      start += extent
    }
    return pieces
  }
}

extension Diagnostic.Message {
  fileprivate static func noParts(_ parts: Int) -> Self {
    "split: there must be 1 to \(Split.partLimit) 'parts', got \(parts)"
  }

  fileprivate static func doesNotDivide(
    _ input: TensorType, _ extent: Int, sizes: [Int]?, parts: Int
  ) -> Self {
    let wanted = sizes.map { "pieces of \($0)" } ?? "\(parts) equal parts"
    return "split cannot cut \(extent) of \(input) into \(wanted)"
  }
}
