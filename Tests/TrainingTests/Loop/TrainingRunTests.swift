import Foundation
import Plan
import Runtime
import Testing
import Training

@Suite struct TrainingRunTests {
  let folder: TemporaryFolder
  let data: String

  init() throws {
    folder = try TemporaryFolder()
    data = try TinyModel.dataSet(in: folder)
  }

  private func options(_ name: String, steps: Int) -> TrainingOptions {
    var options = TrainingOptions(dataPath: data, folder: folder.file(name), length: .steps(steps))
    options.checkpointEvery = 4
    options.sampleEvery = 5
    options.logEvery = 1
    options.seed = 3
    return options
  }

  @discardableResult
  private func train(
    _ options: TrainingOptions, model: TinyModel = TinyModel(),
    stop: @escaping () -> Int32? = { nil }
  ) throws -> TrainingOutcome {
    try TrainingRun(
      plan: model.plan, options: options, reporter: ProgressReporter(style: .silent),
      stopSignal: stop
    ).run()
  }

  private func bytes(_ name: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: folder.file(name)))
  }

  /// The log without the one member that depends on the clock.
  private func log(_ run: String) throws -> [String] {
    String(decoding: try bytes("\(run)/log.jsonl"), as: UTF8.self).split(separator: "\n")
      .map { $0.components(separatedBy: ",\"images_per_second\"")[0] }
  }

  @Test func `a run learns and leaves all its files`() throws {
    let outcome = try train(options("run", steps: 40))
    #expect(outcome == .finished(iteration: 40))
    #expect(outcome.exitCode == 0)
    let files = try FileManager.default.subpathsOfDirectory(atPath: folder.file("run")).sorted()
    var expected = ["checkpoint.safetensors", "checkpoints", "log.jsonl", "plan.json", "samples"]
    #if PICTURES
      expected.append("samples.png")
      expected += (1...8).map { "samples/\(String(format: "%06d", $0 * 5)).png" }
    #endif
    #expect(files == expected)
    let lines = try log("run")
    #expect(lines.count == 40)
    #expect(lines[0].hasPrefix(#"{"iteration":1,"epoch":0,"values":{"loss":"#))
    #expect(lines[39].hasPrefix(#"{"iteration":40,"epoch":19,"values":{"loss":"#))
    #expect(lines[39].hasSuffix(#""schedules":{"rate":0.25}"#))
    let loss = try lines.map {
      try #require(Double($0.split(whereSeparator: { ":},".contains($0) })[6]))
    }
    #expect(loss[39] < loss[0] / 100)
    let checkpoint = try Checkpoint.open(path: folder.file("run/checkpoint.safetensors"))
    #expect(checkpoint.run.iteration == 40)
    #expect(checkpoint.run.epochLength == 2)
  }

  @Test func `a resumed run equals an unbroken one bit for bit`() throws {
    try train(options("whole", steps: 12))
    try train(options("parts", steps: 5))
    var rest = options("parts", steps: 12)
    rest.resumes = true
    rest.seed = nil
    try train(rest)
    #expect(try bytes("whole/checkpoint.safetensors") == bytes("parts/checkpoint.safetensors"))
    #expect(try log("whole") == log("parts"))
    #if PICTURES
      #expect(try bytes("whole/samples.png") == bytes("parts/samples.png"))
    #endif
  }

  @Test func `a run that was killed goes on from its last checkpoint`() throws {
    var whole = options("whole", steps: 12)
    whole.keepEvery = 4
    try train(whole)
    // As if killed after step 10: the log is ahead of the checkpoint and its last line is cut.
    try FileManager.default.copyItem(atPath: folder.file("whole"), toPath: folder.file("killed"))
    try FileManager.default.removeItem(atPath: folder.file("killed/checkpoint.safetensors"))
    try FileManager.default.moveItem(
      atPath: folder.file("killed/checkpoints/000008.safetensors"),
      toPath: folder.file("killed/checkpoint.safetensors"))
    let lines = String(decoding: try bytes("whole/log.jsonl"), as: UTF8.self)
    try folder.write(String(lines.prefix(lines.count * 10 / 12)), to: "killed/log.jsonl")
    var rest = options("killed", steps: 12)
    rest.resumes = true
    try train(rest)
    #expect(try bytes("whole/checkpoint.safetensors") == bytes("killed/checkpoint.safetensors"))
    #expect(try log("whole") == log("killed"))
  }

  @Test func `a signal ends the run after the step and saves`() throws {
    var asked = 0
    let outcome = try train(options("run", steps: 12)) {
      asked += 1
      return asked == 6 ? SIGINT : nil
    }
    #expect(outcome == .interrupted(signal: SIGINT, iteration: 6))
    #expect(outcome.exitCode == 130)
    var rest = options("run", steps: 12)
    rest.resumes = true
    try train(rest)
    try train(options("whole", steps: 12))
    #expect(try bytes("whole/checkpoint.safetensors") == bytes("run/checkpoint.safetensors"))
  }

  @Test func `a folder with a run is not written over`() throws {
    try train(options("run", steps: 1))
    let error = #expect(throws: RuntimeError.self) { try train(options("run", steps: 2)) }
    #expect(error?.description.contains("already holds a run; go on with it by --resume") == true)
  }

  @Test func `resuming with other data, another seed or another batch is refused`() throws {
    try train(options("run", steps: 2))
    var seed = options("run", steps: 4)
    seed.resumes = true
    seed.seed = 4
    let wrongSeed = #expect(throws: RuntimeError.self) { try train(seed) }
    #expect(wrongSeed?.description.contains("the run began with the seed 3, not 4") == true)
    var other = seed
    other.seed = nil
    let otherPath = folder.file("other.safetensors")
    try otherDataSet(at: otherPath)
    other.dataPath = otherPath
    let wrongData = #expect(throws: RuntimeError.self) { try train(other) }
    #expect(wrongData?.description.contains("the run began with another data set") == true)
  }

  private func otherDataSet(at path: String) throws {
    let axes = (0..<8).flatMap { row in (0..<8).map { Float($0 == row ? 1 : 0) } }
    let outline = DataSetOutline(
      imageSize: (4, 4), captions: (0..<8).map { ["picture \($0)"] },
      embeddings: HostTensor(shape: [8, 1, 8], axes), embedding: "axes")
    try DataSet.write(outline, to: path) { index throws(RuntimeError) in
      Picture(width: 4, height: 4, colour: (UInt8(index), 0, 0))
    }
  }

  @Test func `a changed plan with the same states may go on`() throws {
    try train(options("run", steps: 2))
    var rest = options("run", steps: 4)
    rest.resumes = true
    var said: [String] = []
    let model = TinyModel(rate: Schedule(start: 0.1), hash: "another hash")
    let run = try TrainingRun(
      plan: model.plan, options: rest,
      reporter: ProgressReporter(style: .lines) { said.append($0) }, stopSignal: { nil })
    #expect(try run.run() == .finished(iteration: 4))
    #expect(said.first == "the plan has changed since step 2; its states are the same, going on\n")
  }

  @Test func `numbers that explode stop the run and name step, operator and tensor`() throws {
    let model = TinyModel(rate: Schedule(start: 1e30))
    let error = #expect(throws: RuntimeError.self) {
      try train(options("run", steps: 12), model: model)
    }
    #expect(error?.kind == .notFinite)
    let text = error?.description ?? ""
    #expect(text.hasPrefix("step 3: "), "\(text)")
    #expect(text.contains("'error' (tile) wrote tensor"), "\(text)")
    #expect(text.contains("the last good checkpoint is '"), "\(text)")
    let checkpoint = try Checkpoint.open(path: folder.file("run/checkpoint.safetensors"))
    #expect(checkpoint.run.iteration == 0)
  }

  @Test func `the learning rate halves at epochs, also after resuming`() throws {
    let halving = Schedule(
      start: 2e-4, rule: .step(factor: 0.5, every: .init(50, .epochs), from: nil))
    let inputs = [
      Program.Input(name: "lr", tensor: TensorID(0), source: .schedule(halving)),
      Program.Input(name: "x", tensor: TensorID(1), source: .caller),
    ]
    let scheduled = ScheduledInputs(inputs, epochLength: 10)
    func rate(epoch: Int, step: Int) -> Double? {
      scheduled.values(iteration: epoch * 10 + step).first?.value
    }
    #expect(scheduled.values(iteration: 0).map(\.name) == ["lr"])
    #expect(rate(epoch: 0, step: 0) == 2e-4)
    #expect(rate(epoch: 49, step: 9) == 2e-4)
    #expect(rate(epoch: 50, step: 0) == 1e-4)
    #expect(rate(epoch: 99, step: 9) == 1e-4)
    #expect(rate(epoch: 100, step: 0) == 5e-5)
    #expect(rate(epoch: 120, step: 3) == 5e-5)
    // In a run: epochs of two steps, halved every epoch, stopped in the middle and resumed.
    let model = TinyModel(
      rate: Schedule(start: 0.2, rule: .step(factor: 0.5, every: .init(1, .epochs), from: nil)))
    try train(options("run", steps: 3), model: model)
    var rest = options("run", steps: 6)
    rest.resumes = true
    try train(rest, model: model)
    let rates = try log("run").map { String($0.split(separator: ":").last ?? "") }
    #expect(rates == ["0.2}", "0.2}", "0.1}", "0.1}", "0.05}", "0.05}"])
  }

  @Test func `weights of another run can be loaded by network`() throws {
    try train(options("first", steps: 8))
    var second = options("second", steps: 8)
    second.loads = [
      NetworkLoad(network: "generator", path: folder.file("first/checkpoint.safetensors"))
    ]
    second.length = .steps(0)
    try train(second)
    let first = try SafetensorsFile.read(path: folder.file("first/checkpoint.safetensors"))
    let loaded = try SafetensorsFile.read(path: folder.file("second/checkpoint.safetensors"))
    let weight = try first.tensor("generator/weight")
    #expect(try loaded.tensor("generator/weight") == weight)
    #expect(try loaded.tensor("average/weight") == weight)
    #expect(try loaded.tensor("sgd/steps").floats == [0])
    second.folder = folder.file("third")
    second.loads = [try NetworkLoad(parsing: "critic=x")]
    let error = #expect(throws: RuntimeError.self) { try train(second) }
    #expect(
      error?.description
        == "the plan has no network 'critic' to load; it has 'average', 'generator'")
  }

  @Test func `a second run in the same folder at the same time is refused`() throws {
    let log = try TrainingLog(path: folder.file("log.jsonl"), keepingUpTo: 0)
    let error = #expect(throws: RuntimeError.self) {
      try TrainingLog(path: folder.file("log.jsonl"), keepingUpTo: 0)
    }
    #expect(error?.description.hasPrefix("another run is writing to") == true)
    try log.flush()
  }

  @Test func `a plan can say how long to train`() {
    var plan = TinyModel().plan
    #expect(TrainingOptions.Length(of: plan) == nil)
    plan.parameters["epochs"] = "2.5"
    #expect(TrainingOptions.Length(of: plan) == .epochs(2.5))
    plan.parameters["steps"] = "4000"
    #expect(TrainingOptions.Length(of: plan) == .steps(4000))
    #expect(TrainingOptions.Length.epochs(2.5).steps(epochLength: 3) == 8)
  }
}
