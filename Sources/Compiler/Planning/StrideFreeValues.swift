import GraphIR
import Operators

/// Values between a transpose and a reshape, which may have any strides, since no kernel reads them.
///
/// An image or a weight becomes a matrix by moving its channels behind its places and then joining axes. As channels lie
/// behind places in memory anyhow, both steps together are a view, although the value between them, laid out as images
/// are, would not be one.
struct StrideFreeValues {
  /// Results of nodes that only reshapes read.
  private(set) var betweenReshapes: Set<Value> = []
  /// Results of nodes that only transposes read.
  private(set) var betweenTransposes: Set<Value> = []

  init(in graph: Graph) {
    var readers: [Value: (reshapes: Int, transposes: Int, all: Int)] = [:]
    for node in graph.nodes {
      for input in node.inputs {
        readers[input, default: (0, 0, 0)].all += 1
        if node.op is any ReshapeOperator { readers[input, default: (0, 0, 0)].reshapes += 1 }
        if node.op is Transpose { readers[input, default: (0, 0, 0)].transposes += 1 }
      }
    }
    for end in graph.outputs + graph.stateUpdates {
      readers[end.value, default: (0, 0, 0)].all += 1
    }
    for (value, count) in readers {
      if count.reshapes == count.all { betweenReshapes.insert(value) }
      if count.transposes == count.all { betweenTransposes.insert(value) }
    }
  }
}
