#if ONEDNN
  import CKernels
  import COneDNN
  import Plan

  extension NativeKernels {
    /// Binds one pass of a convolution.
    ///
    /// A weight gradient with a bias or an activation makes no sense and gives nil; an input gradient gets them from a
    /// tile program of its own, since oneDNN's has no place for them.
    static func convolutionKernel(
      _ call: ConvolutionCall, _ pass: ConvolutionPass, on machine: Machine,
      operand: (TensorID) -> Operand
    ) throws(RuntimeError) -> (any BoundKernel)? {
      let bare = call.bias == nil && call.activation == .identity
      guard pass != .weightGradient || bare else { return nil }
      if let columns = try ColumnsKernel(call, pass, on: machine, operand: operand) {
        return columns
      }
      let bias = call.bias.map(operand)
      var convolution = described(call, pass, operand: operand)
      if pass == .forward {
        convolution.has_bias = bias == nil ? 0 : 1
        (convolution.activation, convolution.slope) = call.activation.postOp
      }
      guard let operation = pfd_create_convolution(&convolution) else {
        throw .primitiveRefused(
          "the convolution of \(operand(call.source).tensor.shape) with \(operand(call.weight).tensor.shape)"
        )
      }
      let operands = OneDNNKernel.Operands(
        source: operand(call.source).pointer, weight: operand(call.weight).pointer,
        bias: pass == .forward ? bias?.pointer : nil, target: operand(call.target).pointer)
      let epilogue =
        pass == .inputGradient && !bare
        ? TileKernel(call.epilogue(operand: operand), on: machine, operand: operand) : nil
      return OneDNNKernel(operation, operands, on: machine, epilogue: epilogue)
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
