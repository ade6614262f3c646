import GraphIR
import Operators
import Plan
import Testing

/// Single updates worked out by hand.
@Suite struct OptimizerTests {
  /// The new parameter and slots after one update.
  private func updated(
    _ name: String, _ attributes: KeyValuePairs<String, AttributeValue>, parameter: Double,
    gradient: Double, lr: Double, step: Double = 1, slots: Double...
  ) throws -> [Double] {
    var evaluation = Evaluation()
    let op = try OperatorCatalog.standard.make(name, attributes.map { Attribute($0, $1) })
    var inputs = [parameter, gradient].map { evaluation.input([1], [$0]) }
    inputs += [lr, step].map { evaluation.input([], [$0]) }
    inputs += slots.map { evaluation.input([1], [$0]) }
    let results = try evaluation.apply(op, inputs)
    return try evaluation.elements(of: results).map { $0[0] }
  }

  @Test func `Adam adds epsilon where it is told`() throws {
    let standard = try updated(
      "adam", ["eps": 1e-3], parameter: 1, gradient: 0.5, lr: 0.1, slots: 0, 0)
    #expect(isClose(standard, [1 - 0.1 * 0.5 / 0.501, 0.05, 0.00025]))
    let hat = try updated(
      "adam", ["eps": 1e-3, "epsilon": "hat"], parameter: 1, gradient: 0.5, lr: 0.1, slots: 0, 0)
    let rate = 0.1 * 0.001.squareRoot() / 0.1
    let change = rate * 0.05 / (0.00025.squareRoot() + 1e-3)
    #expect(isClose(hat, [1 - change, 0.05, 0.00025], within: 1e-9))
  }

  @Test func `Adam corrects by the number of the update`() throws {
    let found = try updated(
      "adam", ["betas": [0.5, 0.75], "eps": 0], parameter: 0, gradient: 1, lr: 1, step: 3,
      slots: 2, 5)
    // m = 1.5, v = 4; m̂ = 1.5 / (1 - 1/8), v̂ = 4 / (1 - 27/64)
    let expected = -(1.5 / 0.875) / (4 / (1 - 0.421875)).squareRoot()
    #expect(isClose(found, [expected, 1.5, 4]))
  }

  @Test func `the correction keeps its digits in float32`() throws {
    var evaluation = Evaluation(Float.self)
    let op = try OperatorCatalog.standard.make("adam", [Attribute("eps", 0.0)])
    let inputs = [Float(1), 0.5].map { evaluation.input([1], [$0]) }
    let scalars = [Float(1e-3), 1].map { evaluation.input([], [$0]) }
    let slots = [Float(0), 0].map { evaluation.input([1], [$0]) }
    let result = try evaluation.apply(op, inputs + scalars + slots)
    // The first step has exactly the size of the learning rate.
    #expect(abs(try evaluation.elements(of: result[0])[0] - 0.999) <= 1.2e-7)
  }

  @Test func `Adam without a first beta steps by the gradient itself`() throws {
    let found = try updated(
      "adam", ["betas": [0, 0.99], "eps": 0], parameter: 1, gradient: -0.2, lr: 0.1, slots: 0)
    #expect(isClose(found, [1.1, 0.01 * 0.04]))
  }

  @Test func `weight decay is coupled in adam and decoupled in adamw`() throws {
    let coupled = try updated(
      "adam", ["weight_decay": 0.1, "eps": 0], parameter: 2, gradient: 0, lr: 0.5, slots: 0, 0)
    #expect(isClose(Array(coupled.prefix(1)), [1.5]))
    let decoupled = try updated(
      "adamw", ["weight_decay": 0.1], parameter: 2, gradient: 0, lr: 0.5, slots: 0, 0)
    #expect(isClose(Array(decoupled.prefix(1)), [1.9]))
  }

  @Test func `gradient descent with and without momentum`() throws {
    #expect(isClose(try updated("sgd", [:], parameter: 1, gradient: 2, lr: 0.1), [0.8]))
    let heavy = try updated(
      "sgd", ["momentum": 0.9], parameter: 1, gradient: 2, lr: 0.1, slots: 1)
    #expect(isClose(heavy, [0.71, 2.9]))
    let nesterov = try updated(
      "sgd", ["momentum": 0.9, "nesterov": true], parameter: 1, gradient: 2, lr: 0.1, slots: 1)
    #expect(isClose(nesterov, [0.539, 2.9]))
    let decayed = try updated("sgd", ["weight_decay": 0.5], parameter: 1, gradient: 2, lr: 0.1)
    #expect(isClose(decayed, [0.75]))
  }

  @Test func `RMSprop divides by the root of the mean square`() throws {
    let found = try updated("rmsprop", ["eps": 0], parameter: 1, gradient: 2, lr: 0.1, slots: 0)
    #expect(isClose(found, [0, 0.04]))
    let heavy = try updated(
      "rmsprop", ["eps": 0, "momentum": 0.5], parameter: 1, gradient: 2, lr: 0.1, slots: 0, 4)
    #expect(isClose(heavy, [-0.2, 0.04, 12]))
  }
}
