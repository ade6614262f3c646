import Foundation
import Runtime
import Testing
import Training

/// Three updates of one weight by a YAML graph, against Adam's formulas in double precision.
@Suite struct AdamTraceTests {
  /// An update rule with the attributes that YAML gives it.
  struct Rule: Sendable, CustomTestStringConvertible {
    var beta1 = 0.9
    var beta2 = 0.999
    var epsilon = 1e-8
    var form = "standard"
    var decay = 0.0

    var yaml: String {
      "lr: \(AdamTraceTests.rate), betas: [\(beta1), \(beta2)], eps: \(epsilon), epsilon: \(form), "
        + "weight_decay: \(decay)"
    }
    var testDescription: String { yaml }

    /// The weight after each of three updates for the loss ½ (3 w - 2)², whose slope is 3 (3 w - 2).
    func trace(from start: Double) -> [Double] {
      var (weight, mean, square) = (start, 0.0, 0.0)
      return (1...3).map { step in
        let gradient = 3 * (3 * weight - 2) + decay * weight
        mean = beta1 * mean + (1 - beta1) * gradient
        square = beta2 * square + (1 - beta2) * gradient * gradient
        let (first, second) = (1 - pow(beta1, Double(step)), 1 - pow(beta2, Double(step)))
        weight -=
          form == "standard"
          ? rate * (mean / first) / ((square / second).squareRoot() + epsilon)
          : rate * second.squareRoot() / first * mean / (square.squareRoot() + epsilon)
        return weight
      }
    }
  }

  static let rate = 0.05

  @Test(arguments: [
    Rule(), Rule(epsilon: 0.1), Rule(epsilon: 0.1, form: "hat"), Rule(decay: 0.5),
    Rule(beta1: 0, beta2: 0.99, decay: 1e-4), Rule(beta1: 0.5, form: "hat"),
  ])
  func `three updates follow the closed form`(rule: Rule) throws {
    let folder = try ScratchFolder()
    try folder.write(
      """
      planform: 1
      name: trace
      networks:
        n: { inputs: { x: [1, 1] }, nodes: [{ linear: { as: fc, from: x, features: 1, bias: false } }] }
      optimizers:
        o: { adam: { \(rule.yaml) }, update: [n] }
      train:
        inputs: { x: [1, 1] }
        steps:
          - fit:
              - n:        { as: y, from: x }
              - loss:     { as: error, value: 0.5 * sum((y - 2) ** 2) }
              - minimize: { loss: error, with: o }
        report: [error]
      """, to: "model.yaml")
    try SafetensorsFile.write(
      [("n/fc.weight", HostTensor(shape: [1, 1], [Float(0.25)]))],
      to: folder.path("state0.safetensors"))
    try SafetensorsFile.write(
      [("x", HostTensor(shape: [1, 1], [Float(3)]))], to: folder.path("x.safetensors"))
    let compile = try Invocation("compile", "model.yaml", "-o", "m.plan", "--quiet", in: folder)
    try #require(compile.code == 0, "\(compile.errors)")
    for (step, expected) in rule.trace(from: 0.25).enumerated() {
      let run = try Invocation(
        "run", "m.plan", "train", "--weights", "state\(step).safetensors", "--inputs",
        "x.safetensors", "--outputs", "out.safetensors", "--state-out",
        "state\(step + 1).safetensors", in: folder)
      try #require(run.code == 0, "\(run.errors)")
      let state = try SafetensorsFile.read(path: folder.path("state\(step + 1).safetensors"))
      #expect(abs(Double(try state.tensor("n/fc.weight").floats[0]) - expected) < 1e-6)
    }
  }
}
