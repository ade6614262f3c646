import GraphIR
import GraphLanguage
import Plan
import Testing

@Suite struct DocumentTests {
  private let scope = Scope([
    "batch": .number(.integer(64)), "half": .number(.integer(32)), "i": .number(.integer(0)),
    "ngf": .number(.integer(1024)), "steps": .number(.integer(100_000)),
    "jitter": .boolean(true), "gf_dim": .number(.integer(128)),
  ])

  @Test func `sections become declarations`() throws {
    let document = try ExampleModel.parse()
    #expect(document.name == "stackgan-stage1")
    #expect(
      document.params.map(\.name) == ["batch", "text_dim", "gf_dim", "steps", "jitter", "norm"])
    #expect(
      document.params.map(\.value) == [
        .number(.integer(64)), .number(.integer(1024)), .number(.integer(128)),
        .number(.integer(100_000)), .boolean(true), .text("batch"),
      ])
    #expect(document.bindings.map(\.name) == ["half"])
    #expect(document.blocks.map(\.name) == ["upBlock", "CA"])
    #expect(document.networks.map(\.name) == ["generator", "critic"])
    #expect(document.programs.map(\.name) == ["sample"])
    #expect(document.sources.map(\.path) == ["m.yaml", "blocks.yaml"])
    #expect(document.sources[0].bytes == Array(ExampleModel.main.utf8))
  }

  @Test func `blocks have parameters, inputs and outputs`() throws {
    let blocks = try ExampleModel.parse().blocks
    #expect(blocks[0].params.map(\.name) == ["channels", "scale"])
    #expect(blocks[0].params.map { $0.fallback?.text } == [nil, "2"])
    #expect(blocks[0].inputs.map(\.text) == ["input"])
    #expect(blocks[0].nodes.map(\.kind) == ["upsample", "conv2d", "batch_norm", "relu"])
    #expect(blocks[0].nodes[0].attribute("mode")?.value.text == "nearest")
    #expect(blocks[0].nodes[3].location.description == "blocks.yaml:8:9")
    #expect(blocks[0].outputs.isEmpty)
    #expect(blocks[1].params.map { $0.fallback == nil } == [true])
    #expect(blocks[1].outputs.map(\.name) == ["c", "mu", "logvar"])
    #expect(blocks[1].outputs.map(\.reference.text) == ["c", "halves.a", "halves.b"])
  }

  @Test func `networks have shapes and initialisers`() throws {
    let network = try ExampleModel.parse().networks[0]
    #expect(network.inputs.map(\.name) == ["text", "noise", "label"])
    #expect(network.inputs.map(\.element) == [.float32, .float32, .int64])
    guard case .any = network.inputs[1].axes[0], case .extent(let size) = network.inputs[1].axes[1]
    else {
      Issue.record("\(network.inputs)")
      return
    }
    #expect(try size.evaluate(in: scope) == .integer(100))
    #expect(network.initializers.map(\.kind.text) == ["conv2d"])
    #expect(network.initializers[0].parameters.map(\.key) == ["weight"])
    #expect(network.nodes[2].initializers.map(\.key) == ["weight"])
    #expect(network.nodes[2].attributes.map(\.key) == ["features", "bias"])
    #expect(network.outputs.map(\.reference.text) == ["image", "ca.mu"])
  }

  @Test func `structural nodes have bodies`() throws {
    let nodes = try ExampleModel.parse().networks[0].nodes
    guard case .repetition(let times, let index, let body) = nodes[3].form,
      case .branches(let chains) = nodes[4].form,
      case .copies(let count, let copy, let copied) = nodes[5].form
    else {
      Issue.record("\(nodes)")
      return
    }
    #expect(try times.evaluate(in: scope) == .integer(4))
    #expect(index?.text == "i" && body.map(\.kind) == ["upBlock"])
    let channels = try #require(body[0].attribute("channels")?.value)
    #expect(try Expression.parse(channels).evaluate(in: scope) == .integer(512))
    #expect(chains.map { $0.map(\.kind) } == [["relu", "tanh"], []])
    #expect(try count.evaluate(in: scope) == .integer(3))
    #expect(copy?.text == "k" && copied.map(\.kind) == ["conv2d"])
    #expect(try nodes[6].when?.condition(in: scope) == true)
  }

  @Test func `inputs come from nowhere, one, many, or by port`() throws {
    let document = try ExampleModel.parse()
    let nodes = document.networks[0].nodes
    guard case .one(let text) = nodes[0].inputs, case .list(let list) = nodes[1].inputs,
      case .previous = nodes[2].inputs,
      case .ports(let ports) = document.networks[1].nodes[0].inputs
    else {
      Issue.record("\(nodes)")
      return
    }
    #expect(text.name == "text" && list.map(\.text) == ["noise", "ca.c"])
    #expect(ports.map(\.port.text) == ["first", "second"])
    #expect(ports.map(\.reference.name) == ["h", "condition"])
  }

  @Test func `programs have steps that train`() throws {
    let document = try ExampleModel.parse()
    let train = try #require(document.train)
    #expect(train.steps.map(\.name?.text) == ["fake", "discriminator"])
    #expect(train.report.map(\.name) == ["d_loss"])
    let nodes = train.steps[1].nodes
    guard case .gradient(_, let targets) = nodes[1].form, case .loss = nodes[2].form,
      case .minimize(let loss, let optimizers) = nodes[3].form,
      case .average(let network, let average, let decay) = nodes[4].form
    else {
      Issue.record("\(nodes)")
      return
    }
    #expect(targets.map(\.name) == ["image"])
    #expect(loss.name == "d_loss" && optimizers.map(\.text) == ["d"])
    #expect(network.text == "generator" && average.text == "generator_ema")
    #expect(try decay.evaluate(in: scope) == .real(0.999))
    #expect(document.programs[0].steps.map { $0.name == nil } == [true])
    #expect(document.programs[0].outputs.map(\.reference.text) == ["g.image"])
    #expect(document.programs[0].steps[0].nodes[0].attribute("mode")?.value.text == "eval")
  }

  @Test func `schedules and data are typed for the plan`() throws {
    let document = try ExampleModel.parse()
    let evaluate = { (expression: Expression) throws(Diagnostic) -> Number in
      try expression.evaluate(in: scope)
    }
    #expect(document.optimizers.map(\.kind.text) == ["adam", "adam"])
    #expect(document.optimizers.map { $0.attributes.map(\.key) } == [["betas"], ["betas"]])
    #expect(document.optimizers[1].update.map(\.text) == ["gen*"])
    #expect(
      try document.optimizers[0].rate.schedule(evaluating: evaluate)
        == Schedule(
          start: 2e-4,
          rule: .step(factor: 0.5, every: .init(100, .epochs), from: .init(600, .epochs))
        ))
    #expect(try document.optimizers[1].rate.schedule(evaluating: evaluate) == Schedule(start: 4e-4))
    #expect(
      try document.schedules[0].schedule.schedule(evaluating: evaluate)
        == Schedule(
          start: 1, rule: .linear(to: 0, over: .init(100_000, .iterations)),
          warmup: .init(1, .epochs)
        ))
    #expect(
      try document.dataSources(evaluating: evaluate) == [
        DataSource(
          input: "image",
          content: .images(ImageTransform(resize: 76, randomCrop: 64, horizontalFlip: true))),
        DataSource(input: "text", content: .embeddings(captions: 4)),
        DataSource(input: "label", content: .labels()),
      ])
  }

  @Test(arguments: [
    ("image: {from: images, resize: 0}", "'resize' is a whole number from 1 to 65536, found 0"),
    ("image: {from: images, resize: 2.5}", "'resize' is a whole number from 1 to 65536, found 2.5"),
    (
      "image: {from: images, resize: 8, random_crop: 9}",
      "'random_crop' cuts 9 pixels out of pictures that 'resize' makes 8 wide"
    ),
    ("image: {from: images, range: [1, -1]}", "'range' begins below its end, found [1, -1]"),
  ])
  func `data that cannot be is refused`(text: String, message: String) throws {
    let document = try ExampleModel.parse(main: "planform: 1\nname: m\ndata:\n  \(text)\n")
    let error = #expect(throws: Diagnostic.self) {
      try document.dataSources { (expression) throws(Diagnostic) in
        try expression.evaluate(in: Scope())
      }
    }
    #expect(error?.message.text == message)
    #expect(error?.location?.line == 4)
  }

  @Test func `schedules that cannot be are refused`() throws {
    let document = try ExampleModel.parse(
      main: "planform: 1\nname: m\nschedules: {a: {start: 1, halve_every: 1 - 1 epochs}}\n")
    let error = #expect(throws: Diagnostic.self) {
      try document.schedules[0].schedule.schedule { (expression) throws(Diagnostic) in
        try expression.evaluate(in: Scope())
      }
    }
    #expect(
      error?.description
        == "m.yaml:3:42: error: a span of a schedule must be longer than 0 epochs")
  }
}
