import GraphIR
import Plan

/// Stores images and their gradients in bfloat16.
///
///     %2: f32[4×8×16×16] = conv2d(%0, %1)            %2: bf16[4×8×16×16] = conv2d(%0, %1)
///     %3: f32[4×8×16×16] = relu(%2)             ->   %3: bf16[4×8×16×16] = relu(%2)
///     %4: f32[1×8×1×1] = mean(%3) {axes: …}          %4: f32[1×8×1×1] = mean(%3) {axes: …}
///
/// Kernels widen what they read and round what they write, so that no casts appear, a value that fusion keeps in a
/// register is never rounded, and a convolution or matrix product with any operand in bfloat16 multiplies bfloat16
/// numbers and adds up in float32.
///
/// An image is an activation or the gradient of one, N×C×H×W with more than one pixel, and whatever shares its memory
/// or is copied from or to it. Everything else stays float32: inputs, outputs and states; weights, their gradients and
/// what optimisers make of them; results of reductions, and so statistics and losses; what a kernel takes that knows
/// float32 only.
package let precision = Pass(
  "precision", "stores images and their gradients in bf16, of which products then are"
) { graph, report throws(Diagnostic) in
  let storage = ImageStorage(graph)
  var (narrow, images) = (0, 0)
  for (value, origin) in storage.images {
    images += 1
    if let reason = storage.reasonToStayWide(value) {
      report.refused("store \(graph.type(of: value)) in bf16", because: reason, at: origin)
    } else {
      narrow += 1
    }
  }
  for value in storage.narrow { graph.store(value, as: .bfloat16) }
  if images > 0 {
    report.applied("stored \(narrow) of \(images) images in bf16", at: Origin())
  }
}

/// Which values may be stored in bfloat16: values that must be stored alike are decided together.
private struct ImageStorage {
  private let graph: Graph
  private var groups: DisjointSets
  /// By the representative of a group, why it must stay float32, or nothing.
  private var reasons: [Int: String] = [:]
  private var holdsImage: Set<Int> = []
  /// Images that some node computes, in order.
  private(set) var images: [(value: Value, origin: Origin)] = []

  init(_ graph: Graph) {
    self.graph = graph
    groups = DisjointSets(graph.types.count)
    let needs = graph.nodes.map { StorageNeeds($0, in: graph) }
    for need in needs { for (left, right) in need.alike { groups.join(left.index, right.index) } }
    let activations = Activations(graph)
    for input in graph.inputs {
      keepWide(input.value, "it is copied from the input '\(input.name)'")
    }
    for output in graph.outputs { keepWide(output.value, "it is the output '\(output.name)'") }
    for update in graph.stateUpdates {
      keepWide(update.value, "it is the state '\(update.name)'")
    }
    for (node, need) in zip(graph.nodes, needs) {
      for value in need.wide { keepWide(value, "\(node.op.name) works on f32 only") }
      for output in node.outputs where !activations.contains(output) {
        keepWide(output, "it is no activation")
      }
      for output in node.outputs where activations.contains(output) && isImage(output) {
        holdsImage.insert(groups.find(output.index))
        images.append((output, node.origin))
      }
    }
  }

  private mutating func keepWide(_ value: Value, _ reason: String) {
    let group = groups.find(value.index)
    reasons[group] = reasons[group] ?? reason
  }

  private func isImage(_ value: Value) -> Bool {
    let type = graph.type(of: value)
    return type.element.isReal && type.rank == 4 && type.shape[2] * type.shape[3] > 1
  }

  func reasonToStayWide(_ value: Value) -> String? { reasons[groups.representative(value.index)] }

  /// Every value that is to be stored in bfloat16.
  var narrow: [Value] {
    graph.nodes.flatMap(\.outputs).filter { value in
      let group = groups.representative(value.index)
      return holdsImage.contains(group) && reasons[group] == nil
    }
  }
}
