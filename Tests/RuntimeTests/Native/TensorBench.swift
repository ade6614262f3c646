import Glibc
import Plan
import Runtime
import Testing

/// Tensors in memory of their own, and a way to run one kernel call on them.
final class TensorBench {
  private var operands: [Operand] = []
  /// At places of others; numbered downwards from -1.
  private var views: [Operand] = []

  deinit { for operand in operands { operand.pointer.deallocate() } }

  /// Adds a float tensor whose elements are given in memory order.
  func add(_ values: [Float], _ shape: [Int], strides: [Int]? = nil) -> TensorID {
    add(shape, strides, .float32, values)
  }

  func add(whole values: [Int64], _ shape: [Int]) -> TensorID { add(shape, nil, .int64, values) }

  /// Adds a tensor in bfloat16; what does not fit is cut off.
  func add(narrow values: [Float], _ shape: [Int], strides: [Int]? = nil) -> TensorID {
    add(shape, strides, .bfloat16, values.map { UInt16($0.bitPattern >> 16) })
  }

  /// Adds numbers that bfloat16 holds exactly, once as float32 and once as bfloat16.
  func twins(_ shape: [Int], seed: UInt64 = 1) -> (wide: TensorID, narrow: TensorID) {
    let values = noise(shape.reduce(1, *), seed: seed).map {
      Float(bitPattern: $0.bitPattern & 0xffff_0000)
    }
    return (add(values, shape), add(narrow: values, shape))
  }

  /// Adds a tensor of NaN as float32 and one as bfloat16.
  func emptyTwins(_ shape: [Int]) -> (wide: TensorID, narrow: TensorID) {
    let count = shape.reduce(1, *)
    return (empty(shape), add(narrow: [Float](repeating: .nan, count: count), shape))
  }

  /// Adds a tensor of numbers that differ from each other, between -1 and 1.
  func random(_ shape: [Int], seed: UInt64 = 1, scale: Float = 1, offset: Float = 0) -> TensorID {
    add(noise(shape.reduce(1, *), seed: seed).map { $0 * scale + offset }, shape)
  }

  /// Adds a tensor of NaN, so that an element which a kernel forgets shows.
  func empty(_ shape: [Int]) -> TensorID {
    add([Float](repeating: .nan, count: shape.reduce(1, *)), shape)
  }

  /// Another tensor at the same place, whatever its size: for kernels that must not touch it.
  func shaped(_ tensor: TensorID, _ shape: [Int]) -> TensorID {
    let dense = PlanTensor(
      element: .float32, shape: shape, strides: Layout.strides(shape), storage: .transient)
    views.append(Operand(tensor: dense, pointer: operands[tensor.index].pointer))
    return TensorID(-views.count)
  }

  /// Fills a tensor with NaN again.
  func clear(_ tensor: TensorID) {
    let tensor = operands[tensor.index]
    memset(tensor.pointer, 0xff, tensor.tensor.byteCount)
  }

  subscript(_ tensor: TensorID) -> Operand {
    tensor.index < 0 ? views[-tensor.index - 1] : operands[tensor.index]
  }

  /// The elements in memory order.
  func values(_ tensor: TensorID) -> [Float] {
    let operand = operands[tensor.index], count = operand.tensor.count
    if operand.tensor.element == .bfloat16 {
      let start = operand.pointer.assumingMemoryBound(to: UInt16.self)
      return (0..<count).map { Float(bitPattern: UInt32(start[$0]) << 16) }
    }
    let start = operand.pointer.assumingMemoryBound(to: Float.self)
    return Array(UnsafeBufferPointer(start: start, count: count))
  }

  func wholeValues(_ tensor: TensorID) -> [Int64] {
    let operand = operands[tensor.index], count = operand.tensor.count
    let start = operand.pointer.assumingMemoryBound(to: Int64.self)
    return Array(UnsafeBufferPointer(start: start, count: count))
  }

  /// The element at a logical index.
  func value(_ tensor: TensorID, _ index: [Int]) -> Double {
    let operand = operands[tensor.index]
    let offset = zip(index, operand.tensor.strides).reduce(0) { $0 + $1.0 * $1.1 }
    if operand.tensor.element == .bfloat16 {
      let bits = operand.pointer.assumingMemoryBound(to: UInt16.self)[offset]
      return Double(Float(bitPattern: UInt32(bits) << 16))
    }
    return Double(operand.pointer.assumingMemoryBound(to: Float.self)[offset])
  }

