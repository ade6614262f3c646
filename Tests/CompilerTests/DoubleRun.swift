import Compiler
import GraphIR
import Plan
import Runtime
import Testing

/// What a program computes on made-up numbers by the reference kernels, in double precision: its outputs and states.
struct DoubleRun {
  private(set) var results: [String: [Double]] = [:]

  /// - Parameter scale: the largest number among inputs and states.
  init(_ graph: Graph, scale: Double) throws {
    let states = graph.declaredStates
    let program = try PlanBuilder(states: states).reference(graph).withoutTransients
    func numbers(_ name: String, _ shape: [Int]) -> ReferenceValue<Double> {
      let seed = name.utf8.reduce(0 as UInt64) { $0 &* 131 &+ UInt64($1) }
      let numbers = Numbers(seed: seed).prefix(shape.reduce(1, *)).map { $0 * scale }
      return ReferenceValue(shape: shape, numbers)
    }
    let run = try ReferenceInterpreter<Double>(program, states: states).run(
      inputs: Dictionary(
        uniqueKeysWithValues: program.inputs.map {
          ($0.name, numbers($0.name, program.tensors[$0.tensor.index].shape))
        }),
      states: Dictionary(
        uniqueKeysWithValues: states.map { ($0.name, numbers($0.name, $0.shape)) }),
      keeping: [])
    for output in graph.outputs { results[output.name] = try run.value(output.name).scalars }
    for (name, value) in run.states { results["state \(name)"] = value.scalars }
  }

  /// Fails unless both programs have the same results, bit for bit or to a part of the largest of each.
  func expectEqual(
    _ other: DoubleRun, within tolerance: Double = 0,
    sourceLocation: Testing.SourceLocation = #_sourceLocation
  ) {
    #expect(Set(results.keys) == Set(other.results.keys), sourceLocation: sourceLocation)
    for (name, values) in results {
      let others = other.results[name] ?? []
      let scale = values.reduce(0) { max($0, abs($1)) }
      let worst = zip(values, others).map { abs($0 - $1) }
      // Written so that not-a-number fails.
      #expect(
        values.count == others.count && scale > 0
          && worst.allSatisfy { $0 <= tolerance * scale },
        "\(name): \(values.prefix(4)) is not \(others.prefix(4))", sourceLocation: sourceLocation)
    }
  }
}

extension ReferenceProgram {
  /// The program with each gradient of a large weight in a buffer of its own, and its update behind it.
  ///
  /// In reference programs no tensor lives within a call alone.
  fileprivate var withoutTransients: ReferenceProgram {
    var program = self
    program.calls = calls.flatMap { call in
      guard case .weightUpdate(let update) = call.kernel else { return [call] }
      program.tensors[update.gradient.target.index].storage = .own
      return [
        Call(.convolutionWeightGradient(update.gradient), label: call.label),
        Call(.tile(update.tile), label: call.label),
      ]
    }
    return program
  }
}
