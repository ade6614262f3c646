import GraphIR
import Operators
import Plan

/// Multiplies matrices where a kernel is as large as the picture.
///
///     %2: f32[4×5×1×1] = conv2d(%0, %1) {kernel: 3}     // %0: f32[4×8×3×3]
///
/// becomes
///
///     %3: f32[4×72] = reshape(transpose(%0) {axes: [0, 2, 3, 1]})
///     %4: f32[5×72] = reshape(transpose(%1) {axes: [0, 2, 3, 1]})
///     %5: f32[4×5] = matmul(%3, %4) {transpose_b: true}
///     %2: f32[4×5×1×1] = reshape(%5)
///
/// Images and weights are channels-last in memory, so that all but the product are views. The gradients are two more
/// products, without the rearranging of weights that convolutions need.
package let convolutionAsProduct = Pass(
  "convolution-as-product", "multiplies matrices where a kernel is as large as the picture"
) { graph, report throws(Diagnostic) in
  let nodes = graph.nodes
  var applied = [Int]()
  for (index, node) in nodes.enumerated() where isProduct(node, in: graph) { applied.append(index) }
  guard !applied.isEmpty else { return }
  for index in applied {
    let image = graph.type(of: nodes[index].inputs[0])
    report.applied("multiply matrices instead of convolving \(image)", at: nodes[index].origin)
  }
  let chosen = Set(applied)
  try graph.replacingNodes { index, graph throws(Diagnostic) in
    chosen.contains(index) ? try appendProduct(for: nodes[index], to: &graph) : nil
  }
}

private func isProduct(_ node: Node, in graph: Graph) -> Bool {
  guard let convolution = node.op as? Conv2D, convolution.activation == .identity else {
    return false
  }
  let extent = Array(graph.shape(of: node.inputs[0])[2...])
  let window = convolution.window
  return window.groups == 1 && convolution.kernel == extent
    && zip(window.dilation, extent).allSatisfy { $0 == 1 || $1 == 1 }
    && window.sides(input: extent, kernel: convolution.kernel).allSatisfy { $0 == 0 }
}

private func appendProduct(for node: Node, to graph: inout Graph) throws(Diagnostic) -> Value {
  func rows(_ value: Value) throws(Diagnostic) -> Value {
    let shape = graph.shape(of: value)
    return try graph.reshape(
      graph.transpose(value, axes: [0, 2, 3, 1]), to: [shape[0], shape.dropFirst().reduce(1, *)])
  }
  let operands = [try rows(node.inputs[0]), try rows(node.inputs[1])] + node.inputs.dropFirst(2)
  let product = Matmul(transposesRight: true, hasBias: operands.count == 3)
  let result = try graph.append(product, operands)[0]
  return try graph.reshape(result, to: graph.shape(of: node.outputs[0]))
}