  /// Where a tensor differs from what is expected, as text; few and cheap where an expectation for each element is not.
  func mismatches(
    _ tensor: TensorID, tolerance: Double, expected: ([Int]) -> Double
  ) -> [String] {
    indices(operands[tensor.index].tensor.shape).compactMap { index in
      let (found, wanted) = (value(tensor, index), expected(index))
      return close(found, wanted, tolerance) ? nil : "\(index): \(found), not \(wanted)"
    }
  }

  /// Root of the mean square of the error, relative to what is expected; of elements that are not named, 0 is.
  func relativeError(_ tensor: TensorID, _ expected: [[Int]: Double]) -> Double {
    let square = indices(operands[tensor.index].tensor.shape).reduce(0.0) { sum, index in
      let error = value(tensor, index) - (expected[index] ?? 0)
      return sum + error * error
    }
    return (square / expected.values.reduce(0) { $0 + $1 * $1 }).squareRoot()
  }

  /// Binds the call and runs it over scratch memory full of NaN.
  @discardableResult
  func run(
    _ call: KernelCall, on machine: Machine = .plain, seed: UInt64 = 0, step: UInt64 = 0,
    times: Int = 1
  ) throws -> String {
    let bound = try NativeKernels.bind(call, on: machine) { self[$0] }
    let kernel = try #require(bound)
    run(kernel, RunContext(seed: seed, step: step), times: times)
    return kernel.implementation
  }

  /// Binds the best kernel that there is for the call, whatever it is, and runs it.
  @discardableResult
  func runAnyhow(_ call: KernelCall, on machine: Machine = .plain) throws -> String {
    let kernel = try KernelBinding.bind(call, on: machine) { self[$0] }
    run(kernel, RunContext(seed: 0, step: 0), times: 2)
    return kernel.implementation
  }

  private func run(_ kernel: any BoundKernel, _ context: RunContext, times: Int) {
    let scratch = UnsafeMutableRawPointer.allocate(
      byteCount: max(kernel.scratchBytes, 64), alignment: 64)
    defer { scratch.deallocate() }
    memset(scratch, 0xff, max(kernel.scratchBytes, 64))
    kernel.attach(scratch: scratch)
    for _ in 0..<times { kernel.run(context) }
  }

  private func add<Element>(
    _ shape: [Int], _ strides: [Int]?, _ element: ElementType, _ values: [Element]
  ) -> TensorID {
    let pointer = UnsafeMutableRawPointer.allocate(
      byteCount: max(values.count * MemoryLayout<Element>.stride, 64), alignment: 64)
    pointer.initializeMemory(as: Element.self, from: values, count: values.count)
    let tensor = PlanTensor(
      element: element, shape: shape, strides: strides ?? Layout.strides(shape), storage: .own)
    operands.append(Operand(tensor: tensor, pointer: pointer))
    return TensorID(operands.count - 1)
  }
}

extension Machine {
  static let plain = Machine(instructions: .portable, threads: 2)

  /// One machine for each instruction set that there is here.
  static var all: [Machine] {
    InstructionSet.allCases.filter(\.isAvailable).map { Machine(instructions: $0, threads: 2) }
  }
}

/// Numbers between -1 and 1 by a linear congruence: the same in every run.
func noise(_ count: Int, seed: UInt64) -> [Float] {
  var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
  return (0..<count).map { _ in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Float(Int32(truncatingIfNeeded: state >> 32)) / 2_147_483_648
  }
}

/// All indices of a shape in row-major order.
func indices(_ shape: [Int]) -> [[Int]] {
  shape.reduce([[]]) { prefixes, extent in
    prefixes.flatMap { prefix in (0..<extent).map { prefix + [$0] } }
  }
}

/// Whether two numbers agree within `tolerance`, relative for large numbers and absolute for small ones.
func close(_ a: Double, _ b: Double, _ tolerance: Double) -> Bool {
  if a.isNaN || b.isNaN { return a.isNaN && b.isNaN }
  return a == b || abs(a - b) <= tolerance * max(1, abs(b))
}
