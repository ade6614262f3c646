#if ONEDNN
  import CKernels
  import COneDNN
  import Plan

  /// A convolution as matrix products with the weight as it lies in memory, over the image's windows laid out as rows.
  ///
  /// | pass | product |
  /// |---|---|
  /// | forward | y = columns·Wᵀ |
  /// | input gradient | columns = dy·W, then added up where windows meet |
  /// | weight gradient | dW = dyᵀ·columns, some channels of y at a time |
  final class ColumnsKernel: ConvolutionKernel {
    let implementation: String
    let scratchBytes: Int
    var appliesEpilogue: Bool { pass == .forward }
    /// Whether scratch memory holds the columns already, left there by a kernel over the same image.
    var reusesColumns = false
    private let pass: ConvolutionPass
    private var columns: pf_columns
    private let columnBytes: Int
    private let products: [ColumnsProduct]

    /// Nil where the plan asks for another algorithm, and for layouts that are no matrices.
    ///
    /// Throws when oneDNN cannot create a product.
    init?(
      _ call: ConvolutionCall, _ pass: ConvolutionPass, on machine: Machine,
      operand: (TensorID) -> Operand
    ) throws(RuntimeError) {
      let roles = call.roles(in: pass)
      let (x, w, y) = (operand(roles.x), operand(roles.w), operand(roles.y))
      guard call.algorithm == .columns,
        let matrices = ColumnsMatrices(x: x.tensor, w: w.tensor, y: y.tensor)
      else { return nil }
      self.pass = pass
      columns = pf_columns(call, x: x, w: w.tensor, y: y.tensor, threads: machine.threads)
      columnBytes = matrices.columnBytes
      pf_use_threads(Int32(machine.threads))
      var products: [ColumnsProduct] = []
      switch pass {
      case .forward:
        let bias = call.bias.map { operand($0).pointer }
        products.append(try matrices.forward(call, bias: bias, w: w.pointer, y: y.pointer))
      case .inputGradient:
        products.append(try matrices.inputGradient(w: w.pointer, y: y.pointer))
      case .weightGradient:
        products = try matrices.weightGradients(w: w.pointer, y: y.pointer)
      }
      self.products = products
      implementation = "\(call.algorithm.rawValue):\(products[0].implementation)"
      scratchBytes = columnBytes + (products.map(\.scratchBytes).max() ?? 0)
    }

    func attach(scratch: UnsafeMutableRawPointer) {
      columns.columns = scratch.assumingMemoryBound(to: Float.self)
      for product in products {
        product.attach(columns: scratch, scratch: scratch + columnBytes)
      }
    }

    func run(_ context: RunContext) {
      pf_use_threads(columns.threads)
      if pass != .inputGradient, !reusesColumns { pf_columns_gather(&columns) }
      for product in products { product.run() }
      if pass == .inputGradient { pf_columns_scatter(&columns) }
    }
  }

  /// One of the products, whose operand `nil` is the matrix of columns.
  private final class ColumnsProduct {
    typealias Memory = UnsafeMutableRawPointer
    private let operation: OpaquePointer
    private let operands: (left: Memory?, right: Memory?, bias: Memory?, target: Memory?)

    init(
      _ product: pfd_matmul, left: Memory?, right: Memory?, bias: Memory? = nil, target: Memory?
    ) throws(RuntimeError) {
      var product = product
      guard let operation = pfd_create_matmul(&product) else {
        throw .primitiveRefused(
          "the product of \(product.m)×\(product.k) and \(product.k)×\(product.n) numbers")
      }
      self.operation = operation
      operands = (left, right, bias, target)
    }

    deinit { pfd_destroy(operation) }

    var implementation: String { String(cString: pfd_implementation(operation)) }
    var scratchBytes: Int { pfd_scratch_bytes(operation) }

    func attach(columns: Memory, scratch: Memory) {
      pfd_bind(
        operation, operands.left ?? columns, operands.right ?? columns, operands.bias,
        operands.target ?? columns, scratch)
    }

    func run() {
      let ran = pfd_run(operation)
      precondition(
        ran == 0, "oneDNN failed in a product over columns: \(String(cString: pfd_last_error()))")
    }
  }

  /// The matrices of a convolution: R places of y by K taps and channels, and O channels of y.
  private struct ColumnsMatrices {
    /// Channels of y whose gradients are computed at a time, which is faster than all at once.
    private static let block = 128
    private let places: Int
    private let depth: Int
    private let outputs: Int
    /// Elements between neighbouring places of y.
    private let step: Int

    /// Nil where the weight or y are no matrices as they lie in memory, or not of float32.
    init?(x: PlanTensor, w: PlanTensor, y: PlanTensor) {
      guard [x, w, y].allSatisfy({ $0.element == .float32 }), x.strides[1] == 1,
        w.strides == Layout.strides(w.shape), y.strides[1] == 1,
        y.strides[2] == y.shape[3] * y.strides[3], y.strides[0] == y.shape[2] * y.strides[2]
      else { return nil }
      places = y.shape[0] * y.shape[2] * y.shape[3]
      depth = w.shape.dropFirst().reduce(1, *)
      outputs = y.shape[1]
      step = y.strides[3]
    }

    /// A multiple of 64.
    var columnBytes: Int {
      (places * depth * MemoryLayout<Float>.size + 63) / 64 * 64
    }

    private func product(
      _ m: Int, _ n: Int, _ k: Int, a: [Int], b: [Int], c: [Int]
    ) -> pfd_matmul {
      var product = pfd_matmul()
      (product.m, product.n, product.k) = (Int64(m), Int64(n), Int64(k))
      assign(&product.a_strides, [0] + a)
      assign(&product.b_strides, [0] + b)
      assign(&product.c_strides, [0] + c)
      return product
    }

    func forward(
      _ call: ConvolutionCall, bias: UnsafeMutableRawPointer?, w: UnsafeMutableRawPointer,
      y: UnsafeMutableRawPointer
    ) throws(RuntimeError) -> ColumnsProduct {
      var product = product(places, outputs, depth, a: [depth, 1], b: [1, depth], c: [step, 1])
      product.has_bias = bias == nil ? 0 : 1
      (product.activation, product.slope) = call.activation.postOp
      return try ColumnsProduct(product, left: nil, right: w, bias: bias, target: y)
    }

    func inputGradient(
      w: UnsafeMutableRawPointer, y: UnsafeMutableRawPointer
    ) throws(RuntimeError) -> ColumnsProduct {
      let product = product(places, depth, outputs, a: [step, 1], b: [depth, 1], c: [depth, 1])
      return try ColumnsProduct(product, left: y, right: w, target: nil)
    }

    func weightGradients(
      w: UnsafeMutableRawPointer, y: UnsafeMutableRawPointer
    ) throws(RuntimeError) -> [ColumnsProduct] {
      var products: [ColumnsProduct] = []
      for first in stride(from: 0, to: outputs, by: Self.block) {
        let rows = min(Self.block, outputs - first)
        let product = product(rows, depth, places, a: [1, step], b: [depth, 1], c: [depth, 1])
        let size = MemoryLayout<Float>.size
        products.append(
          try ColumnsProduct(
            product, left: y + first * size, right: nil, target: w + first * depth * size))
      }
      return products
    }
  }

  extension pf_columns {
    fileprivate init(
      _ call: ConvolutionCall, x: Operand, w: PlanTensor, y: PlanTensor, threads: Int
    ) {
      self.init()
      self.threads = Int32(threads)
      image = x.pointer.assumingMemoryBound(to: Float.self)
      batch = Int64(x.tensor.shape[0])
      channels = Int64(x.tensor.shape[1])
      assign(&size, Array(x.tensor.shape[2...]))
      assign(&places, Array(y.shape[2...]))
      assign(&kernel, Array(w.shape[2...]))
      assign(&stride, call.stride)
      assign(&dilation, call.dilation)
      assign(&padding, Array(call.padding[..<2]))
      assign(&strides, [0, 2, 3].map { x.tensor.strides[$0] })
    }
  }
#endif
