#if ONEDNN
  import CKernels
  import COneDNN
  import Plan

  /// A convolution or a matrix product by oneDNN, and what our own loops add to it afterwards.
  final class OneDNNKernel: BoundKernel {
    let scratchBytes: Int
    private let operation: OpaquePointer
    private let operands: Operands
    private let threads: Int32
    /// Bias and activation where oneDNN has no place for them.
    private let epilogue: TileKernel?

    /// Where an operation's operands lie.
    struct Operands {
      var source: UnsafeMutableRawPointer
      var weight: UnsafeMutableRawPointer
      var bias: UnsafeMutableRawPointer?
      var target: UnsafeMutableRawPointer
    }

    /// Takes over an operation that has just been created.
    init(
      _ operation: OpaquePointer, _ operands: Operands, on machine: Machine,
      epilogue: TileKernel? = nil
    ) {
      self.operation = operation
      self.operands = operands
      self.epilogue = epilogue
      threads = Int32(machine.threads)
      scratchBytes = max(pfd_scratch_bytes(operation), epilogue?.scratchBytes ?? 0)
    }

    deinit { pfd_destroy(operation) }

    var implementation: String {
      let name = String(cString: pfd_implementation(operation))
      return epilogue.map { name + "+" + $0.implementation } ?? name
    }

    func attach(scratch: UnsafeMutableRawPointer) {
      pfd_bind(
        operation, operands.source, operands.weight, operands.bias, operands.target, scratch)
      epilogue?.attach(scratch: scratch)
    }

    func run(_ context: RunContext) {
      // The primitive was made for this many threads, but libgomp counts per host thread.
      pf_use_threads(threads)
      let ran = pfd_run(operation)
      precondition(
        ran == 0, "oneDNN failed in '\(implementation)': \(String(cString: pfd_last_error()))")
      epilogue?.run(context)
    }
  }

  extension NativeKernels {
    /// Binds a convolution in any pass, or a matrix product; nil for what oneDNN does not take, such as bfloat16 where
    /// the processor cannot multiply it.
    ///
    /// Throws when oneDNN cannot create a primitive that it should.
    static func bindProduct(
      _ call: KernelCall, on machine: Machine, operand: (TensorID) -> Operand
    ) throws(RuntimeError) -> (any BoundKernel)? {
      // What this machine would emulate is better computed in float32, on widened copies.
      let isNarrow = (call.reads + call.writes).contains {
        operand($0).tensor.element == .bfloat16
      }
      if isNarrow, !machine.multipliesBfloat16 { return nil }
      pf_use_threads(Int32(machine.threads))
      if let (call, pass) = call.convolutionPass {
        return try convolutionKernel(call, pass, on: machine, operand: operand)
      }
      guard case .matmul(let call) = call else { return nil }
      return try matmulKernel(call, on: machine, operand: operand)
    }
  }

  extension ElementType {
    /// The type of a product's operand; products of whole numbers do not exist.
    var oneDNN: pfd_element { self == .bfloat16 ? pfd_bfloat16 : pfd_float32 }
  }

  extension ConvolutionCall.Activation {
    /// oneDNN's post-op and the slope below 0.
    var postOp: (kind: pfd_activation, slope: Float) {
      switch self {
      case .identity: (pfd_identity, 0)
      case .relu: (pfd_relu, 0)
      case .leakyRelu(let slope): (pfd_relu, Float(slope))
      case .tanh: (pfd_tanh, 0)
      case .sigmoid: (pfd_sigmoid, 0)
      }
    }
  }

  extension RuntimeError {
    /// oneDNN would not create a primitive.
    static func primitiveRefused(_ what: String) -> RuntimeError {
      let version = String(cString: pfd_version()), reason = String(cString: pfd_last_error())
      return RuntimeError(.unsupported, "oneDNN \(version) cannot create \(what): \(reason)")
    }
  }
#endif
