import Foundation
import FuzzSupport
import Runtime
import Testing
import Training

@Suite struct SafetensorsFileTests {
  @Test func `tensors and metadata survive a round trip`() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("x.safetensors")
    let weights = HostTensor(shape: [2, 3], [1, -2, 3.5, .infinity, 0, -0] as [Float])
    let steps = HostTensor(shape: [], [Int64.max])
    let empty = HostTensor(shape: [0, 4], [Float]())
    try SafetensorsFile.write(
      [("a/weight", weights), ("step", steps), ("empty", empty)],
      metadata: ["note": "a \"quoted\" line\n"], to: path)
    let file = try SafetensorsFile.read(path: path)
    #expect(Set(file.names) == ["a/weight", "step", "empty"])
    #expect(file.metadata == ["note": "a \"quoted\" line\n"])
    #expect(try file.tensor("a/weight") == weights)
    #expect(try file.tensor("step") == steps)
    #expect(try file.tensor("empty") == empty)
    #expect(try file.stored("step").range.lowerBound % 8 == 0)
  }

  @Test func `other number formats are converted`() throws {
    let header =
      #"{"h":{"dtype":"F16","shape":[4],"data_offsets":[0,8]},"#
      + #""b":{"dtype":"BF16","shape":[2],"data_offsets":[8,12]},"#
      + #""i":{"dtype":"I32","shape":[1],"data_offsets":[12,16]},"#
      + #""d":{"dtype":"F64","shape":[1],"data_offsets":[16,24]},"#
      + #""u":{"dtype":"U8","shape":[2],"data_offsets":[24,26]}}"#
    // 1, -2, the smallest subnormal, infinity; 1, -0.5; -3; 0.1; 0, 255.
    var data: [UInt8] = [0x00, 0x3C, 0x00, 0xC0, 0x01, 0x00, 0x00, 0x7C]
    data += [0x80, 0x3F, 0x00, 0xBF, 0xFD, 0xFF, 0xFF, 0xFF]
    data += withUnsafeBytes(of: 0.1) { Array($0) } + [0, 255]
    let file = try SafetensorsFile.read(bytes: safetensors(header, data))
    #expect(try file.tensor("h").floats == [1, -2, 0x1p-24, .infinity])
    #expect(try file.tensor("b").floats == [1, -0.5])
    #expect(try file.tensor("i").elements == .int64([-3]))
    #expect(try file.tensor("d").floats == [0.1])
    #expect(try file.tensor("u").elements == .int64([0, 255]))
  }

  @Test(arguments: [
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, 4, "does not take the 4 bytes"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 5, "end at byte"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, 8, "leaves a hole"),
    (#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, 4, "whole numbers from 0 up"),
    (#"{"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}"#, 4, "whole numbers"),
    (#"{"a":{"dtype":"F99","shape":[1],"data_offsets":[0,4]}}"#, 4, "unknown dtype"),
    (#"{"a":{"dtype":"F32","shape":[1]}}"#, 4, "expected exactly dtype"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{}}"#, 4, "stands twice"),
    (
      #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"#
        + #""b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}"#, 6, "overlaps"
    ),
    (
      #"{"a":{"dtype":"F32","shape":[4611686018427387904,4,0],"data_offsets":[0,0]}}"#, 0,
      "does not take"
    ),
    (
      #"{"a":{"dtype":"U8","shape":[9223372036854775807],"data_offsets":[0,9223372036854775807]}}"#,
      0, "does not take"
    ),
    (#"{"__metadata__":{"a":1}}"#, 0, "the metadata's 'a' is not a string"),
    (#"[]"#, 0, "does not begin with '{'"), (#"{"#, 0, "expected a key"), ("{} x", 0, "the end"),
  ])
  func `hostile headers are refused with a reason`(
    header: String, dataSize: Int, reason: String
  ) throws {
    let bytes = safetensors(header, Array(repeating: 0, count: dataSize))
    let error = #expect(throws: RuntimeError.self) { try SafetensorsFile.read(bytes: bytes) }
    #expect(error?.kind == .invalid)
    #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
  }

  @Test func `wrong lengths and encodings are refused`() throws {
    for bytes: [UInt8] in [
      [], [1, 0, 0], Array(repeating: 0xFF, count: 8), [200, 0, 0, 0, 0, 0, 0, 0, 123, 125],
      [7, 0, 0, 0, 0, 0, 0, 0, 123, 34, 0xFF, 34, 58, 49, 125],
    ] {
      #expect(throws: RuntimeError.self) { try SafetensorsFile.read(bytes: bytes) }
    }
  }

  @Test func `names of missing tensors and files stand in the error`() throws {
    let file = try SafetensorsFile.read(bytes: safetensors("{}", []))
    let absent = #expect(throws: RuntimeError.self) { try file.tensor("w") }
    #expect(absent?.kind == .missing)
    let error = #expect(throws: RuntimeError.self) { try SafetensorsFile.read(path: "/nowhere/x") }
    #expect(
      error == RuntimeError(.missing, "cannot read '/nowhere/x': no such file or directory"))
  }

  @Test func `two tensors of one name are not written`() throws {
    let folder = try TemporaryFolder()
    let tensor = HostTensor(shape: [1], [1 as Float])
    #expect(throws: RuntimeError.self) {
      try SafetensorsFile.write([("a", tensor), ("a", tensor)], to: folder.file("x"))
    }
    #expect(try folder.names == [])
  }

  @Test func `mutated files never crash`() throws {
    let header =
      #"{"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},"#
      + #""b":{"dtype":"I64","shape":[1],"data_offsets":[16,24]}}"#
    let bytes = safetensors(header, Array(0..<24))
    var refused = 0
    let slow = try MutationRun("weights", of: [bytes]).forEach { mutant in
      do throws(RuntimeError) {
        let file = try SafetensorsFile.read(bytes: mutant.bytes)
        for name in file.names { _ = try file.tensor(name) }
      } catch {
        refused += 1
      }
    }
    #expect(slow.isEmpty)
    #expect(refused > mutationCount / 2)
  }

  private func safetensors(_ header: String, _ data: [UInt8]) -> [UInt8] {
    withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian, Array.init) + Array(header.utf8)
      + data
  }
}
