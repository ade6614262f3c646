import Compiler
import GraphIR
import Plan

/// The smallest operators of every kind, so that the planner's tests need no others.
struct ToyPoint: ElementwiseOperator {
  static let name = "toy_point"
  var opcode = TileOpcode.add

  init(_ opcode: TileOpcode) { self.opcode = opcode }
  init(_ attributes: inout AttributeReader) throws(Diagnostic) {}
  var arity: Arity { .exactly(opcode.arity) }
  var attributes: [Attribute] { [Attribute("opcode", .text(opcode.rawValue))] }

  func emit(_ operands: [TileRegister], into body: inout TileBody) -> [TileRegister] {
    switch operands.count {
    case 1: [body.emit(opcode, operands[0])]
    case 2: [body.emit(opcode, operands[0], operands[1])]
    default: [body.emit(opcode, operands[0], operands[1], operands[2])]
    }
  }
}

struct ToyConstant: ElementwiseOperator {
  static let name = "toy_constant"
  var value = 0.0

  init(_ value: Double) { self.value = value }
  init(_ attributes: inout AttributeReader) throws(Diagnostic) {}
  var arity: Arity { .exactly(0) }

  func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] { [.scalar()] }
  func emit(_ operands: [TileRegister], into body: inout TileBody) -> [TileRegister] {
    [body.constant(value)]
  }
}

/// Nearest upsampling of the last two axes, twofold.
struct ToyUpsample: ReadOperator {
  static let name = "toy_upsample"
  init() {}
  init(_ attributes: inout AttributeReader) throws(Diagnostic) {}
  var arity: Arity { .exactly(1) }
  func divisors(rank: Int) -> [Int] { Array(repeating: 1, count: rank - 2) + [2, 2] }
  func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    let shape = inputs[0].shape
    return [TensorType(.float32, shape.dropLast(2) + shape.suffix(2).map { $0 * 2 })]
  }
}

struct ToySum: ReductionOperator {
  static let name = "toy_sum"
  var reduced: [Int] = []
  var keepsAxes = true

  init(over axes: [Int], keepsAxes: Bool = true) {
    reduced = axes
    self.keepsAxes = keepsAxes
  }
  init(_ attributes: inout AttributeReader) throws(Diagnostic) {}
  var arity: Arity { .exactly(1) }
  var kind: TileReduction.Kind { .sum }
  func axes(of input: TensorType) -> [Int] { reduced }
  func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    let axes = inputs[0].shape.indices.filter { keepsAxes || !reduced.contains($0) }
    return [TensorType(.float32, axes.map { reduced.contains($0) ? 1 : inputs[0].shape[$0] })]
  }
}

struct ToyReshape: ReshapeOperator {
  static let name = "toy_reshape"
  var shape: [Int] = []

  init(to shape: [Int]) { self.shape = shape }
  init(_ attributes: inout AttributeReader) throws(Diagnostic) {}
  var arity: Arity { .exactly(1) }
  func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    [TensorType(inputs[0].element, shape)]
  }
}

/// The elements `start ..< end` of the first axis: a copy that is dense where that axis is outermost in memory.
struct ToySlice: KernelOperator {
  static let name = "toy_slice"
  var range = 0..<1

  init(_ range: Range<Int>) { self.range = range }
  init(_ attributes: inout AttributeReader) throws(Diagnostic) {}
  var arity: Arity { .exactly(1) }
  func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    [TensorType(.float32, [range.count] + inputs[0].shape.dropFirst())]
  }
  func kernels(_ context: LoweringContext) -> [KernelCall] {
    [
      .copy(
        CopyCall(
          source: context.input(0), target: context.output(0), extent: context.outputs[0].shape,
          sourceStrides: context.strides[0], sourceOffset: range.lowerBound * context.strides[0][0],
          targetStrides: context.strides[1], targetOffset: 0))
    ]
  }
}

/// Stands for a convolution: something opaque that reads two tensors; swaps the last two axes of the first.
struct ToyKernel: KernelOperator {
  static let name = "toy_kernel"
  init() {}
  init(_ attributes: inout AttributeReader) throws(Diagnostic) {}
  var arity: Arity { .atLeast(1) }
  func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    var shape = inputs[0].shape
    shape.swapAt(shape.count - 1, shape.count - 2)
    return [TensorType(.float32, shape)]
  }
  func kernels(_ context: LoweringContext) -> [KernelCall] {
    var strides = context.strides[context.inputs.count]
    strides.swapAt(strides.count - 1, strides.count - 2)
    return [
      .copy(
        CopyCall(
          source: context.input(0), target: context.output(0), extent: context.inputs[0].shape,
          sourceStrides: context.strides[0], sourceOffset: 0, targetStrides: strides,
          targetOffset: 0))
    ]
  }
}

/// Mean and biased variance over all axes but the second.
struct ToyMoments: KernelOperator {
  static let name = "toy_moments"
  init() {}
  init(_ attributes: inout AttributeReader) throws(Diagnostic) {}
  var arity: Arity { .exactly(1) }
  func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    let type = TensorType(.float32, [1, inputs[0].shape[1], 1, 1])
    return [type, type]
  }
  func kernels(_ context: LoweringContext) -> [KernelCall] {
    [
      .moments(
        MomentsCall(
          source: context.input(0), mean: context.output(0), variance: context.output(1),
          axes: [0, 2, 3]))
    ]
  }
}

extension Graph {
  mutating func point(_ opcode: TileOpcode, _ inputs: Value...) throws -> Value {
    try append(ToyPoint(opcode), inputs)[0]
  }

  mutating func input(_ name: String, _ shape: Int...) -> Value {
    addInput(name, kind: .caller, type: TensorType(.float32, shape))
  }

  mutating func state(_ name: String, _ shape: Int...) -> Value {
    addInput(name, kind: .state(name), type: TensorType(.float32, shape))
  }

  /// Fuses and schedules, as the pipeline does before planning.
  func prepared(policy: FusionPolicy = FusionPolicy()) throws -> Graph {
    var graph = self
    fuse(&graph, policy: policy)
    for pass in [scheduling, recomputation] {
      var report = PassReport(pass: pass.name, program: name)
      try pass(&graph, &report)
    }
    return graph
  }

  /// The states that the program reads or updates, in order of their names.
  var declaredStates: [StateDeclaration] {
    var shapes: [String: [Int]] = [:]
    for input in inputs {
      if case .state(let name) = input.kind { shapes[name] = type(of: input.value).shape }
    }
    for update in stateUpdates { shapes[update.name] = type(of: update.value).shape }
    return shapes.sorted { $0.key < $1.key }.map {
      StateDeclaration(name: $0.key, shape: $0.value, role: .parameter, initializer: .constant(0))
    }
  }

  func program(policy: FusionPolicy = FusionPolicy()) throws -> Program {
    try PlanBuilder(states: declaredStates).program(prepared(policy: policy), reference: self)
  }
}

extension FusionPolicy {
  /// Treats the small tensors of a test as if they were large.
  static var thorough: FusionPolicy {
    var policy = FusionPolicy()
    policy.smallCount = 0
    return policy
  }
}
