import Runtime
import Testing
import Training

/// What a step that follows an update sees of it.
@Suite struct UpdatedWeightTests {
  @Test func `a slope does not count how its point changed the weights a step ago`() throws {
    let model = try CompiledGraph(
      text: """
        planform: 1
        name: two-steps
        networks:
          n:
            inputs: {x: [any, 3]}
            nodes: [{linear: {from: x, features: 1, bias: false}}]
        optimizers:
          o: {sgd: {lr: 0.5}, update: [n]}
        train:
          inputs: {x: [2, 3]}
          steps:
            - first:
                - n: {as: before, from: x}
                - loss: {as: l, value: mean(before ** 2)}
                - minimize: {loss: l, with: o}
            - second:
                - n: {as: after, from: x}
                - gradient: {as: slope, of: sum(after), to: x}
          outputs: {slope: slope}
        """)
    let x = HostTensor(shape: [2, 3], [Float(1), -2, 0.5, 3, 1, -1])
    let slope = try model.run("train", [("x", x)]).tensor("slope").floats
    // The critic is linear: its slope is its weight, the updated one, at every point.
    let weight = try model.states().tensor("n/linear.weight").floats
    #expect(Array(slope.prefix(3)) == weight)
    #expect(Array(slope.suffix(3)) == weight)
  }
}
