import Plan
import Runtime
import Training

/// Every name that `planform run` understands for a program.
struct NameList {
  let program: Program

  func print() {
    Swift.print("\n" + Terminal.heading("program \(program.name)"))
    let shapes = self.shapes
    printSection("inputs", program.inputs.map { program.line(for: $0) })
    printSection("random nodes", draws)
    printSection("outputs", program.outputs.map { "\($0.name) \(shapes[$0.name] ?? "")" })
    let listed = Set((program.inputs.map(\.name)) + program.outputs.map(\.name))
    let further = program.capturableNames.filter { !listed.contains($0) }.sorted()
    printSection("further values for --save", further.map { "\($0) \(shapes[$0] ?? "")" })
  }

  private func printSection(_ title: String, _ lines: [String]) {
    guard !lines.isEmpty else { return }
    Swift.print("  \(title):")
    for line in lines { Swift.print("    \(line)") }
  }

  /// The random nodes with what they draw; a tensor of that name among a run's inputs replaces the draw.
  private var draws: [String] {
    var shapes: [String: String] = [:]
    let forms =
      [(program.calls, program.tensors)]
      + (program.reference.map { [($0.calls, $0.tensors)] } ?? [])
    for (calls, tensors) in forms {
      for call in calls {
        guard case .random(let random) = call.kernel else { continue }
        shapes[random.name] =
          "\(tensors[random.target.index].typeText), \(random.distribution.sentence)"
      }
    }
    return program.randomNames.map { "\($0) \(shapes[$0] ?? "")" }
  }

  private var shapes: [String: String] {
    let tensors = (program.outputs + program.values).map {
      ($0.name, program.tensors[$0.tensor.index].typeText)
    }
    let registers = program.fused.map { ($0.name, "f32" + Quantity.shape($0.shape) + ", fused") }
    return Dictionary(tensors + registers) { first, _ in first }
  }
}

extension RandomCall.Distribution {
  fileprivate var sentence: String {
    switch self {
    case .normal(let mean, let std): "normal(mean \(mean), std \(std))"
    case .truncatedNormal(let mean, let std): "truncated normal(mean \(mean), std \(std))"
    case .uniform(let low, let high): "uniform(\(low), \(high))"
    case .bernoulli(let probability): "1 with probability \(probability), else 0"
    case .integers(let low, let high): "whole numbers from \(low) to \(high - 1)"
    }
  }
}
