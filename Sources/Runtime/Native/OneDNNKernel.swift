#if ONEDNN
  import CKernels
  import COneDNN
  import Plan

  /// A convolution or a matrix product by oneDNN.
  final class OneDNNKernel: ConvolutionKernel {
    let scratchBytes: Int
    let appliesEpilogue: Bool
    private let operation: OpaquePointer
    private let operands: Operands
    private let threads: Int32

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
      appliesEpilogue: Bool = true
    ) {
      self.operation = operation
      self.operands = operands
      self.appliesEpilogue = appliesEpilogue
      threads = Int32(machine.threads)
      scratchBytes = pfd_scratch_bytes(operation)
    }

    deinit { pfd_destroy(operation) }

    var implementation: String { String(cString: pfd_implementation(operation)) }

    func attach(scratch: UnsafeMutableRawPointer) {
      pfd_bind(
        operation, operands.source, operands.weight, operands.bias, operands.target, scratch)
    }

    func run(_ context: RunContext) {
      // The primitive was made for this many threads, but libgomp counts per host thread.
      pf_use_threads(threads)
      let ran = pfd_run(operation)
      precondition(
        ran == 0, "oneDNN failed in '\(implementation)': \(String(cString: pfd_last_error()))")
    }
  }

  extension OneDNNKernel {
    /// Whether oneDNN computes products of such tensors here, as it does not of bfloat16 where the processor cannot
    /// multiply it: what it would emulate is better computed in float32, on widened copies.
    static func multiplies(_ tensors: [PlanTensor], on machine: Machine) -> Bool {
      machine.multipliesBfloat16 || !tensors.contains { $0.element == .bfloat16 }
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
