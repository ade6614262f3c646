import Plan
import Runtime

/// How fast this machine multiplies matrices in fp32: the rate that everything else is held against.
enum MatrixRate {
  /// GFLOP/s of a 1536×1536×1536 product, the best of several.
  static func measure() throws -> Double {
    let side = 1536
    let bytes = side * side * ElementType.float32.size
    let buffers = (0..<3).map { _ in
      UnsafeMutableRawBufferPointer.allocate(byteCount: bytes, alignment: 64)
    }
    defer { buffers.forEach { $0.deallocate() } }
    for buffer in buffers { buffer.bindMemory(to: Float.self).initialize(repeating: 0.5) }
    let tensor = PlanTensor(
      element: .float32, shape: [side, side], strides: [side, 1], storage: .own)
    let call = MatmulCall(left: TensorID(0), right: TensorID(1), target: TensorID(2))
    let kernel = try NativeKernels.bind(.matmul(call)) { id in
      Operand(tensor: tensor, pointer: buffers[id.index].baseAddress!)
    }
    guard let kernel else { return 0 }
    let scratch = UnsafeMutableRawPointer.allocate(
      byteCount: max(kernel.scratchBytes, 64), alignment: 64)
    defer { scratch.deallocate() }
    kernel.attach(scratch: scratch)
    let clock = ContinuousClock()
    let times = (0..<8).map { step in
      clock.measure { kernel.run(RunContext(seed: 0, step: UInt64(step))) }
    }
    let best = (times.min() ?? .seconds(1)) / .seconds(1)
    return 2 * Double(side * side) * Double(side) / best / 1e9
  }
}
