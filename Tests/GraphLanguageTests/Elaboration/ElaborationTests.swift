import GraphIR
import Plan
import Testing

/// What a file means: weights, names, state threaded through a training step.
@Suite struct ElaborationTests {
  private static let training = """
    planform: 1
    name: test
    params: {rate: 0.1}
    networks:
      n: {inputs: {x: [any, 3]}, nodes: [{linear: {as: fc, from: x, features: 2}}]}
      m: {inputs: {x: [any, 2]}, nodes: [{batch_norm: {as: bn, from: x}}]}
    optimizers:
      o: {adam: {lr: {start: rate, halve_every: 2 epochs}}, update: [n]}
    train:
      inputs: {x: [4, 3]}
      steps:
        - first:
            - n: {as: a, from: x}
            - m: {as: b, from: a}
            - loss: {as: l1, value: mean(b ** 2)}
            - minimize: {loss: l1, with: o}
        - second:
            - n: {as: c, from: x}
            - loss: {as: l2, value: mean(abs(c))}
            - minimize: {loss: l2, with: o}
            - average: {network: n, into: slow, decay: 0.9}
      report: [l1, l2]
    sample:
      inputs: {x: [4, 3]}
      nodes:
        - slow: {as: a, from: x, mode: eval}
        - m: {as: b, from: a, mode: eval}
      outputs: {y: b}
    """

  @Test func `calls of a network share its weights, and an average copies their first values`()
    throws
  {
    let model = try elaborate(Self.training)
    let names = model.states.map(\.name)
    #expect(names.filter { $0.hasPrefix("n/") } == ["n/fc.weight", "n/fc.bias"])
    let average = try #require(model.states.first { $0.name == "slow/fc.weight" })
    #expect(average.initializer == .copy(of: "n/fc.weight"))
    #expect(average.role == .average)
    #expect(names.contains("optimizers/o/n/fc.weight/m"))
    #expect(model.networks.map(\.parameterCount) == [8, 4])
  }

  @Test func `the second step reads the weights that the first has yielded`() throws {
    let train = try #require(try elaborate(Self.training).programs.first { $0.name == "train" })
    let updates = train.stateUpdates.filter { $0.name == "n/fc.weight" }.map(\.value)
    #expect(updates.count == 2)
    let calls = train.nodes.filter { $0.op.name == "linear" }
    #expect(calls.count == 2)
    #expect(calls[1].inputs[1] == updates[0])
  }

  @Test func `gradients are named by their step, and simply where that is unambiguous`() throws {
    let train = try #require(try elaborate(Self.training).programs.first { $0.name == "train" })
    let names = train.names.map(\.name)
    #expect(names.contains("first/grad/n/fc.weight"))
    #expect(names.contains("second/grad/n/fc.weight"))
    #expect(names.filter { $0 == "grad/n/fc.weight" }.count == 1)
  }

  @Test func `a step's second update of a weight has a gradient of another name`() throws {
    let again = """
      - minimize: {loss: l2, with: o}
              - n: {as: d, from: x}
              - loss: {as: l3, value: mean(abs(d))}
              - minimize: {loss: l3, with: o}
      """
    let text = Self.training.replacing("- minimize: {loss: l2, with: o}", with: again)
    let train = try #require(try elaborate(text).programs.first { $0.name == "train" })
    let names = train.names.map(\.name).filter { $0.hasSuffix("/n/fc.weight") }
    #expect(
      names == [
        "first/grad/n/fc.weight", "grad/n/fc.weight", "second/grad/n/fc.weight",
        "second/grad_2/n/fc.weight",
      ])
  }

  @Test func `a learning rate is an input that follows its schedule`() throws {
    let train = try #require(try elaborate(Self.training, ["rate=0.5"]).programs.first)
    let kinds = train.inputs.filter { $0.name == "optimizers/o/lr" }.map(\.kind)
    let schedule = Schedule(
      start: 0.5, rule: .step(factor: 0.5, every: .init(2, .epochs), from: nil))
    #expect(kinds == [.schedule(schedule)])
  }

  @Test func `a program has the schedules that it reads and no others`() throws {
    let text = Self.training.replacing(
      "networks:",
      with: "schedules: {weight: {start: 1, linear_to: 0, over: 9 iterations}}\nnetworks:"
    ).replacing("mean(abs(c))", with: "weight * mean(abs(c))")
    let programs = try elaborate(text).programs
    let inputs = programs.map { $0.inputs.map(\.name).filter { $0 == "weight" } }
    #expect(inputs == [["weight"], []])
  }

  @Test func `evaluation reads running statistics and writes none`() throws {
    let sample = try #require(try elaborate(Self.training).programs.first { $0.name == "sample" })
    #expect(sample.stateUpdates.isEmpty)
    #expect(sample.inputs.contains { $0.name == "m/bn.running_mean" })
  }

  @Test func `repeat with a name gives instances, and branches run side by side`() throws {
    let model = try elaborate(
      modelWithNodes(
        """
        - repeat: {as: down, from: x, times: 3, index: i, nodes: [{linear: {as: fc, features: 2 ** (i + 1)}}]}
        - branches: {as: heads, from: "down[2].fc", nodes: [[{tanh: {}}], [{relu: {}}]]}
        - concat: {from: ["heads[*]", "down[0].fc"], axis: 1}
        """))
    let shapes = model.states.map(\.shape)
    #expect(model.states.map(\.name).first == "n/down.0.fc.weight")
    #expect(shapes == [[2, 3], [2], [4, 2], [4], [8, 4], [8]])
    #expect(model.networks[0].outputs[0].type.shape == [4, 18])
  }

  @Test func `when drops a node`() throws {
    let nodes = """
      - linear: {as: a, from: x, features: 4}
      - relu: {when: width > 8}
      - tanh: {when: width <= 8}
      """
    let operators = try elaborate(modelWithNodes(nodes)).networks[0].layers.map(\.op)
    #expect(operators == ["linear", "tanh"])
  }
}
