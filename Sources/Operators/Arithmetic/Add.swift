package import GraphIR
import Plan

/// The sum `y = a + b + …` of one or more tensors, broadcast.
///
/// ```yaml
/// - add: { from: [residual, shortcut] }
/// - add: { from: "heads[*]" }
/// ```
///
/// | value | shape |
/// |---|---|
/// | a, b, … | any that broadcast |
/// | y | the broadcast shape |
package struct Add: ElementwiseOperator, SingleOutputDifferentiable, NetworkOperator {
  package static let name = "add"
  package static let summary = "a + b + …"
  package static let category = Category.arithmetic
  package static let ports = ["a", "b"]

  // MARK: Attributes
  package init() {}
  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {}

  // MARK: Shape
  package var arity: Arity { .atLeast(1) }

  // MARK: Gradient
  package func inputGradients(
    of node: Node, from gradient: Value, in graph: inout Graph
  ) throws(Diagnostic) -> [Value?] {
    var gradients = [Value?]()
    for input in node.inputs {
      gradients.append(try graph.reduce(gradient, to: graph.type(of: input)))
    }
    return gradients
  }

  // MARK: Lowering
  package func emit(_ operands: [TileRegister], into body: inout TileBody) -> [TileRegister] {
    var total = operands[0]
    for operand in operands.dropFirst() { total = body.emit(.add, total, operand) }
    return [total]
  }
}
