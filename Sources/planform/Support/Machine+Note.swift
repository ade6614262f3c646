import Plan
import Runtime

extension Machine {
  /// What the user should know who runs a plan of bf16 where its products have no instructions; nil where they have.
  static func note(on plan: Plan) -> String? {
    guard plan.usesBfloat16 else { return nil }
    #if ONEDNN
      // An instruction set that is none is an error of its own, when the plan is bound.
      guard let machine = try? current(), !machine.multipliesBfloat16 else { return nil }
      let lacking =
        "this processor, as PLANFORM_ISA leaves it, cannot multiply bf16 (AVX512_BF16 or AMX)"
    #else
      let lacking = "this build has no oneDNN, which multiplies bf16 numbers"
    #endif
    return """
      '\(plan.model)' is compiled for bf16, but \(lacking): it runs on, with products in float32 of converted copies, \
      slower than in float32; '--precision float32' compiles it for this machine
      """
  }
}
