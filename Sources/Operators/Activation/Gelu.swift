package import GraphIR
import Plan

/// The Gaussian error linear unit `y = x · Φ(x)`, Φ the normal distribution function.
///
/// ```yaml
/// - gelu: { approximate: none }
/// ```
///
/// `approximate: none` takes Φ(x) = ½ (1 + erf(x/√2)); `tanh` takes ½ (1 + tanh(√(2/π) · (x + 0.044715 x³))).
package struct Gelu: ElementwiseOperator, SingleOutputDifferentiable, NetworkOperator {
  package static let name = "gelu"
  package static let summary = "x · Φ(x), Φ the normal distribution function"
  package static let category = Category.activation

  private static let cubic = 0.044715
  private static let inner = (2 / Double.pi).squareRoot()

  package var isApproximate: Bool

  // MARK: Attributes
  package init(isApproximate: Bool = false) { self.isApproximate = isApproximate }

  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    let form = try attributes.choice(
      "approximate", among: ["none", "tanh"], default: "none", "how Φ is computed")
    isApproximate = form == "tanh"
  }

  package var attributes: [Attribute] {
    [Attribute("approximate", .text(isApproximate ? "tanh" : "none"))]
  }

  // MARK: Shape
  package var arity: Arity { .exactly(1) }

  // MARK: Gradient
  package func inputGradients(
    of node: Node, from gradient: Value, in graph: inout Graph
  ) throws(Diagnostic) -> [Value?] {
    let x = node.inputs[0]
    let slope = isApproximate ? try tanhSlope(x, in: &graph) : try exactSlope(x, in: &graph)
    return [try graph.multiply(gradient, slope)]
  }

  /// `Φ(x) + x · exp(-x²/2) / √(2π)`.
  private func exactSlope(_ x: Value, in graph: inout Graph) throws(Diagnostic) -> Value {
    let error = try graph.apply(ErrorFunction(), graph.multiply(x, 0.5.squareRoot()))
    let probability = try graph.multiply(graph.add(error, 1), 0.5)
    let bell = try graph.exp(graph.multiply(graph.square(x), -0.5))
    let density = try graph.multiply(bell, 1 / (2 * Double.pi).squareRoot())
    return try graph.add(probability, graph.multiply(x, density))
  }

  /// `½ (1 + t) + ½ x (1 - t²) · u'` with `t = tanh u` and `u' = √(2/π) · (1 + 3 · 0.044715 x²)`.
  private func tanhSlope(_ x: Value, in graph: inout Graph) throws(Diagnostic) -> Value {
    let squared = try graph.square(x)
    let bend = try graph.add(graph.multiply(squared, Self.cubic), 1)
    let t = try graph.tanh(graph.multiply(graph.multiply(x, bend), Self.inner))
    let innerBend = try graph.add(graph.multiply(squared, 3 * Self.cubic), 1)
    let outer = try graph.subtract(graph.constant(1), graph.square(t))
    let second = try graph.multiply(
      graph.multiply(x, outer), graph.multiply(innerBend, Self.inner))
    return try graph.multiply(graph.add(graph.add(t, 1), second), 0.5)
  }

  // MARK: Lowering
  package func emit(_ operands: [TileRegister], into body: inout TileBody) -> [TileRegister] {
    let x = operands[0]
    let one = body.constant(1)
    let curve: TileRegister
    if isApproximate {
      let squared = body.emit(.multiply, x, x)
      let bend = body.emit(.fma, squared, body.constant(Self.cubic), one)
      let argument = body.emit(.multiply, body.emit(.multiply, x, bend), body.constant(Self.inner))
      curve = body.emit(.tanh, argument)
    } else {
      curve = body.emit(.erf, body.emit(.multiply, x, body.constant(0.5.squareRoot())))
    }
    let half = body.emit(.multiply, x, body.constant(0.5))
    return [body.emit(.multiply, half, body.emit(.add, curve, one))]
  }
}
