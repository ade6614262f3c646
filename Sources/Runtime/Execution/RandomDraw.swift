package import Plan

/// The numbers of one random node, drawn apart from its program.
///
/// They are those that a run of the program would draw with the same seed and step: the same kernel fills memory of
/// its own.
package final class RandomDraw {
  package let name: String
  package let shape: [Int]
  private let kernel: RandomKernel
  private let operand: Operand
  private let memory: GuardedMemory

  /// - Throws: `.unsupported` for a tensor of more axes than the kernel knows.
  package init(
    _ call: RandomCall, of program: Program, on machine: Machine
  ) throws(RuntimeError) {
    let target = program.tensors[call.target.index]
    let tensor = PlanTensor.dense(target.element, target.shape)
    let memory = try GuardedMemory(
      byteCount: tensor.byteCount, for: "the numbers of '\(call.name)'")
    let operand = Operand(tensor: tensor, pointer: memory.start)
    guard let kernel = RandomKernel(call, on: machine, operand: { _ in operand }) else {
      throw RuntimeError(
        .unsupported,
        "'\(call.name)' has shape \(target.shape), which has too many axes to be drawn")
    }
    name = call.name
    shape = target.shape
    self.kernel = kernel
    self.operand = operand
    self.memory = memory
  }

  /// All numbers of one run, row-major.
  package func numbers(_ context: RunContext) -> HostTensor {
    withExtendedLifetime(memory) {
      kernel.run(context)
      return HostTensor(operand.tensor, at: operand.pointer)
    }
  }
}
