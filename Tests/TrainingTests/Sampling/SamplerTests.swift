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

  /// The numbers drawn for a request, one list a cell.
  private func numbers(_ sampler: Sampler, _ change: (inout SheetRequest) -> Void) throws
    -> [[Float]]
  {
    var request = SheetRequest()
    change(&request)
    let sheet = try SheetPlanner(request, for: sampler, of: plan, data: nil).sheet()
    return try sampler.draw(sheet.cells).map { $0.outputs[0].floats }
  }

  @Test func `a list comes in its order, each picture with noise of its own`() throws {
    let sampler = try Sampler(plan: plan, weights: train(steps: 0))
    var request = SheetRequest()
    request.given = ["one", "two", "three"].map { .text($0) }
    request.count = 3
    request.seed = 5
    let sheet = try SheetPlanner(request, for: sampler, of: plan, data: nil).sheet()
    #expect(sheet.isList)
    #expect(sheet.rows.map(\.caption) == ["one", "two", "three"])
    #expect(sheet.cells.map(\.noise.number) == Array(0..<9))
    let drawn = try DrawnSheet(sheet, by: sampler, of: plan)
    #expect(drawn.pictures.allSatisfy { $0.width == 4 && $0.height == 4 })
    #expect(drawn.pictures == (try DrawnSheet(sheet, by: sampler, of: plan)).pictures)
    #expect(Set(drawn.cells).count == 9)
  }

  /// A run of the program as it is draws rows 0 to 3 of step 0; the list must have the same noise, in any batch.
  @Test func `the noise of a list is that of a plain run`() throws {
    let weights = try train(steps: 0)
    let sampler = try Sampler(plan: plan, weights: weights)
    let drawn = try numbers(sampler) {
      $0.given = [.text("a")]
      $0.count = 6
      $0.seed = 11
    }
    let session = try Session(plan: plan, seed: 0)
    try StateFile.readWeights(weights, for: "sample", into: session)
    let program = try session.bind("sample")
    let text = TextEmbedding(dimension: TinyModel.dimension).embed("a")
    try program.set(
      "text",
      HostTensor(
        shape: [TinyModel.batch, TinyModel.dimension], (0..<TinyModel.batch).flatMap { _ in text }))
    var expected: [[Float]] = []
    for step in 0..<2 {
      try program.run(RunContext(seed: 11, step: UInt64(step)))
      let floats = try program.tensor("image").floats
      expected += stride(from: 0, to: floats.count, by: 48).map { Array(floats[$0..<$0 + 48]) }
    }
    #expect(drawn == Array(expected.prefix(6)))
  }

  @Test func `weights that the program does not read are neither loaded nor drawn`() throws {
    let session = try Session(plan: plan, seed: 0)
    try StateFile.readWeights(train(steps: 0), for: "sample", into: session)
    _ = try session.bind("sample")
    let read = try #require(plan.program(named: "sample")).stateIndices.map { plan.states[$0] }
    #expect(read.count < plan.states.count)
    #expect(
      session.states.suppliedByteCount == read.reduce(0) { $0 + $1.shape.reduce(4, *) })
  }

  @Test func `a cell does not depend on the sheet around it`() throws {
    let sampler = try Sampler(plan: plan, weights: train(steps: 0))
    let sheet = try numbers(sampler) {
      $0.rows = [.named("text", "one"), .named("text", "two")]
      $0.columns = [.named("seed", "0:4:5")]
    }
    let alone = try numbers(sampler) {
      $0.given = [.text("two")]
      $0.seed = 3
    }
    #expect(sheet.count == 10)
    #expect(sheet[8] == alone[0])
    #expect(Set(sheet).count == 10)
  }

  @Test func `a blend of seeds ends in the noise of either`() throws {
    let sampler = try Sampler(plan: plan, weights: train(steps: 0))
    let blend = try numbers(sampler) {
      $0.given = [.text("one")]
      $0.columns = [.named("seed", "3~9:6")]
    }
    let ends = try numbers(sampler) {
      $0.given = [.text("one")]
      $0.columns = [.named("seed", "3,9")]
    }
    #expect(blend[0] == ends[0])
    #expect(blend[5] == ends[1])
    #expect(Set(blend).count == 6)
  }

  @Test func `what nobody gives comes from the data set, spread over it`() throws {
    let dataSet = try DataSet.open(path: TinyModel.dataSet(in: folder, named: "d"))
    let sampler = try Sampler(plan: plan, weights: train(steps: 0))
    var request = SheetRequest()
    request.spread = 4
    let sheet = try SheetPlanner(request, for: sampler, of: plan, data: dataSet).sheet()
    #expect(sheet.rows.map(\.dataIndex) == [0, 2, 4, 6])
    #expect(sheet.rows[1].caption == "a blue square")
    #expect(
      sheet.cells[1].values["text"]?.tensor.floats == dataSet.embedding(at: 2, caption: 0))
  }

  @Test func `a data set's positions are named, and must be there`() throws {
    let dataSet = try DataSet.open(path: TinyModel.dataSet(in: folder, named: "d"))
    let sampler = try Sampler(plan: plan, weights: train(steps: 0))
    func sheet(_ value: String) throws -> Sheet {
      var request = SheetRequest()
      request.rows = [.named("text", value)]
      return try SheetPlanner(request, for: sampler, of: plan, data: dataSet).sheet()
    }
    #expect(try sheet("data:1,5-7").rows.map(\.dataIndex) == [1, 5, 6, 7])
    let error = #expect(throws: RuntimeError.self) { try sheet("data:6-8") }
    #expect(error?.description.hasSuffix("'data:0,5,9', from 0 to 7") == true)
  }

  @Test func `wrong requests are refused with what would be right`() throws {
    let sampler = try Sampler(plan: plan, weights: train(steps: 0))
    func message(_ change: (inout SheetRequest) -> Void) -> String {
      (#expect(throws: RuntimeError.self) { try numbers(sampler, change) })?.description ?? ""
    }
    #expect(
      message { $0.given = [.named("txt", "one")] }
        == "the program 'sample' has no input 'txt' (did you mean 'text'?); it has 'text' [4, 8] (text)"
    )
    #expect(
      message { _ in }.hasPrefix("the program 'sample' needs 'text' [4, 8] (text); give each"))
    #expect(message { $0.given = [.label("1")] } == "the program 'sample' takes no classes")
    #expect(
      message { $0.given = [.named("text", "data")] }
        == "'text=data' takes pictures of a data set; give one by --data")
    #expect(
      message {
        $0.given = [.text("one")]
        $0.rows = [.named("text", "two")]
      }.hasPrefix("'text' is given twice"))
    #expect(
      message {
        $0.given = [.text("one"), .text("two")]
        $0.rows = [.named("seed", "1")]
      }.hasPrefix("expected one value for each input of the whole sheet, found 2"))
    #expect(
      message {
        $0.given = [.text("one")]
        $0.count = 5000
      } == "expected at most 4096 pictures, found 1 x 1 x 5000")
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
