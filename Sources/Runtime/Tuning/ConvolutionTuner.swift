package import Plan

/// Chooses how each convolution of a plan is computed, by trying all ways on this machine.
package struct ConvolutionTuner {
  /// What was found about one convolution.
  package struct Finding: Sendable {
    package var label: String
    /// What the plan said before.
    package var planned: ConvolutionAlgorithm
    /// Milliseconds of all ways, the fastest first.
    package var times: [(algorithm: ConvolutionAlgorithm, milliseconds: Double)]

    /// The fastest one, or a more exact one that is about as fast.
    package var chosen: ConvolutionAlgorithm {
      let best = times.min {
        $0.milliseconds * $0.algorithm.handicap < $1.milliseconds * $1.algorithm.handicap
      }
      return best?.algorithm ?? planned
    }

    /// 0 for an algorithm that this machine has not.
    package func milliseconds(_ algorithm: ConvolutionAlgorithm) -> Double {
      times.first { $0.algorithm == algorithm }?.milliseconds ?? 0
    }
  }

  private var chosen: [ConvolutionTrial: ConvolutionAlgorithm] = [:]
  private let iterations = 3

  package init() {}

  /// The plan with the best algorithm in every call; convolutions of the same shapes are tried once.
  ///
  /// - Parameter report: receives what was found, as it is found.
  package mutating func tune(
    _ plan: Plan, report: (Finding) -> Void
  ) throws(RuntimeError) -> Plan {
    var plan = plan
    for program in plan.programs.indices {
      for index in plan.programs[program].calls.indices {
        let call = plan.programs[program].calls[index]
        let convolution = call.kernel.unmeasured
        guard let planned = convolution.convolution?.algorithm else { continue }
        let trial = ConvolutionTrial(convolution, plan.programs[program].tensors)
        if chosen[trial] == nil {
          let times = try trial.times(iterations: iterations)
          let finding = Finding(label: call.label, planned: planned, times: times)
          chosen[trial] = finding.chosen
          if times.count > 1 { report(finding) }
        }
        plan.programs[program].calls[index].kernel = call.kernel.computed(
          by: chosen[trial] ?? planned)
      }
    }
    return plan
  }
}

/// One convolution without its place in a plan: equal for equal work.
private struct ConvolutionTrial: Hashable {
  /// Direct, with its operands numbered in their order; the last is the target.
  private let kernel: KernelCall
  private let operands: [Operand]

  private struct Operand: Hashable {
    var element: ElementType
    var shape: [Int]
    var strides: [Int]
  }

  init(_ call: KernelCall, _ tensors: [PlanTensor]) {
    let ids = call.reads + call.writes
    kernel = call.computed(by: .direct).renumbered { TensorID(ids.firstIndex(of: $0) ?? 0) }
    operands = ids.map {
      let tensor = tensors[$0.index]
      return Operand(element: tensor.element, shape: tensor.shape, strides: tensor.strides)
    }
  }

  /// Milliseconds of a run by every algorithm that this machine has for it, the fastest first.
  func times(
    iterations: Int
  ) throws(RuntimeError) -> [(algorithm: ConvolutionAlgorithm, milliseconds: Double)] {
    var times: [(algorithm: ConvolutionAlgorithm, milliseconds: Double)] = []
    for algorithm in ConvolutionAlgorithm.allCases where isComputable(by: algorithm) {
      let program = program(kernel.computed(by: algorithm))
      let plan = Plan(
        model: "trial", sourceHash: "", parameters: [:], states: [], data: [],
        programs: [program], report: [])
      let bound = try Session(plan: plan, seed: 0).bind(program.name)
      for input in program.inputs {
        // 1 in bfloat16; two of them are 1.0 and a bit in float32.
        try bound.inputBuffer(input.name).bindMemory(to: UInt16.self).initialize(repeating: 0x3f80)
      }
      let run = try bound.profile(RunContext(seed: 0, step: 0), iterations: iterations).calls[0]
      // A machine without the algorithm computes directly.
      guard algorithm == .direct || run.implementation.hasPrefix(algorithm.rawValue) else {
        continue
      }
      times.append((algorithm, run.milliseconds))
    }
    return times.sorted { $0.milliseconds < $1.milliseconds }
  }

  private func isComputable(by algorithm: ConvolutionAlgorithm) -> Bool {
    guard algorithm != .direct else { return true }
    let call = kernel.computed(by: algorithm)
    guard let convolution = call.convolution, let roles = call.convolutionRoles else {
      return false
    }
    return convolution.isComputable(
      weight: operands[roles.w.index].shape, result: operands[roles.y.index].shape)
  }

  private func program(_ call: KernelCall) -> Program {
    let target = operands.count - 1
    let tensors = operands.enumerated().map { position, operand in
      PlanTensor(
        element: operand.element, shape: operand.shape, strides: operand.strides,
        storage: position == target ? .arena(offset: 0) : .input(position))
    }
    let bytes = tensors[target].spanBytes
    return Program(
      name: "trial",
      inputs: (0..<target).map {
        .init(name: "x\($0)", tensor: TensorID($0), source: .caller)
      },
      outputs: [.init(name: "y", tensor: TensorID(target))], values: [], fused: [],
      tensors: tensors, calls: [Call(call, label: "trial")],
      memory: MemoryReport(
        arena: bytes, lowerBound: bytes, withoutReuse: bytes, heuristic: "one tensor"),
      reference: nil)
  }
}
