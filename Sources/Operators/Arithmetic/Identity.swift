package import GraphIR

/// Passes x on: gives a value another name, or holds a place in a chain.
///
/// ```yaml
/// - identity: { as: features }
/// ```
package struct Identity: CompositeOperator, NetworkOperator {
  package static let name = "identity"
  package static let summary = "x"
  package static let category = Category.arithmetic

  // MARK: Attributes
  package init() {}
  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {}

  // MARK: Shape
  package var arity: Arity { .exactly(1) }

  package func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] { inputs }

  // MARK: Lowering
  package func expand(_ inputs: [Value], in graph: inout Graph) throws(Diagnostic) -> [Value] {
    inputs
  }
}
