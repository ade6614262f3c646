import GraphIR
import GraphLanguage
import Operators
import Plan
import Testing

/// `when` on the sections of a file, and texts in conditions.
@Suite struct ConditionTests {
  private static let text = """
    planform: 1
    name: test
    params: {head: {default: one, one_of: [one, two]}, noisy: false}
    networks:
      n: {inputs: {x: [any, 3]}, nodes: [{linear: {from: x, features: 2}}]}
      extra: {when: "head == 'two'", inputs: {x: [any, 2]}, nodes: [{linear: {from: x, features: 2}}]}
    optimizers:
      o: {adam: {lr: 1e-3}, update: [n, extra]}
      q: {adam: {lr: 1e-3}, update: n}
      p: {adam: {lr: 1e-3}, update: [extra], when: head != 'one'}
    data:
      noise: {from: embeddings, when: noisy}
      x: {from: embeddings}
    train:
      inputs:
        x: [4, 3]
        noise: {shape: [4, 2], when: noisy}
      steps:
        - only:
            - n: {as: a, from: x}
            - extra: {as: b, from: a, when: head == 'two'}
            - loss: {as: l, value: "mean(a ** 2 if head == 'one' else b ** 2)"}
            - loss: {as: m, value: mean(noise ** 2), when: noisy}
            - minimize: {loss: l, with: [q, p], when: head == 'two'}
            - minimize: {loss: l, with: o, when: head == 'one'}
        - loud:
            when: noisy
            nodes: [{loss: {as: loudness, value: sum(noise ** 2)}}]
      report: [l, {value: m, when: noisy}, {value: loudness, when: noisy}]
      outputs: {a: a, b: {value: b, when: head == 'two'}}
    """

  @Test func `what is not wanted does not exist`() throws {
    let model = try elaborate(Self.text)
    #expect(model.networks.map(\.name) == ["n"])
    #expect(model.data.map(\.input) == ["x"])
    #expect(model.report == ["l"])
    let train = model.programs[0]
    #expect(train.outputs.map(\.name) == ["a", "l"])
    #expect(train.inputs.map(\.name).contains("noise") == false)
    #expect(!model.states.contains { $0.name.hasPrefix("optimizers/p") })
  }

  @Test func `what is wanted exists`() throws {
    let model = try elaborate(Self.text, ["head=two", "noisy=true"])
    #expect(model.networks.map(\.name) == ["n", "extra"])
    #expect(model.data.map(\.input) == ["noise", "x"])
    #expect(model.report == ["l", "m", "loudness"])
    #expect(model.programs[0].outputs.map(\.name) == ["a", "b", "l", "m", "loudness"])
  }

  @Test func `one loss updates the weights of several optimizers, each with its own count`() throws
  {
    let model = try elaborate(Self.text, ["head=two"])
    let steps = model.states.map(\.name).filter { $0.hasSuffix("/step") }
    #expect(steps == ["optimizers/q/step", "optimizers/p/step"])
    let requests = model.programs[0].nodes.filter { $0.op is GradientRequest }
    #expect(requests.map(\.outputs.count) == [4])
  }

  @Test func `conditions are checked`() throws {
    func error(when condition: String) throws -> String? {
      try diagnostics(
        """
        planform: 1
        name: test
        params: {head: one}
        networks:
          n: {inputs: {x: [4, 3]}, nodes: [relu], when: \(condition)}
        """
      ).first
    }
    #expect(
      try error(when: "head")
        == "model.yaml:5:49: error: expected true or false (a comparison, for instance), "
        + "found the text 'one'")
    #expect(
      try error(when: "\"head != 'one\"")
        == "model.yaml:5:58: error: a text in an expression lacks its closing quote")
  }
}
