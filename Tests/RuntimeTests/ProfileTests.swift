import Plan
import PlanFixtures
import Runtime
import Testing

@Suite struct ProfileTests {
  @Test func `costs follow from shapes`() {
    let program = TinyPlan.program
    let costs = program.calls.map { CallCost($0.kernel, program.tensors) }
    // 128 results of 27 products and sums; 384 + 108 + 128 float32.
    #expect(costs[0] == CallCost(flops: 2 * 128 * 27, bytes: 4 * (384 + 108 + 128)))
    #expect(costs[4].flops == costs[0].flops)
    // A product and a sum at 128 points.
    #expect(costs[2] == CallCost(flops: 256, bytes: 4 * 129))
  }

  @Test func `a weight's update is a gradient and a tile`() throws {
    let plan = TinyPlan.updating
    let profile = try profile(of: plan)
    let parts = profile.calls.filter { $0.kernel == "weightUpdate" }
    #expect(parts.map(\.isProduct) == [true, false])
    #expect(parts.allSatisfy { $0.milliseconds > 0 })
    let program = plan.programs[0]
    let whole = CallCost(program.calls[4].kernel, program.tensors)
    #expect(parts.reduce(0) { $0 + $1.cost.flops } == whole.flops)
    // The gradient of 4 by 3 channels by 3×3 places is read from an image and a gradient, and never written.
    #expect(parts[0].cost == CallCost(flops: 2 * 128 * 27, bytes: 4 * (384 + 128)))
  }

  @Test func `transformed tiles take fewer products than the definition names`() throws {
    let program = TinyPlan.program
    guard case .convolution(var call) = program.calls[0].kernel else {
      Issue.record("the first call is no convolution")
      return
    }
    call.algorithm = .winograd2x2
    let cost = CallCost(.convolution(call), program.tensors)
    // Stride 2: 8 tiles of 2×2 results in two images of 4×4, each of 5×5 products between 3 and 4 channels.
    #expect(cost.flops == 2 * 8 * 25 * 3 * 4)
    #expect(cost.directFlops == 2 * 128 * 27)
  }

  @Test func `a profile names every call and becomes a trace`() throws {
    let profile = try profile(of: TinyPlan.plan)
    #expect(profile.calls.map(\.label) == TinyPlan.calls.map(\.label))
    #expect(profile.calls[0].kernel == "convolution")
    #expect(profile.milliseconds > 0)
    let products = profile.calls.filter {
      $0.kernel.hasPrefix("convolution") || $0.kernel == "matmul"
    }
    #expect(products.map(\.isProduct) == products.map { _ in true } && !products.isEmpty)
    let (milliseconds, flops) = products.reduce((0.0, 0)) {
      ($0.0 + $1.milliseconds, $0.1 + $1.cost.flops)
    }
    #expect(profile.products.milliseconds == milliseconds && milliseconds < profile.milliseconds)
    #expect(profile.products.gigaflopsPerSecond == Double(flops) / milliseconds / 1e6)
    let trace = try profile.chromeTrace()
    #expect(trace.hasPrefix("{\"traceEvents\":[{\"args\":{\"GB/s\":"))
    #expect(trace.contains("\"name\":\"net.conv\"") && trace.contains("\"ph\":\"X\""))
  }

  private func profile(of plan: Plan) throws -> ProgramProfile {
    let session = try Session(plan: plan, seed: 0)
    let program = try session.bind("train")
    try program.set(
      "image", HostTensor(shape: TinyPlan.image, Array(repeating: Float(1), count: 384)))
    try program.set("labels", HostTensor(shape: [2], [Int64(0), 1]))
    try program.setScalar("lr", 0.1)
    return try program.profile(RunContext(seed: 0, step: 0), iterations: 2)
  }
}
