package import GraphIR
import Plan

/// A table of learned rows, one a class: `y[n] = weight[index[n]]`.
///
/// ```yaml
/// - embedding: { from: label, classes: 10, features: 64 }
/// ```
///
/// | value | shape |
/// |---|---|
/// | index (i64) | N |
/// | weight | `classes`×`features` |
/// | y | N×`features` |
package struct Embedding: CompositeOperator, NetworkOperator {
  package static let name = "embedding"
  package static let summary = "weight[index[n]]"
  package static let category = Category.indexing
  package static let ports = ["index"]

  private let classes: Int
  private let features: Int

  // MARK: Attributes
  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    classes = try attributes.int("classes", "how many rows the table has")
    features = try attributes.int("features", "how many numbers a row has")
    guard classes > 0, features > 0 else { throw Diagnostic(.emptyTable(classes, features)) }
  }

  package var attributes: [Attribute] {
    [Attribute("classes", .integer(classes)), Attribute("features", .integer(features))]
  }

  package func parameters(
    _ inputs: [TensorType]
  ) throws(Diagnostic) -> [ParameterDeclaration] {
    [
      ParameterDeclaration(
        "weight", [classes, features], initializer: .normal(mean: 0, std: 1), fanIn: classes,
        fanOut: features)
    ]
  }

  // MARK: Shape
  package var arity: Arity { .exactly(2) }

  package func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    guard inputs[1].shape == [classes, features] else {
      throw Diagnostic(.wrongTable(inputs[1], [classes, features]))
    }
    return try Gather(axis: 0).outputTypes([inputs[1], inputs[0]])
  }

  // MARK: Lowering
  package func expand(_ inputs: [Value], in graph: inout Graph) throws(Diagnostic) -> [Value] {
    [try graph.apply(Gather(axis: 0), inputs[1], inputs[0])]
  }
}

extension Diagnostic.Message {
  fileprivate static func emptyTable(_ classes: Int, _ features: Int) -> Self {
    "embedding: 'classes' and 'features' must be at least 1, got \(classes) and \(features)"
  }

  fileprivate static func wrongTable(_ table: TensorType, _ wanted: [Int]) -> Self {
    "embedding: the weight must be \(TensorType(.float32, wanted)), got \(table)"
  }
}
