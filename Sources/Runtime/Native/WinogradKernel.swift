import CKernels
import Plan

/// A convolution by transformed tiles and weights.
final class WinogradKernel: BoundKernel {
  let implementation: String
  let scratchBytes: Int
  private var convolution: pf_winograd
  /// Bias and activation where the kernel has no place for them.
  private let epilogue: TileKernel?

  /// Nil where the plan asks for none, and for shapes, layouts and machines for which there is none.
  init?(
    _ call: ConvolutionCall, _ pass: pf_winograd_pass, on machine: Machine,
    operand: (TensorID) -> Operand
  ) {
    let (source, weight) = (operand(call.source), operand(call.weight))
    let target = operand(call.target)
    // The three operands of the convolution that this is a pass of.
    let (x, w, y) =
      pass == pf_winograd_forward
      ? (source, weight, target)
      : pass == pf_winograd_input_gradient ? (target, weight, source) : (source, target, weight)
    guard let form = call.form(weight: w.tensor.shape),
      let instructions = machine.instructions.winograd,
      [x, y, w].allSatisfy({ $0.hasVectorsOfChannels && $0.tensor.element == .float32 }),
      let shared = pf_winograd(
        call, form: form, pass: pass, x: x, w: w, y: y, bias: call.bias.map(operand))
    else { return nil }
    convolution = shared
    convolution.isa = instructions
    convolution.threads = Int32(machine.threads)
    let isWhole = pass == pf_winograd_forward && call.slope != nil
    let isBare = call.bias == nil && call.activation == .identity
    epilogue =
      isWhole || isBare
      ? nil : TileKernel(call.epilogue(operand: operand), on: machine, operand: operand)
    let name = "\(call.algorithm.rawValue):\(machine.instructions.rawValue)"
    implementation = epilogue.map { name + "+" + $0.implementation } ?? name
    scratchBytes = max(pf_winograd_scratch_bytes(&convolution), epilogue?.scratchBytes ?? 0)
  }

  func attach(scratch: UnsafeMutableRawPointer) {
    convolution.scratch = scratch.assumingMemoryBound(to: CChar.self)
    epilogue?.attach(scratch: scratch)
  }

  func run(_ context: RunContext) {
    pf_winograd_run(&convolution)
    epilogue?.run(context)
  }
}

extension pf_winograd {
  /// Everything that does not depend on the machine.
  fileprivate init?(
    _ call: ConvolutionCall, form: pf_winograd_form, pass: pf_winograd_pass, x: Operand,
    w: Operand, y: Operand, bias: Operand?
  ) {
    self.init()
    self.form = form
    self.pass = pass
    (self.x, self.w, self.y) = (x.floats, w.floats, y.floats)
    slope = 1
    if pass == pf_winograd_forward, let slope = call.slope {
      self.slope = slope
      self.bias = bias.map { UnsafePointer($0.floats) }
    }
    batch = Int64(x.tensor.shape[0])
    in_channels = Int64(x.tensor.shape[1])
    out_channels = Int64(y.tensor.shape[1])
    assign(&in_size, Array(x.tensor.shape[2...]))
    assign(&out_size, Array(y.tensor.shape[2...]))
    assign(&padding, Array(call.padding[..<2]))
    for (strides, operand) in [(\pf_winograd.x_strides, x), (\.w_strides, w), (\.y_strides, y)] {
      assign(&self[keyPath: strides], [0, 2, 3].map { operand.tensor.strides[$0] })
    }
  }
}

extension Operand {
  fileprivate var floats: UnsafeMutablePointer<Float> {
    pointer.assumingMemoryBound(to: Float.self)
  }

  /// Whether whole vectors of the second axis lie side by side.
  fileprivate var hasVectorsOfChannels: Bool {
    tensor.strides[1] == 1 && tensor.shape[1].isMultiple(of: 16)
  }
}

extension Machine.InstructionSet {
  /// The kernel's name for it, if the kernel is compiled for it.
  fileprivate var winograd: pf_isa? {
    let isa: pf_isa =
      switch self {
      case .portable: pf_isa_portable
      case .avx2: pf_isa_avx2
      case .avx512: pf_isa_avx512
      }
    return pf_winograd_is_available(isa) == 0 ? nil : isa
  }
}

extension ConvolutionCall {
  fileprivate func form(weight: [Int]) -> pf_winograd_form? {
    guard let tiling = tiling(weight: weight) else { return nil }
    return switch (weight[2], stride[0]) {
    case (5, 2): pf_winograd_5x5_stride_2
    case (4, 2): pf_winograd_4x4_stride_2
    case (3, 2): pf_winograd_3x3_stride_2
    default: tiling.results == 2 ? pf_winograd_3x3_tile_2 : pf_winograd_3x3_tile_4
    }
  }

  /// What the kernel multiplies negative results by; nil for other activations.
  fileprivate var slope: Float? {
    switch activation {
    case .identity: 1
    case .relu: 0
    case .leakyRelu(let slope): Float(slope)
    case .tanh, .sigmoid: nil
    }
  }
}
