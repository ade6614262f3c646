import Plan
import PlanFixtures
import Testing

/// What the checker demands of a gradient that is stored nowhere.
@Suite struct WeightUpdateCheckTests {
  /// The reason for which a plan is refused after a change.
  private func refusal(_ change: (inout Plan) -> Void) -> String {
    var plan = TinyPlan.updating
    change(&plan)
    do {
      try PlanChecker.check(plan)
      return "accepted"
    } catch {
      return error.description
    }
  }

  private func changing(_ change: (inout WeightUpdateCall) -> Void) -> String {
    refusal { plan in
      guard case .weightUpdate(var update) = plan.programs[0].calls[4].kernel else { return }
      change(&update)
      plan.programs[0].calls[4].kernel = .weightUpdate(update)
    }
  }

  @Test func `a gradient and its update in one call are accepted`() throws {
    try PlanChecker.check(TinyPlan.updating)
  }

  @Test func `the plan file holds the call and the gradient's place`() throws {
    let read = try PlanFile.decode(PlanFile.encode(TinyPlan.updating))
    #expect(read.programs[0].calls[4].kernel == TinyPlan.updating.programs[0].calls[4].kernel)
    #expect(read.programs[0].tensors[8].storage == .transient)
  }

  @Test func `a gradient with a place in memory is refused`() {
    let reason = refusal { $0.programs[0].tensors[8].storage = .arena(offset: 1088) }
    #expect(reason.contains("expected a dense gradient that is stored nowhere, found tensor 8"))
  }

  @Test func `nobody else may read the gradient, view it or ask for it`() {
    let read = refusal { plan in
      plan.programs[0].calls.append(TinyPlan.calls[5])
    }
    #expect(read.contains("expected an operand that is stored, found tensor 8"))
    let view = refusal { $0.programs[0].tensors[4].storage = .view(of: TensorID(8), offset: 0) }
    #expect(view.contains("expected a view of a tensor that is not a view itself and is stored"))
    let named = refusal { plan in
      plan.programs[0].outputs.append(.init(name: "gradient", tensor: TensorID(8)))
    }
    #expect(named.contains("expected a tensor that is stored, found tensor 8"))
    let own = refusal { $0.programs[0].reference?.tensors[8].storage = .transient }
    #expect(own.contains("found 'transient', which only optimised programs use"))
  }

  @Test func `neither biases nor reductions have a meaning`() {
    let bias = changing { $0.gradient.bias = TensorID(1) }
    #expect(bias.contains("expected neither bias nor activation in a weight gradient"))
    let reduced = changing {
      $0.tile.reductions = [
        TileReduction(kind: .sum, register: 0, tensor: TensorID(6), strides: [0])
      ]
    }
    #expect(reduced.contains("expected a weight's update without reductions, found 1"))
  }

  @Test func `what the gradient is computed from cannot be overwritten`() {
    let reason = changing { update in
      update.gradient.source = TensorID(3)
      update.gradient.weight = TensorID(3)
    }
    #expect(reason != "accepted")
  }
}
