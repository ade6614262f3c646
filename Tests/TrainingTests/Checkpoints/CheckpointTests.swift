import Foundation
import Plan
import Runtime
import Testing
import Training

@Suite struct CheckpointTests {
  let folder: TemporaryFolder
  let plan = TinyModel().plan
  let state = RunState(
    iteration: 17, seed: .max, epochLength: 2, model: "tiny", sourceHash: "h", dataFingerprint: "d")

  init() throws { folder = try TemporaryFolder() }

  @Test func `a checkpoint brings back every bit and where the run stood`() throws {
    let first = try Session(plan: plan, seed: 1)
    try Checkpoint.write(first.states, of: plan, run: state, to: folder.file("c"))
    let second = try Session(plan: plan, seed: 2)
    #expect(try second.states.snapshot() != first.states.snapshot())
    let checkpoint = try Checkpoint.open(path: folder.file("c"))
    try checkpoint.restore(into: second.states, of: plan)
    #expect(try second.states.snapshot() == first.states.snapshot())
    #expect(checkpoint.run.iteration == 17)
    #expect(checkpoint.run.seed == .max)
  }

  @Test func `a checkpoint that cannot be written leaves the old one`() throws {
    let session = try Session(plan: plan, seed: 1)
    try Checkpoint.write(session.states, of: plan, run: state, to: folder.file("c"))
    let before = try Data(contentsOf: URL(fileURLWithPath: folder.file("c")))
    var other = plan
    other.states.append(
      StateDeclaration(name: "gone", shape: [1], role: .slot, initializer: .constant(0)))
    // The last tensor is not there, after all others have been written.
    #expect(throws: RuntimeError.self) {
      try Checkpoint.write(session.states, of: other, run: state, to: folder.file("c"))
    }
    #expect(try Data(contentsOf: URL(fileURLWithPath: folder.file("c"))) == before)
    #expect(try folder.names == ["c"])
  }

  @Test func `every tensor that does not fit is listed and nothing is changed`() throws {
    let tensors = [
      ("generator/weight", HostTensor(shape: [48, 8], [Float](repeating: 1, count: 384))),
      ("sgd/steps", HostTensor(shape: [], [Float(3)])),
      ("critic/weight", HostTensor(shape: [1], [Float(3)])),
    ]
    try SafetensorsFile.write(
      tensors,
      metadata: [
        "format": "planform-checkpoint-1", "iteration": "1", "seed": "1", "epoch_length": "2",
        "model": "tiny", "source_hash": "h", "data_fingerprint": "d",
      ], to: folder.file("c"))
    let session = try Session(plan: plan, seed: 1)
    let before = try session.states.snapshot()
    let checkpoint = try Checkpoint.open(path: folder.file("c"))
    let error = #expect(throws: RuntimeError.self) {
      try checkpoint.restore(into: session.states, of: plan)
    }
    #expect(
      error?.description == """
        the tensors of '\(folder.file("c"))' do not fit the plan's states:
          missing: 'average/weight'
          unexpected: 'critic/weight'
          wrongly shaped: 'generator/weight': expected f32[8, 48], found f32[48, 8]
        """)
    #expect(try session.states.snapshot() == before)
  }

  @Test(arguments: [
    ("iteration", "-1", "expected 0 to"), ("iteration", "1e3", "found '1e3'"),
    ("epoch_length", "0", "expected 1 to"), ("format", "x", "is not a checkpoint"),
    ("seed", "18446744073709551616", "found '18446744073709551616'"),
  ])
  func `metadata that cannot be true is refused`(key: String, value: String, text: String) throws {
    var metadata = [
      "format": "planform-checkpoint-1", "iteration": "1", "seed": "1", "epoch_length": "2",
      "model": "tiny", "source_hash": "h", "data_fingerprint": "d",
    ]
    metadata[key] = value
    try SafetensorsFile.write([TensorToWrite](), metadata: metadata, to: folder.file("c"))
    let error = #expect(throws: RuntimeError.self) { try Checkpoint.open(path: folder.file("c")) }
    #expect(error?.description.contains(text) == true, "\(error?.description ?? "")")
  }

  @Test func `a load names the network, and perhaps another name in the file`() throws {
    #expect(
      try NetworkLoad(parsing: "stage1=run/a=b.safetensors")
        == NetworkLoad(network: "stage1", path: "run/a=b.safetensors"))
    #expect(
      try NetworkLoad(parsing: "stage1:generator=f")
        == NetworkLoad(network: "stage1", origin: "generator", path: "f"))
    for text in ["stage1", "=f", "a:=f", "a:b:c=f", "a="] {
      #expect(throws: RuntimeError.self) { try NetworkLoad(parsing: text) }
    }
  }
}
