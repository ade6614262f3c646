import CKernels
import Plan

/// A convolution by transformed tiles and weights.
final class WinogradKernel: ConvolutionKernel {
  let implementation: String
  let scratchBytes: Int
  let appliesEpilogue: Bool
  private var convolution: pf_winograd

  /// Nil where the plan asks for none, and for shapes, layouts and machines for which there is none.
  ///
  /// - Parameter moments: where the moments of y go, of which only forward convolutions know.
  init?(
    _ call: ConvolutionCall, _ pass: ConvolutionPass, moments: pf_moments_target? = nil,
    on machine: Machine, operand: (TensorID) -> Operand
  ) {
    let roles = call.roles(in: pass)
    let (x, w, y) = (operand(roles.x), operand(roles.w), operand(roles.y))
    guard let form = call.form(weight: w.tensor.shape),
      [x, y, w].allSatisfy(\.hasVectorsOfChannels), w.tensor.element == .float32,
      let xImage = pf_winograd_image(x), let yImage = pf_winograd_image(y)
    else { return nil }
    convolution = pf_winograd(
      call, form: form, pass: pass, x: xImage, w: w, y: yImage, bias: call.bias.map(operand))
    let isNarrow = call.algorithm.roundsTiles(of: [x.tensor, y.tensor], on: machine)
    let instructions = isNarrow ? machine.instructions : machine.instructions.vectors
    convolution.isa = instructions.isa
    convolution.threads = Int32(machine.threads)
    if isNarrow { convolution.factor = pf_bfloat16 }
    guard pf_winograd_is_available(convolution.isa, convolution.factor) != 0 else { return nil }
    appliesEpilogue = pass == .forward && call.slope != nil
    if let moments {
      // Of what an activation makes of y elsewhere the kernel knows nothing.
      guard appliesEpilogue else { return nil }
      convolution.moments = moments
    }
    let factor = isNarrow ? "_bf16" : "", measured = moments == nil ? "" : "+moments"
    implementation = "\(call.algorithm.rawValue):\(instructions)\(factor)\(measured)"
    scratchBytes = pf_winograd_scratch_bytes(&convolution)
  }

  func attach(scratch: UnsafeMutableRawPointer) {
    convolution.scratch = scratch.assumingMemoryBound(to: CChar.self)
  }

  func run(_ context: RunContext) { pf_winograd_run(&convolution) }
}

extension ConvolutionAlgorithm {
  /// Whether a machine multiplies transformed tiles of these images, or gradients, rounded to bfloat16.
  func roundsTiles(of images: [PlanTensor], on machine: Machine) -> Bool {
    roundsTiles && machine.multipliesBfloat16 && images.contains { $0.element == .bfloat16 }
  }
}

extension pf_winograd {
  /// Everything that does not depend on the machine.
  fileprivate init(
    _ call: ConvolutionCall, form: pf_winograd_form, pass: ConvolutionPass,
    x: pf_winograd_image, w: Operand, y: pf_winograd_image, bias: Operand?
  ) {
    self.init()
    self.form = form
    self.pass = pass.winograd
    factor = pf_float32
    (self.x, self.w, self.y) = (x, w.floats, y)
    slope = 1
    if pass == .forward, let slope = call.slope {
      self.slope = slope
      self.bias = bias.map { UnsafePointer($0.floats) }
    }
    assign(&padding, Array(call.padding[..<2]))
    assign(&w_strides, [0, 2, 3].map { w.tensor.strides[$0] })
  }
}

extension ConvolutionPass {
  fileprivate var winograd: pf_winograd_pass {
    switch self {
    case .forward: pf_winograd_forward
    case .inputGradient: pf_winograd_input_gradient
    case .weightGradient: pf_winograd_weight_gradient
    }
  }
}

extension pf_winograd_image {
  /// Nil for element types that the kernel does not know.
  fileprivate init?(_ operand: Operand) {
    self.init()
    let tensor = operand.tensor
    guard tensor.element != .int64 else { return nil }
    element = tensor.element.kernelElement
    pixels = operand.pointer
    batch = Int64(tensor.shape[0])
    channels = Int64(tensor.shape[1])
    assign(&size, Array(tensor.shape[2...]))
    assign(&strides, [0, 2, 3].map { tensor.strides[$0] })
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

extension ConvolutionCall {
  fileprivate func form(weight: [Int]) -> pf_winograd_form? {
    guard let tiling = tiling(weight: weight) else { return nil }
    return switch (weight[2], stride[0], tiling.results) {
    case (3, 1, 2): pf_winograd_3x3_tile_2
    case (3, 1, 4): pf_winograd_3x3_tile_4
    case (3, 2, 2): pf_winograd_3x3_stride_2_tile_2
    case (3, 2, 4): pf_winograd_3x3_stride_2_tile_4
    case (4, 2, 2): pf_winograd_4x4_stride_2_tile_2
    case (4, 2, 4): pf_winograd_4x4_stride_2_tile_4
    case (5, 2, 2): pf_winograd_5x5_stride_2_tile_2
    case (5, 2, 4): pf_winograd_5x5_stride_2_tile_4
    default: nil
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
