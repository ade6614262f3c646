import Plan
import Runtime
import Testing
import Training

@Suite struct SamplerTests {
  let folder: TemporaryFolder
  let plan = TinyModel().plan

  init() throws { folder = try TemporaryFolder() }

  private func train(steps: Int) throws -> String {
    var options = TrainingOptions(
      dataPath: try TinyModel.dataSet(in: folder), folder: folder.file("run"),
      length: .steps(steps))
    options.sampleEvery = 0
    let run = try TrainingRun(
      plan: plan, options: options, reporter: ProgressReporter(style: .silent),
      stopSignal: { nil })
    _ = try run.run()
    return folder.file("run/checkpoint.safetensors")
  }

  @Test func `pictures come in the order of the requests, as many as wanted`() throws {
    let sampler = try Sampler(plan: plan, weights: train(steps: 0))
    let requests = ["one", "two", "three"].map { Sampler.Request(text: $0) }
    let samples = try sampler.draw(requests, count: 3, seed: 5)
    #expect(
      samples.map(\.request.text)
        == ["one", "one", "one", "two", "two", "two", "three", "three", "three"])
    #expect(samples.allSatisfy { $0.picture.width == 4 && $0.picture.height == 4 })
    #expect(
      samples.map(\.picture) == (try sampler.draw(requests, count: 3, seed: 5)).map(\.picture))
    #expect(
      samples.map(\.picture) != (try sampler.draw(requests, count: 3, seed: 6)).map(\.picture))
    #expect(samples.grid(columns: 3).width > samples.grid(columns: 1).width)
    #expect(sampler.usesText)
  }

  @Test func `weights that the program needs and lacks are named`() throws {
    try SafetensorsFile.write(
      [("sgd/steps", HostTensor(shape: [], [Float(1)]))], to: folder.file("w"))
    let error = #expect(throws: RuntimeError.self) {
      try Sampler(plan: plan, weights: folder.file("w"))
    }
    #expect(error?.description.hasSuffix("states:\n  missing: 'generator/weight'") == true)
  }

  @Test func `retrieval is perfect for a trained model and near chance for an untrained one`()
    throws
  {
    let dataSet = try DataSet.open(path: TinyModel.dataSet(in: folder, named: "d"))
    let session = try Session(plan: plan, seed: 1)
    let untrained = try Retrieval.measure(
      session: session, dataSet: dataSet, captions: 8, samplesEach: 3, seed: 1)
    let file = try SafetensorsFile.read(path: train(steps: 40))
    _ = try StateFile.read(file, named: "w", into: session.states, of: plan)
    let trained = try Retrieval.measure(
      session: session, dataSet: dataSet, captions: 8, samplesEach: 3, seed: 1)
    #expect(trained.top1 == 1)
    #expect(trained.captions == 8)
    #expect(trained.chance1 == 0.125)
    #expect(abs(trained.chance5 - 0.625) < 1e-9)
    #expect(untrained.top1 < 0.5)
    #expect(trained.description.contains("(8 captions, 3 pictures each): 100.0 % against 12.5 %"))
  }

  @Test func `a program that draws nothing is refused`() throws {
    let session = try Session(plan: plan, seed: 1)
    let error = #expect(throws: RuntimeError.self) {
      try PictureProgram(named: "train", in: session)
    }
    #expect(
      error?.description
        == "the program 'train' has no output of shape [batch, 3, height, width] to draw")
  }
}
