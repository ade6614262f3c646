import Runtime
import Testing

@Suite struct MachineTests {
  @Test func `takes the best instruction set and all processors by default`() throws {
    let machine = try Machine { _ in nil }
    #expect(machine.instructions == Machine.InstructionSet.allCases.last { $0.isAvailable })
    #expect(machine.threads >= 1)
  }

  @Test func `the environment overrides both`() throws {
    let given = ["PLANFORM_ISA": "portable", "PLANFORM_THREADS": "7"]
    let machine = try Machine { given[$0] }
    #expect(machine == Machine(instructions: .portable, threads: 7))
  }

  @Test func `an unknown instruction set is an error that lists the known ones`() {
    #expect(
      throws: RuntimeError(
        .unsupported,
        "PLANFORM_ISA is 'avx9', which is no instruction set; use one of: portable, avx2, avx512, amx"
      )
    ) { try Machine { $0 == "PLANFORM_ISA" ? "avx9" : nil } }
  }

  @Test(arguments: ["0", "-1", "two", "99999"])
  func `a number of threads that makes no sense is an error`(text: String) {
    #expect(
      throws: RuntimeError(
        .unsupported, "PLANFORM_THREADS is '\(text)'; expected a whole number from 1 to 1024")
    ) { try Machine { $0 == "PLANFORM_THREADS" ? text : nil } }
  }
}
