import Foundation
import FuzzSupport
import GraphIR
import Runtime
import Testing
import Training

@testable import planform

/// Weight maps as files: what is wrong with them, and where.
@Suite struct WeightMapTests {
  @Test func `every error of a map has its place`() throws {
    let folder = try ScratchFolder()
    try folder.write(
      """
      planform-weights: 1
      rulse: {}
      rules:
        a.weight: { name: b, transpose: [1, x] }
        "a_{i}": b
        c: [1]
      """, to: "map.yaml")
    let run = try Invocation(
      "weights", "import", "--from", "none", "--map", "map.yaml", "-o", "w", in: folder)
    #expect(run.code == 65)
    #expect(run.errors.contains("map.yaml:2:1: error: unknown key 'rulse' (did you mean 'rules'?)"))
    #expect(run.errors.contains("map.yaml:4:39: error: expected a whole number"))
    #expect(run.errors.contains("map.yaml:5:3: error: "))
    #expect(run.errors.contains("map.yaml:6:6: error: expected their name"))
  }

  @Test func `damaged maps are read or refused with a place`() throws {
    let folder = try ScratchFolder()
    let file = folder.url("map.yaml")
    let shipped = try shippedFile("graphs/stackgan/stage1.pytorch.yaml")
    var refused = 0
    let slow = try MutationRun("maps", of: [shipped]).forEach { mutant in
      try Data(mutant.bytes).write(to: file)
      do {
        _ = try WeightMap(reading: file.path)
      } catch let error as Diagnostics {
        refused += 1
        let hasPlaces = !error.all.isEmpty && error.all.allSatisfy { $0.location != nil }
        #expect(hasPlaces, "\(mutant.index): \(error)")
      } catch let error as Diagnostic {
        refused += 1
        #expect(error.location != nil, "\(mutant.index): \(error)")
      } catch let error as RuntimeError {
        // A file of no bytes has no place.
        #expect(mutant.bytes.isEmpty, "\(mutant.index): \(error)")
      }
    }
    #expect(slow.isEmpty)
    #expect(refused > 0)
  }

  @Test func `tensors are renamed and turned, and turned back`() throws {
    let folder = try ScratchFolder()
    let header = #"{"G/k":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]}}"#
    var file = Data([UInt8(header.utf8.count), 0, 0, 0, 0, 0, 0, 0]) + Data(header.utf8)
    for value: Float in [1, 2] { withUnsafeBytes(of: value) { file.append(contentsOf: $0) } }
    try file.write(to: folder.url("theirs"))
    try folder.write(
      "planform-weights: 1\nrules: { g/w: { name: G/k, transpose: [1, 0] } }\n", to: "map.yaml")
    let there = try Invocation(
      "weights", "import", "--from", "theirs", "--map", "map.yaml", "-o", "ours", in: folder)
    #expect(there.code == 0, "\(there.errors)")
    #expect(there.output.contains("1 loaded, 0 missing"))
    let list = try Invocation("weights", "show", "ours", in: folder)
    #expect(list.output.contains("g/w") && list.output.contains("F32[1, 2]"))
    let back = try Invocation(
      "weights", "export", "--from", "ours", "--map", "map.yaml", "-o", "again", in: folder)
    #expect(back.code == 0)
    #expect(try folder.bytes(of: "again").suffix(8) == file.suffix(8))
  }

  @Test func `numbers that follow from the plan's parameters stand in names`() throws {
    let folder = try ScratchFolder.withModel()
    try folder.write(
      """
      planform-weights: 1
      let: { n: width + 1, m: 2 * n }
      rules: { "g/linear.*": "G/{n}.{m-1}.*" }
      """, to: "map.yaml")
    _ = try Invocation("compile", "model.yaml", "-o", "model.plan", "--quiet", in: folder)
    let ones = HostTensor(shape: [3, 3], [Float](repeating: 1, count: 9))
    try SafetensorsFile.write([("G/4.7.weight", ones)], to: folder.path("theirs"))
    let run = try Invocation(
      "weights", "import", "--from", "theirs", "--map", "map.yaml", "--plan", "model.plan", "-o",
      "ours", in: folder)
    #expect(run.code == 0, "\(run.errors)")
    #expect(try SafetensorsFile.read(path: folder.path("ours")).names == ["g/linear.weight"])
    let lost = try Invocation(
      "weights", "import", "--from", "theirs", "--map", "map.yaml", "-o", "ours", in: folder)
    #expect(lost.code == 65)
    #expect(lost.errors.contains("map.yaml:2:6: error: 'let' calculates with the parameters"))
  }
}
