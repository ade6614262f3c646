import CKernels
import Glibc

/// What of this machine the kernels are bound for: an instruction set and a number of threads.
package struct Machine: Sendable, Hashable {
  /// The instruction sets for which kernels are compiled, the plainest first.
  package enum InstructionSet: String, Sendable, CaseIterable {
    case portable, avx2, avx512
    /// AVX-512, and products of bfloat16 in tile registers.
    case amx

    /// Whether this machine has it.
    package var isAvailable: Bool { loops != nil }

    var loops: UnsafePointer<pf_loops>? { pf_loops_for(isa) }

    /// The one whose loops it takes.
    package var vectors: InstructionSet { self == .amx ? .avx512 : self }

    /// In the C kernels' terms.
    var isa: pf_isa {
      switch self {
      case .portable: pf_isa_portable
      case .avx2: pf_isa_avx2
      case .avx512: pf_isa_avx512
      case .amx: pf_isa_amx
      }
    }
  }

  package var instructions: InstructionSet
  package var threads: Int

  /// Whether products of bfloat16 have instructions of their own here: AVX512_BF16 or AMX.
  package var multipliesBfloat16: Bool { pf_has_bfloat16_products(instructions.isa) != 0 }

  package init(instructions: InstructionSet, threads: Int) {
    self.instructions = instructions
    self.threads = max(threads, 1)
  }

  /// The best instruction set and all processors, unless `PLANFORM_ISA` or `PLANFORM_THREADS` say otherwise.
  ///
  /// Throws when a variable holds something unknown, or an instruction set that the machine lacks.
  package static func current() throws(RuntimeError) -> Machine {
    try Machine(environment: { name in getenv(name).map { String(cString: $0) } })
  }

  /// `current`, with the environment given.
  package init(environment: (String) -> String?) throws(RuntimeError) {
    instructions = InstructionSet.allCases.last(where: \.isAvailable) ?? .portable
    if let name = environment("PLANFORM_ISA") {
      guard let chosen = InstructionSet(rawValue: name) else {
        let known = InstructionSet.allCases.map(\.rawValue).joined(separator: ", ")
        throw RuntimeError(
          .unsupported,
          "PLANFORM_ISA is '\(name)', which is no instruction set; use one of: \(known)")
      }
      guard chosen.isAvailable else {
        throw RuntimeError(
          .unsupported,
          "PLANFORM_ISA is '\(name)', which this machine lacks; the best that it has is '\(instructions)'"
        )
      }
      instructions = chosen
    }
    threads = Int(pf_processor_count())
    if let text = environment("PLANFORM_THREADS") {
      guard let count = Int(text), (1...1024).contains(count) else {
        throw RuntimeError(
          .unsupported, "PLANFORM_THREADS is '\(text)'; expected a whole number from 1 to 1024")
      }
      threads = count
    }
  }
}
