import Plan

/// Programs as a directed graph in the language of Graphviz: calls, and the tensors that pass between them.
struct CallGraph {
  let programs: [Program]

  var dot: String {
    var lines = [
      "digraph plan {", "  rankdir=TB;",
      "  node [shape=box, style=\"rounded,filled\", fillcolor=white, fontname=\"sans-serif\"];",
      "  edge [fontname=\"sans-serif\", fontsize=9];",
    ]
    for (index, program) in programs.enumerated() {
      lines.append("  subgraph cluster_\(index) {")
      lines.append("    label=\(quoted(program.name));")
      lines += body(of: program, prefix: "p\(index)").map { "    " + $0 }
      lines.append("  }")
    }
    lines.append("}")
    return lines.joined(separator: "\n")
  }

  private func body(of program: Program, prefix: String) -> [String] {
    var lines: [String] = []
    /// The node that last wrote each tensor's memory; inputs and states are nodes of their own.
    var writers: [TensorID: String] = [:]
    for input in program.inputs {
      let node = "\(prefix)_input\(input.tensor.index)"
      lines.append("\(node) [label=\(quoted(input.name)), shape=ellipse, fillcolor=lightblue];")
      writers[program.tensors.base(of: input.tensor)] = node
    }
    for (index, call) in program.calls.enumerated() {
      let node = "\(prefix)_call\(index)"
      let label = "\(call.kernel.name)\n\(call.label)"
      lines.append("\(node) [label=\(quoted(label)), fillcolor=\(colour(of: call.kernel))];")
      for id in call.kernel.reads {
        guard let writer = writers[program.tensors.base(of: id)] else { continue }
        let type = Quantity.shape(program.tensors[id.index].shape)
        lines.append("\(writer) -> \(node) [label=\(quoted(type))];")
      }
      for id in call.kernel.writes { writers[program.tensors.base(of: id)] = node }
    }
    for output in program.outputs {
      let node = "\(prefix)_output\(output.tensor.index)"
      lines.append("\(node) [label=\(quoted(output.name)), shape=ellipse, fillcolor=lightgrey];")
      if let writer = writers[program.tensors.base(of: output.tensor)] {
        lines.append("\(writer) -> \(node);")
      }
    }
    return lines
  }

  private func colour(of call: KernelCall) -> String {
    switch call.unmeasured {
    case .convolution, .convolutionInputGradient, .convolutionWeightGradient, .weightUpdate,
      .matmul:
      "lightsalmon"
    case .tile, .tileList: "palegreen"
    case .moments, .copy, .pool, .averagePoolGradient, .maxPoolScatter, .maxPoolGather, .bilinear,
      .bilinearGradient, .gather, .scatterAdd, .oneHot, .random, .measured:
      "khaki"
    }
  }

  private func quoted(_ text: String) -> String {
    let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    return "\"" + escaped.replacing("\n", with: "\\n") + "\""
  }
}
