/// Two kernels, the second of which reads what the first has written.
final class KernelPair: BoundKernel {
  let implementation: String
  let scratchBytes: Int
  private let kernels: [any BoundKernel]

  init(_ first: any BoundKernel, _ second: any BoundKernel) {
    kernels = [first, second]
    implementation = kernels.map(\.implementation).joined(separator: "+")
    scratchBytes = max(first.scratchBytes, second.scratchBytes)
  }

  func attach(scratch: UnsafeMutableRawPointer) {
    for kernel in kernels { kernel.attach(scratch: scratch) }
  }

  func run(_ context: RunContext) {
    for kernel in kernels { kernel.run(context) }
  }
}
