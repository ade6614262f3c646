import Compiler
import Foundation
import GraphIR
import GraphLanguage
import Operators
import Plan
import Runtime

/// Planform's side of the benchmark: compiles a graph, loads its plan, then runs one training iteration for every line
/// on standard input and answers with one line of JSON, so that two programs can take turns on one machine.
///
///     planform-benchmark graphs/stackgan/stage1.yaml gf_dim=128 df_dim=96
@main
struct Peer {
  static func main() throws {
    WaitingThreads.spinBriefly()
    let arguments = CommandLine.arguments.dropFirst()
    guard let path = arguments.first else {
      FileHandle.standardError.write(
        Data("usage: planform-benchmark FILE.yaml [KEY=VALUE ...]\n".utf8))
      exit(64)
    }
    let peer = try Peer(path: path, overrides: Array(arguments.dropFirst()))
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

  private init(path: String, overrides: [String]) throws {
    let clock = ContinuousClock()
    var bytes: [UInt8] = []
    let compiling = try clock.measure {
      let document = try Document.parse(path: path, overrides: Overrides(overrides))
      let model = try Elaborator.elaborate(
        document, catalog: OperatorCatalog.standard, sourceHash: "")
      bytes = try PlanFile.encode(Compiler.compile(model).plan)
    }
    var bound: (Session, BoundProgram)?
    let loading = try clock.measure {
      let session = try Session(plan: PlanFile.decode(bytes), seed: 1)
      bound = (session, try session.bind("train"))
    }
    guard let (session, program) = bound else { exit(70) }
    self.program = program
    report = session.plan.report
    try Self.fillInputs(of: program)
    let memory = program.program.memory
    let tensors = program.program.tensors
    introduction = [
      "compile_seconds": compiling.seconds, "load_seconds": loading.seconds,
      "arena_bytes": Double(memory.arena), "lower_bound_bytes": Double(memory.lowerBound),
      "without_reuse_bytes": Double(memory.withoutReuse),
      "state_bytes": Double(session.states.byteCount),
      "flops": program.program.calls.reduce(0.0) {
        $0 + Double(CallCost($1.kernel, tensors).flops)
      },
      "sgemm_gflops": try MachineRates().gigaflopsPerSecond,
    ]
  }

  /// Pictures and embeddings drawn at random; learning rates as the schedules begin.
  private static func fillInputs(of program: BoundProgram) throws {
    var generator = SystemRandomNumberGenerator()
    for input in program.program.inputs {
      if case .schedule(let schedule) = input.source {
        let value = schedule.value(iteration: 0, iterationsPerEpoch: 1)
        try program.setScalar(input.name, Float(value))
      } else {
        let shape = program.program.tensors[input.tensor.index].shape
        let values = (0..<shape.reduce(1, *)).map { _ in Float.random(in: -1...1, using: &generator)
        }
        try program.set(input.name, HostTensor(shape: shape, values))
      }
    }
  }

  private func iterate(_ iteration: UInt64) throws -> [String: Double] {
    let duration = try ContinuousClock().measure {
      try program.run(RunContext(seed: 1, step: iteration))
    }
    var answer = ["seconds": duration.seconds, "peak_bytes": Self.peakResidentBytes]
    for name in report { answer[name] = Double(try program.scalar(name)) }
    return answer
  }

  private static var peakResidentBytes: Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Double(usage.ru_maxrss) * 1024
  }

  private static func answer(_ values: [String: Double]) {
    let fields = values.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \($0.value)" }
    // Not through buffered output: whoever sent the line waits for this one.
    FileHandle.standardOutput.write(Data("{\(fields.joined(separator: ", "))}\n".utf8))
  }
}

extension Duration {
  fileprivate var seconds: Double { self / .seconds(1) }
}
