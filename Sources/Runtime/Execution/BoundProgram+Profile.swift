import Foundation
import Plan

/// Time and work of one call, or of one of its parts, averaged over the iterations of a profile.
package struct CallProfile: Sendable {
  package var label: String
  package var kernel: String
  /// Whether it is a convolution in one of its passes, or a matrix product.
  package var isProduct: Bool
  /// What ran: `brgconv:avx512_core`, `tile:avx2`, `reference`.
  package var implementation: String
  package var milliseconds: Double
  package var cost: CallCost

  package var gigaflopsPerSecond: Double { Double(cost.flops) / max(milliseconds, 1e-9) / 1e6 }
  package var gigabytesPerSecond: Double { Double(cost.bytes) / max(milliseconds, 1e-9) / 1e6 }
}

/// Where the time of a program goes.
package struct ProgramProfile: Sendable {
  package var program: String
  /// In the order of the program.
  package var calls: [CallProfile]

  package var milliseconds: Double { calls.reduce(0) { $0 + $1.milliseconds } }

  /// Convolutions in all passes and matrix products, taken together; the direct rate counts the products that transformed
  /// tiles save as well.
  package var products:
    (milliseconds: Double, gigaflopsPerSecond: Double, directGigaflopsPerSecond: Double)
  {
    let products = calls.filter(\.isProduct)
    let milliseconds = products.reduce(0) { $0 + $1.milliseconds }
    func rate(_ flops: KeyPath<CallCost, Int>) -> Double {
      let sum = products.reduce(0) { $0 + $1.cost[keyPath: flops] }
      return Double(sum) / max(milliseconds, 1e-9) / 1e6
    }
    return (milliseconds, rate(\.flops), rate(\.directFlops))
  }

  /// The calls one after the other as a Chrome trace, which Perfetto and chrome://tracing show.
  package func chromeTrace() throws(RuntimeError) -> String {
    struct Event: Encodable {
      var name: String
      var cat: String
      var ph = "X"
      var ts: Double
      var dur: Double
      var pid = 1
      var tid = 1
      var args: [String: String]
    }
    struct Trace: Encodable { var traceEvents: [Event] }
    var events: [Event] = []
    var now = 0.0
    for call in calls {
      let microseconds = call.milliseconds * 1000
      events.append(
        Event(
          name: call.label.isEmpty ? call.kernel : call.label, cat: call.kernel, ts: now,
          dur: microseconds,
          args: [
            "implementation": call.implementation,
            "GFLOP/s": String(format: "%.2f", call.gigaflopsPerSecond),
            "GB/s": String(format: "%.2f", call.gigabytesPerSecond),
          ]))
      now += microseconds
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      return String(decoding: try encoder.encode(Trace(traceEvents: events)), as: UTF8.self)
    } catch {
      throw RuntimeError(.inputOutput, "the trace cannot be written as JSON: \(error)")
    }
  }
}

extension BoundProgram {
  /// Runs the program once to warm up and then `iterations` times, with a clock around each call.
  package func profile(_ context: RunContext, iterations: Int) throws(RuntimeError)
    -> ProgramProfile
  {
    try run(context)
    var spent = bound.steps.map { Array(repeating: Duration.zero, count: $0.call.parts.count) }
    for iteration in 0..<max(iterations, 1) {
      var context = context
      context.step += UInt64(iteration) + 1
      for index in bound.steps.indices {
        bound.steps[index].kernel.run(context, spent: &spent[index])
        for copy in bound.steps[index].copies { copy.run() }
      }
    }
    let calls = bound.steps.indices.flatMap { index in
      profiles(of: index, spent[index].map { $0 / .milliseconds(max(iterations, 1)) })
    }
    return ProgramProfile(program: program.name, calls: calls)
  }

  /// Of the parts of a call, which took so many milliseconds each.
  private func profiles(of index: Int, _ milliseconds: [Double]) -> [CallProfile] {
    let step = bound.steps[index]
    let call = program.calls[index].kernel
    return call.parts.indices.map { part in
      CallProfile(
        label: step.label, kernel: call.name, isProduct: call.parts[part].isProduct,
        implementation: step.kernel.partImplementations[part], milliseconds: milliseconds[part],
        cost: CallCost(call.parts[part], program.tensors, within: call.transients))
    }
  }
}
