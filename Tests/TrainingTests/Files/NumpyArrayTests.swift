import FuzzSupport
import Runtime
import Testing

@testable import Training

@Suite struct NumpyArrayTests {
  @Test func `a float32 array is read`() throws {
    let tensor = try read("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1), }", [1, -2.5])
    #expect(tensor == HostTensor(shape: [2, 1], [1, -2.5] as [Float]))
  }

  @Test(arguments: [
    ("{'descr': '|O', 'fortran_order': False, 'shape': (2,), }", "expected float32"),
    ("{'descr': '<f4', 'fortran_order': True, 'shape': (2,), }", "row-major"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", "does not match the 8 bytes"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (-2,), }", "malformed"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 8), }", "match"),
    ("{}", "expected float32"),
  ])
  func `other arrays are refused with a reason`(header: String, reason: String) throws {
    let error = #expect(throws: RuntimeError.self) { try read(header, [1, 2]) }
    #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
  }

  @Test func `mutated arrays never crash`() throws {
    let bytes = array("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1), }", [1, 2])
    let slow = try MutationRun("arrays", of: [bytes]).forEach { mutant in
      _ = try? mutant.bytes.withUnsafeBytes { try NumpyArray.read($0, of: "mutant") }
    }
    #expect(slow.isEmpty)
  }

  private func read(_ header: String, _ values: [Float]) throws -> HostTensor {
    try array(header, values).withUnsafeBytes { try NumpyArray.read($0, of: "x.npy") }
  }

  private func array(_ header: String, _ values: [Float]) -> [UInt8] {
    [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8)
      + values.withUnsafeBytes(Array.init)
  }
}
