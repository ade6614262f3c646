#if ONEDNN
  import CKernels
  import COneDNN
  import Plan

  extension OneDNNKernel {
    /// One pass of a convolution; nil where oneDNN does not multiply such numbers.
    ///
    /// Throws when oneDNN cannot create the primitive.
    convenience init?(
      _ call: ConvolutionCall, _ pass: ConvolutionPass, on machine: Machine,
      operand: (TensorID) -> Operand
    ) throws(RuntimeError) {
      let tensors = [call.source, call.weight, call.target].map { operand($0).tensor }
      guard Self.multiplies(tensors, on: machine) else { return nil }
      let appliesEpilogue = pass == .forward
      let bias = appliesEpilogue ? call.bias.map(operand) : nil
      var convolution = Self.described(call, pass, operand: operand)
      if appliesEpilogue {
        convolution.has_bias = bias == nil ? 0 : 1
        (convolution.activation, convolution.slope) = call.activation.postOp
      }
      pf_use_threads(Int32(machine.threads))
      guard let operation = pfd_create_convolution(&convolution) else {
        throw .primitiveRefused(
          "the convolution of \(operand(call.source).tensor.shape) with \(operand(call.weight).tensor.shape)"
        )
      }
      let operands = Operands(
        source: operand(call.source).pointer, weight: operand(call.weight).pointer,
        bias: bias?.pointer, target: operand(call.target).pointer)
      self.init(operation, operands, on: machine, appliesEpilogue: appliesEpilogue)
    }

    private static func described(
      _ call: ConvolutionCall, _ pass: ConvolutionPass, operand: (TensorID) -> Operand
    ) -> pfd_convolution {
      let roles = call.roles(in: pass)
      let (x, w) = (operand(roles.x).tensor, operand(roles.w).tensor)
      let y = operand(roles.y).tensor
      var convolution = pfd_convolution()
      convolution.pass = pass.oneDNN
      convolution.batch = Int64(x.shape[0])
      convolution.in_channels = Int64(x.shape[1])
      convolution.out_channels = Int64(y.shape[1])
      convolution.groups = Int64(call.groups)
      assign(&convolution.in_size, Array(x.shape[2...]))
      assign(&convolution.out_size, Array(y.shape[2...]))
      assign(&convolution.kernel, Array(w.shape[2...]))
      assign(&convolution.stride, call.stride)
      assign(&convolution.dilation, call.dilation)
      assign(&convolution.padding_before, Array(call.padding[..<2]))
      assign(&convolution.padding_after, Array(call.padding[2...]))
      (convolution.x_element, convolution.y_element) = (x.element.oneDNN, y.element.oneDNN)
      assign(&convolution.x_strides, x.strides)
      assign(&convolution.w_strides, w.strides)
      assign(&convolution.y_strides, y.strides)
      return convolution
    }
  }

  extension ConvolutionPass {
    fileprivate var oneDNN: pfd_pass {
      switch self {
      case .forward: pfd_forward
      case .inputGradient: pfd_input_gradient
      case .weightGradient: pfd_weight_gradient
      }
    }
  }
#endif
