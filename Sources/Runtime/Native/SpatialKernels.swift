import CKernels
import Plan

/// What a pooling kernel does with its window.
enum PoolPass {
  case pool, averageGradient, maxScatter, maxGather
}

extension NativeKernels {
  /// Binds a pool or one of its adjoints; nil unless channels lie side by side, and for maxima in bfloat16.
  ///
  /// - Parameter moments: where the moments of a pool's result go, which must be float32 then.
  static func poolKernel(
    _ call: PoolCall, _ pass: PoolPass, moments: pf_moments_target? = nil, on machine: Machine,
    operand: (TensorID) -> Operand
  ) -> (any BoundKernel)? {
    let readsLarge = pass == .pool || pass == .maxGather
    let large = operand(readsLarge ? call.source : call.target)
    let small = operand(readsLarge ? call.target : call.source)
    let indices = call.indices.map(operand)
    guard let largePlane = plane(large), let smallPlane = plane(small),
      large.tensor.element == small.tensor.element, let loops = machine.instructions.loops,
      large.tensor.element == .float32 || call.kind != .max
    else { return nil }
    var arguments = pf_pool()
    if let moments {
      guard small.tensor.element == .float32 else { return nil }
      arguments.moments = moments
    }
    arguments.loops = loops
    arguments.element = large.tensor.element.kernelElement
    if let indices {
      guard let indexPlane = plane(indices) else { return nil }
      arguments.indices = indices.pointer.assumingMemoryBound(to: Int64.self)
      arguments.index_plane = indexPlane
    } else if pass == .maxScatter || pass == .maxGather {
      return nil
    }
    arguments.threads = Int32(machine.threads)
    arguments.kind =
      switch call.kind {
      case .max: pf_pool_max
      case .average: pf_pool_average
      case .sum: pf_pool_sum
      }
    arguments.batch = Int64(large.tensor.shape[0])
    arguments.channels = Int64(large.tensor.shape[1])
    arguments.height = Int64(large.tensor.shape[2])
    arguments.width = Int64(large.tensor.shape[3])
    arguments.out_height = Int64(small.tensor.shape[2])
    arguments.out_width = Int64(small.tensor.shape[3])
    assign(&arguments.kernel, call.kernel)
    assign(&arguments.stride, call.stride)
    arguments.top = Int64(call.padding[0])
    arguments.left = Int64(call.padding[1])
    arguments.large = large.pointer
    arguments.small = small.pointer
    arguments.large_plane = largePlane
    arguments.small_plane = smallPlane
    let body: (UnsafePointer<pf_pool>?) -> Void =
      switch pass {
      case .pool: pf_pool_run
      case .averageGradient: pf_pool_gradient_run
      case .maxScatter: pf_pool_scatter_run
      case .maxGather: pf_pool_gather_run
      }
    return CallKernel(
      arguments, implementation: moments == nil ? "pool" : "pool+moments",
      scratchBytes: { Int(pf_pool_scratch_bytes($0)) },
      setScratch: { $0.scratch = $1.assumingMemoryBound(to: CChar.self) }, body: body)
  }

  /// Binds bilinear resizing or its adjoint; nil unless channels lie side by side as float32.
  static func bilinearKernel(
    _ call: BilinearCall, gradient: Bool, on machine: Machine, operand: (TensorID) -> Operand
  ) -> (any BoundKernel)? {
    let (source, target) = (operand(call.source), operand(call.target))
    guard let sourcePlane = plane(source), let targetPlane = plane(target),
      source.tensor.element == .float32, target.tensor.element == .float32
    else { return nil }
    let (before, after) = gradient ? (target, source) : (source, target)
    var arguments = pf_bilinear()
    arguments.threads = Int32(machine.threads)
    arguments.mode =
      switch call.mode {
      case .halfPixel: pf_bilinear_half_pixel
      case .alignCorners: pf_bilinear_align_corners
      case .legacy: pf_bilinear_legacy
      }
    arguments.batch = Int64(source.tensor.shape[0])
    arguments.channels = Int64(source.tensor.shape[1])
    arguments.height = Int64(before.tensor.shape[2])
    arguments.width = Int64(before.tensor.shape[3])
    arguments.out_height = Int64(after.tensor.shape[2])
    arguments.out_width = Int64(after.tensor.shape[3])
    arguments.source = UnsafePointer(source.pointer.assumingMemoryBound(to: Float.self))
    arguments.target = target.pointer.assumingMemoryBound(to: Float.self)
    arguments.source_plane = sourcePlane
    arguments.target_plane = targetPlane
    return CallKernel(
      arguments, implementation: "bilinear",
      body: { gradient ? pf_bilinear_gradient_run($0) : pf_bilinear_run($0) })
  }
}

/// The strides of an N, C, H, W tensor whose channels lie side by side; nil for any other.
private func plane(_ operand: Operand) -> pf_plane? {
  let tensor = operand.tensor
  guard tensor.shape.count == 4, tensor.strides[1] == 1 || tensor.shape[1] == 1 else { return nil }
  return pf_plane(
    batch: Int64(tensor.strides[0]), row: Int64(tensor.strides[2]),
    column: Int64(tensor.strides[3]))
}
