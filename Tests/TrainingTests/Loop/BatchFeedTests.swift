import Plan
import Runtime
import Testing
import Training

/// Runs with and without a data set.
@Suite struct BatchFeedTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func refusal(of plan: Plan, data: String?, steps: Int = 1) -> RuntimeError? {
    #expect(throws: RuntimeError.self) {
      _ = try TrainingRun(
        plan: plan,
        options: TrainingOptions(
          dataPath: data, folder: folder.file("run"), length: .steps(steps)),
        reporter: ProgressReporter(style: .silent))
    }
  }

  @Test func `a plan that takes pictures is not trained without any`() {
    let error = refusal(of: TinyModel().plan, data: nil)
    #expect(error?.kind == .missing)
    #expect(
      error?.description
        == "the program 'train' takes 'image', 'text' from a data set, and none is given")
  }

  @Test func `an input that nothing fills is named`() throws {
    var plan = TinyModel().plan
    plan.data = []
    let error = refusal(of: plan, data: try TinyModel.dataSet(in: folder))
    #expect(error?.description.contains("nothing fills the train program's input 'text'") == true)
  }

  @Test func `a schedule knows whether it counts epochs`() {
    let epochs = Schedule.Span(2, .epochs)
    let iterations = Schedule.Span(2, .iterations)
    #expect(!Schedule(start: 1).countsEpochs)
    #expect(!Schedule(start: 1, rule: .linear(to: 0, over: iterations)).countsEpochs)
    #expect(Schedule(start: 1, rule: .linear(to: 0, over: epochs)).countsEpochs)
    #expect(
      Schedule(start: 1, rule: .step(factor: 0.5, every: iterations, from: epochs)).countsEpochs)
    #expect(Schedule(start: 1, warmup: epochs).countsEpochs)
  }
}
