import CKernels
import Plan

/// A convolution between a picture of a few channels and an image of many.
///
/// | pass | picture | image |
/// |---|---|---|
/// | forward | y | x |
/// | input gradient | x | y |
/// | weight gradient | the one with few channels | the other |
final class FewChannelsKernel: ConvolutionKernel {
  let implementation: String
  let scratchBytes: Int
  let appliesEpilogue = false
  private var convolution: pf_few_channels

  /// Nil where the plan asks for another algorithm, for layouts and machines for which there is none, and where the
  /// picture is given rather than computed.
  init?(
    _ call: ConvolutionCall, _ pass: ConvolutionPass, on machine: Machine,
    operand: (TensorID) -> Operand
  ) {
    let roles = call.roles(in: pass)
    let (x, w, y) = (operand(roles.x), operand(roles.w), operand(roles.y))
    guard call.algorithm == .fewChannels,
      let side = ConvolutionAlgorithm.Side.ofPicture(
        weight: w.tensor.shape, stride: call.stride, in: pass),
      [x, y].allSatisfy({ $0.tensor.element != .int64 }), w.tensor.element == .float32
    else { return nil }
    let (image, picture) = side == .y ? (x, y) : (y, x)
    guard image.tensor.strides[1] == 1,
      pf_few_channels_is_available(machine.instructions.vectors.isa) != 0
    else { return nil }
    convolution = pf_few_channels(call, picture: picture, side, image: image, w: w)
    convolution.isa = machine.instructions.vectors.isa
    convolution.threads = Int32(machine.threads)
    convolution.is_weight_gradient = pass == .weightGradient ? 1 : 0
    implementation = "\(call.algorithm.rawValue):\(machine.instructions.vectors)"
    scratchBytes = pf_few_channels_scratch_bytes(&convolution)
  }

  func attach(scratch: UnsafeMutableRawPointer) {
    convolution.scratch = scratch.assumingMemoryBound(to: CChar.self)
  }

  func run(_ context: RunContext) { pf_few_channels_run(&convolution) }
}

extension pf_few_channels {
  /// Everything that does not depend on the machine.
  ///
  /// Where y is the picture, a pixel of x reaches it by the window turned round.
  fileprivate init(
    _ call: ConvolutionCall, picture: Operand, _ side: ConvolutionAlgorithm.Side, image: Operand,
    w: Operand
  ) {
    self.init()
    self.image = pf_few_channels_image(image)
    self.picture = pf_few_channels_image(picture)
    let size = Array(w.tensor.shape[2...]), strides = w.tensor.strides
    let before = Array(call.padding[..<2])
    assign(&kernel, size)
    assign(&stride, call.stride)
    self.w = w.pointer.assumingMemoryBound(to: Float.self)
    switch side {
    case .y:
      assign(&padding, zip(size, before).map { $0 - 1 - $1 })
      assign(&w_strides, [strides[1], -strides[2], -strides[3], strides[0]])
      self.w += (size[0] - 1) * strides[2] + (size[1] - 1) * strides[3]
    case .x:
      assign(&padding, before)
      assign(&w_strides, [strides[0], strides[2], strides[3], strides[1]])
    }
  }
}

extension pf_few_channels_image {
  fileprivate init(_ operand: Operand) {
    self.init()
    let tensor = operand.tensor
    pixels = operand.pointer
    element = tensor.element.kernelElement
    batch = Int64(tensor.shape[0])
    channels = Int64(tensor.shape[1])
    assign(&size, Array(tensor.shape[2...]))
    assign(&strides, [0, 2, 3, 1].map { tensor.strides[$0] })
  }
}
