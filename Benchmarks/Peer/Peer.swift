import Foundation
import Plan
import Runtime

/// Planform's side of the benchmark: loads a plan, then runs a program of it once for every line on standard input and
/// answers with one line of JSON, so that two programs can take turns on one machine.
///
///     planform-benchmark stage1.plan train
///     planform-benchmark --rates stage1.plan train
///
/// The first line says what the plan needs; `--rates` prints what this machine achieves in a plain product, in a copy and in
/// the program's products, a line for each time that it measures them, and ends.
@main
struct Peer {
  static func main() throws {
    WaitingThreads.spinBriefly()
    Heap.keepSmall()
    var arguments = CommandLine.arguments.dropFirst()
    let isAboutRates = arguments.first == "--rates"
    if isAboutRates { arguments.removeFirst() }
    guard arguments.count == 2, let path = arguments.first, let program = arguments.last else {
      FileHandle.standardError.write(
        Data("usage: planform-benchmark [--rates] X.plan PROGRAM\n".utf8))
      exit(64)
    }
    let peer = try Peer(path: path, program: program)
    if isAboutRates {
      for _ in 0..<5 { answer(try peer.rates()) }
      return
    }
    answer(peer.introduction)
    var iteration: UInt64 = 0
    while readLine() != nil {
      answer(try peer.iterate(iteration))
      iteration += 1
    }
  }

  private let program: BoundProgram
  private let report: [String]
  private let introduction: [String: Double]

  private init(path: String, program name: String) throws {
    let session: Session
    let program: BoundProgram
    let start = ContinuousClock.now
    session = try Session(plan: PlanFile.read(path: path, .withoutReferences), seed: 1)
    program = try session.bind(name)
    let loading = start.duration(to: .now)
    let inputs = SyntheticInputs(program.program, context: RunContext(seed: 1, step: 0))
    for input in program.program.inputs { try program.set(input.name, inputs.tensor(input)) }
    self.program = program
    report = name == "train" ? session.plan.report : []
    introduction = Self.introduction(session, program, loading)
    Heap.returnUnused()
  }

  private static func introduction(
    _ session: Session, _ program: BoundProgram, _ loading: Duration
  ) -> [String: Double] {
    let memory = program.program.memory
    let tensors = program.program.tensors
    var facts = [
      "load_seconds": loading / .seconds(1),
      "arena_bytes": Double(memory.arena), "lower_bound_bytes": Double(memory.lowerBound),
      "without_reuse_bytes": Double(memory.withoutReuse),
      "state_bytes": Double(session.states.suppliedByteCount),
      "input_bytes": Double(program.extraBytes.inputs),
      "scratch_bytes": Double(program.extraBytes.scratch),
      "flops": program.program.calls.reduce(0.0) {
        $0 + Double(CallCost($1.kernel, tensors).flops)
      },
    ]
    for state in session.plan.states where state.role == .parameter {
      let network = state.name.prefix { $0 != "/" }
      facts["parameters/\(network)", default: 0] += Double(state.shape.reduce(1, *))
    }
    return facts
  }

  private func rates() throws -> [String: Double] {
    let rates = try MachineRates()
    let profile = try program.profile(RunContext(seed: 1, step: 0), iterations: 1)
    return [
      "sgemm_gflops": rates.gigaflopsPerSecond, "copy_gigabytes": rates.gigabytesPerSecond,
      "product_gflops": profile.products.gigaflopsPerSecond,
      "direct_gflops": profile.products.directGigaflopsPerSecond,
      "product_share": profile.products.milliseconds / profile.milliseconds,
    ]
  }

  private func iterate(_ iteration: UInt64) throws -> [String: Double] {
    let duration = try ContinuousClock().measure {
      try program.run(RunContext(seed: 1, step: iteration))
    }
    var answer = ["seconds": duration / .seconds(1)]
    for name in report { answer[name] = Double(try program.scalar(name)) }
    return answer
  }

  private static func answer(_ values: [String: Double]) {
    let fields = values.sorted { $0.key < $1.key }.map { key, value in
      "\"\(key)\": \(value.isFinite ? "\(value)" : "null")"
    }
    // Not through buffered output: whoever sent the line waits for this one.
    FileHandle.standardOutput.write(Data("{\(fields.joined(separator: ", "))}\n".utf8))
  }
}
