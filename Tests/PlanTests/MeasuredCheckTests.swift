import Foundation
import Plan
import PlanFixtures
import Testing

/// What the checker demands of a call that measures what it computes.
@Suite struct MeasuredCheckTests {
  /// The reason for which a plan is refused after a change to its call.
  private func refusal(_ change: (inout MeasuredCall, inout Program) -> Void) -> String {
    var plan = TinyPlan.measuring
    guard case .measured(var call) = plan.programs[0].calls[0].kernel else { return "no such call" }
    change(&call, &plan.programs[0])
    plan.programs[0].calls[0].kernel = .measured(call)
    do {
      try PlanChecker.check(plan)
      return "accepted"
    } catch {
      return error.description
    }
  }

  @Test func `an image and its moments in one call are accepted`() throws {
    try PlanChecker.check(TinyPlan.measuring)
    #expect(refusal { _, _ in } == "accepted")
  }

  @Test func `the plan file holds both calls`() throws {
    let bytes = try PlanFile.encode(TinyPlan.measuring)
    let read = try PlanFile.decode(bytes)
    #expect(read.programs[0].calls[0].kernel == TinyPlan.measuring.programs[0].calls[0].kernel)
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(text.contains(#""producer":{"activation""#))
    let other = text.replacing(
      #""call":"convolution","dilation":[1,1],"groups":1,"padding":[1,1,1,1],"source":0,"stride":[2,2],"target":4"#,
      with:
        #""call":"convolutionInputGradient","dilation":[1,1],"groups":1,"padding":[1,1,1,1],"source":0,"stride":[2,2],"target":4"#
    )
    #expect(other != text)
    #expect {
      _ = try PlanFile.decode(Array(other.utf8))
    } throws: { error in
      "\(error)".contains(
        "expected a convolution or a pool without indices, found 'convolutionInputGradient'")
    }
  }

  @Test func `moments are those of the image`() {
    let other = refusal { call, _ in call.moments.source = TensorID(0) }
    #expect(
      other.contains(
        "expected moments of tensor 4 'conv', which the call computes, found moments of tensor 0"))
    let none = refusal { call, _ in call.moments.source = TensorID(1_000_000) }
    #expect(none.contains("found moments of tensor 1000000"))
    let axes = refusal { call, _ in call.moments.axes = [2, 3] }
    #expect(axes.contains("expected moments over the axes [0, 2, 3], found [2, 3]"))
  }

  @Test func `moments have a place and a shape of their own`() {
    let missing = refusal { call, _ in call.moments.variance = TensorID(99) }
    #expect(missing.contains("expected a tensor index below 17, found 99"))
    let shape = refusal { _, program in program.tensors[15].shape = [4, 1, 1, 1] }
    #expect(shape.contains("expected a mean of shape [1, 4, 1, 1], found [4, 1, 1, 1]"))
    let whole = refusal { _, program in program.tensors[16].element = .int64 }
    #expect(whole.contains("expected a variance of f32"))
    let same = refusal { call, _ in call.moments.variance = call.moments.mean }
    #expect(same.contains("expected targets that do not overlap"))
    let within = refusal { _, program in program.tensors[15].storage = .arena(offset: 64) }
    #expect(within.contains("expected targets that do not overlap"))
  }

  @Test func `the producer is checked as ever`() {
    let reason = refusal { call, _ in
      var convolution = TinyPlan.convolution
      convolution.stride = [1, 1]
      call.producer = .convolution(convolution)
    }
    #expect(reason.contains("expected a convolved image of shape"))
  }
}
