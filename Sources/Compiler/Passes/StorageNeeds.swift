import GraphIR
import Plan

/// What a node's kernels demand of the storage of its operands and results.
struct StorageNeeds {
  /// Values that must be float32 or int64.
  private(set) var wide: [Value] = []
  /// Pairs of values that must have the same element type.
  private(set) var alike: [(Value, Value)] = []

  init(_ node: Node, in graph: Graph) {
    switch node.op {
    case is any ElementwiseOperator, is any ReadOperator: break
    case is any ReductionOperator: wide = node.outputs
    case is any ReshapeOperator: alike = [(node.inputs[0], node.outputs[0])]
    case let op as any KernelOperator:
      let operands = node.inputs + node.outputs
      let context = LoweringContext(
        inputs: node.inputs.map(graph.type(of:)), outputs: node.outputs.map(graph.type(of:)),
        strides: operands.map { Layout.strides(graph.type(of: $0).shape) }, path: node.origin.path)
      for call in op.kernels(context) { add(call) { operands[$0.index] } }
    default: wide = node.inputs + node.outputs
    }
  }

  private mutating func add(_ call: KernelCall, _ value: (TensorID) -> Value) {
    switch call {
    case .tile(let call): wide += call.reductions.map { value($0.tensor) }
    case .convolution(let call), .convolutionInputGradient(let call):
      wide += ([call.weight] + (call.bias.map { [$0] } ?? [])).map(value)
    case .convolutionWeightGradient(let call): wide.append(value(call.target))
    case .weightUpdate, .tileList: wide += (call.reads + call.writes).map(value)
    case .matmul(let call): wide += call.bias.map { [value($0)] } ?? []
    case .moments(let call): wide += [value(call.mean), value(call.variance)]
    case .measured(let call):
      add(call.producer.call, value)
      add(.moments(call.moments), value)
    case .copy(let call): alike.append((value(call.source), value(call.target)))
    case .pool(let call) where call.kind != .max, .averagePoolGradient(let call):
      alike.append((value(call.source), value(call.target)))
    case .pool, .maxPoolScatter, .maxPoolGather, .bilinear, .bilinearGradient, .gather,
      .scatterAdd, .oneHot, .random:
      wide += (call.reads + call.writes).map(value)
    }
  }
}
