import Foundation
import Plan
import Runtime
import Testing
import Training

@Suite struct ProgramRunnerTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func inputs(noise: Bool) throws -> String {
    let text = (0..<4).flatMap { row in (0..<8).map { Float($0 == row ? 1 : 0) } }
    let image = (0..<4 * 48).map { Float($0 % 7) / 7 }
    var tensors = [
      ("text", HostTensor(shape: [4, 8], text)), ("image", HostTensor(shape: [4, 3, 4, 4], image)),
    ]
    if noise {
      tensors.append(
        ("noise", HostTensor(shape: [4, 48], [Float](repeating: 0.5, count: 192))))
    }
    try SafetensorsFile.write(tensors, to: folder.file("inputs.safetensors"))
    return folder.file("inputs.safetensors")
  }

  private func request(noise: Bool = true) throws -> ProgramRequest {
    var request = ProgramRequest(program: "train")
    request.inputs = try inputs(noise: noise)
    return request
  }

  @Test func `outputs, saved values and state are written`() throws {
    var request = try request()
    request.saves = ["grad/*", "error"]
    request.outputs = folder.file("outputs.safetensors")
    request.stateOut = folder.file("state.safetensors")
    let result = try ProgramRunner.run(request, of: TinyModel().plan)
    #expect(result.tensors.map(\.name) == ["loss", "grad/generator/weight", "error"])
    let outputs = try SafetensorsFile.read(path: folder.file("outputs.safetensors"))
    let (error, gradient) = (
      try outputs.tensor("error").floats, try outputs.tensor("grad/generator/weight").floats
    )
    // The texts are the first four axes, so that the gradient's first rows are the error's.
    #expect(gradient == error + [Float](repeating: 0, count: 192))
    let first = try Session(plan: TinyModel().plan, seed: 0).states.tensor("generator/weight")
    let after = try SafetensorsFile.read(path: folder.file("state.safetensors"))
    let expected = zip(first.floats, gradient).map { $0 - 0.25 * $1 }
    let found = try after.tensor("generator/weight").floats
    #expect(zip(expected, found).allSatisfy { abs($0 - $1) < 1e-6 })
    #expect(try after.tensor("sgd/steps").floats == [1])
  }

  @Test func `a state can be fed to the next run bit for bit`() throws {
    var first = try request()
    first.stateOut = folder.file("one.safetensors")
    _ = try ProgramRunner.run(first, of: TinyModel().plan)
    var second = try request()
    second.weights = first.stateOut
    second.stateOut = folder.file("two.safetensors")
    let result = try ProgramRunner.run(second, of: TinyModel().plan)
    #expect(result.weights?.isExact == true)
    let state = try SafetensorsFile.read(path: folder.file("two.safetensors"))
    #expect(try state.tensor("sgd/steps").floats == [2])
  }

  @Test func `the interpreter agrees with the plan`() throws {
    var request = try request()
    request.saves = ["error"]
    let plan = try ProgramRunner.run(request, of: TinyModel().plan)
    request.engine = .reference64
    let reference = try ProgramRunner.run(request, of: TinyModel().plan)
    for (left, right) in zip(plan.tensors, reference.tensors) {
      #expect(left.name == right.name)
      #expect(
        zip(left.tensor.floats, right.tensor.floats).allSatisfy { abs($0 - $1) < 1e-5 })
    }
  }

  @Test func `random nodes draw when they are not given, by seed and iteration`() throws {
    var request = try request(noise: false)
    request.saves = ["error"]
    func error(iteration: Int) throws -> HostTensor? {
      request.iteration = iteration
      return try ProgramRunner.run(request, of: TinyModel().plan).tensors.last?.tensor
    }
    #expect(try error(iteration: 0) == error(iteration: 0))
    #expect(try error(iteration: 0) != error(iteration: 1))
  }

  @Test func `missing and unknown inputs are named`() throws {
    let missing = #expect(throws: RuntimeError.self) {
      try ProgramRunner.run(ProgramRequest(program: "train"), of: TinyModel().plan)
    }
    #expect(
      missing?.description
        == "the program 'train' needs the inputs 'text' [4, 8], 'image' [4, 3, 4, 4]; give them by "
        + "--inputs")
    try SafetensorsFile.write(
      [("txt", HostTensor(shape: [1], [Float(1)]))], to: folder.file("wrong.safetensors"))
    var request = ProgramRequest(program: "train")
    request.inputs = folder.file("wrong.safetensors")
    let unknown = #expect(throws: RuntimeError.self) {
      try ProgramRunner.run(request, of: TinyModel().plan)
    }
    #expect(
      unknown?.description.hasSuffix(
        "'txt' is neither an input nor a random node of 'train'; it has the inputs 'text', 'image', "
          + "'rate' and the random nodes 'noise'") == true)
  }

  @Test func `a schedule in epochs needs to know how long they are`() throws {
    let model = TinyModel(
      rate: Schedule(start: 0.2, rule: .step(factor: 0.5, every: .init(1, .epochs), from: nil)))
    var request = try request()
    request.iteration = 4
    let error = #expect(throws: RuntimeError.self) {
      try ProgramRunner.run(request, of: model.plan)
    }
    #expect(error?.description.contains("by --epoch-length") == true)
    request.epochLength = 2
    request.saves = ["rate"]
    let result = try ProgramRunner.run(request, of: model.plan)
    #expect(result.tensors.last?.tensor.floats == [0.05])
  }
}
