import Plan

/// Runs a tile program over rows, a chunk of a row at a time, one loop per instruction.
struct ReferenceTile<Scalar: ReferenceScalar>: ReferenceKernel {
  /// Points that run through all instructions together.
  private let chunk = 256
  private let call: TileCall
  private let loads: [ReferenceOperand<Scalar>]
  private let stores: [ReferenceOperand<Scalar>]
  private let sinks: [Sink]
  private let walk: StridedWalk
  private let registers: ReferenceBuffer<Scalar>

  /// A reduction's target and its running values, in double precision at the target's offsets.
  private struct Sink {
    var kind: TileReduction.Kind
    var target: ReferenceOperand<Scalar>
    var running: ReferenceBuffer<Double>
    var walk: StridedWalk

    init(_ reduction: TileReduction, _ target: ReferenceOperand<Scalar>) {
      kind = reduction.kind
      self.target = target
      running = ReferenceBuffer(count: target.span, filledWith: 0)
      walk = StridedWalk(extent: target.shape, [.init(target.strides)])
    }
  }

  init(_ call: TileCall, _ operand: (TensorID) -> ReferenceOperand<Scalar>) {
    self.call = call
    loads = call.loads.map { operand($0.tensor) }
    stores = call.stores.map { operand($0.tensor) }
    sinks = call.reductions.map { Sink($0, operand($0.tensor)) }
    walk = StridedWalk(
      extent: call.extent,
      call.loads.map { .init($0.strides, divisors: $0.divisors) }
        + call.stores.map { .init($0.strides) } + call.reductions.map { .init($0.strides) })
    registers = ReferenceBuffer(
      count: (call.loads.count + call.instructions.count) * chunk, filledWith: 0)
  }

  func run(_ context: RunContext) {
    for sink in sinks { begin(sink) }
    walk.forEachRow { offsets, _ in
      var start = 0
      while start < walk.rowLength {
        let count = min(chunk, walk.rowLength - start)
        load(offsets, start, count)
        for index in call.instructions.indices {
          execute(call.instructions[index], into: call.loads.count + index, count)
        }
        store(offsets, start, count)
        reduce(offsets, start, count)
        start += count
      }
    }
    for sink in sinks { finish(sink) }
  }

  private func register(_ index: Int) -> UnsafeMutablePointer<Scalar> {
    registers.pointer + index * chunk
  }

  private func load(_ offsets: UnsafeMutablePointer<Int>, _ start: Int, _ count: Int) {
    for index in loads.indices {
      let (stride, divisor) = (walk.rowStrides[index], walk.rowDivisors[index])
      let target = register(index)
      switch loads[index].element {
      case .float32, .bfloat16:
        let source = loads[index].scalars + offsets[index]
        for point in 0..<count { target[point] = source[(start + point) / divisor * stride] }
      case .int64:
        let source = loads[index].integers + offsets[index]
        for point in 0..<count {
          target[point] = Scalar(source[(start + point) / divisor * stride])
        }
      }
    }
  }

  private func store(_ offsets: UnsafeMutablePointer<Int>, _ start: Int, _ count: Int) {
    for index in stores.indices {
      let operand = loads.count + index
      let target = stores[index].scalars + offsets[operand]
      let stride = walk.rowStrides[operand]
      let source = register(call.stores[index].register)
      for point in 0..<count { target[(start + point) * stride] = source[point] }
    }
  }

  // MARK: Reductions

  private func begin(_ sink: Sink) {
    let neutral: Double =
      switch sink.kind {
      case .sum: 0
      case .max: -.infinity
      case .min: .infinity
      }
    sink.running.pointer.update(repeating: neutral, count: sink.running.count)
  }

  private func reduce(_ offsets: UnsafeMutablePointer<Int>, _ start: Int, _ count: Int) {
    for index in sinks.indices {
      let operand = loads.count + stores.count + index
      let stride = walk.rowStrides[operand]
      let running = sinks[index].running.pointer + offsets[operand] + start * stride
      let source = register(call.reductions[index].register)
      switch sinks[index].kind {
      case .sum:
        for point in 0..<count { running[point * stride] += Double(source[point]) }
      case .max:
        for point in 0..<count {
          running[point * stride] = .larger(running[point * stride], Double(source[point]))
        }
      case .min:
        for point in 0..<count {
          running[point * stride] = .smaller(running[point * stride], Double(source[point]))
        }
      }
    }
  }

  private func finish(_ sink: Sink) {
    let stride = sink.walk.rowStrides[0]
    sink.walk.forEachRow { offsets, _ in
      for point in 0..<sink.walk.rowLength {
        let place = offsets[0] + point * stride
        sink.target.scalars[place] = Scalar(sink.running.pointer[place])
      }
    }
  }
}

/// The instructions.
extension ReferenceTile {
  private func execute(_ instruction: TileInstruction, into target: Int, _ count: Int) {
    let result = register(target)
    switch instruction.opcode.arity {
    case 0:
      result.update(repeating: Scalar(instruction.immediate), count: count)
    case 1:
      unary(instruction.opcode, register(instruction.operands[0]), result, count)
    case 2:
      let (a, b) = (register(instruction.operands[0]), register(instruction.operands[1]))
      binary(instruction.opcode, a, b, result, count)
    default:
      let (a, b) = (register(instruction.operands[0]), register(instruction.operands[1]))
      let c = register(instruction.operands[2])
      for i in 0..<count {
        result[i] =
          instruction.opcode == .select ? (a[i] != 0 ? b[i] : c[i]) : c[i].addingProduct(a[i], b[i])
      }
    }
  }

  private func unary(
    _ opcode: TileOpcode, _ a: UnsafeMutablePointer<Scalar>, _ r: UnsafeMutablePointer<Scalar>,
    _ count: Int
  ) {
    func each(_ function: (Scalar) -> Scalar) { for i in 0..<count { r[i] = function(a[i]) } }
    switch opcode {
    case .negate: each { -$0 }
    case .abs: each { Swift.abs($0) }
    case .sign: each { $0 > 0 ? 1 : $0 < 0 ? -1 : $0 }
    case .floor: each { $0.rounded(.down) }
    case .ceil: each { $0.rounded(.up) }
    case .exp: each(Scalar.exp)
    case .log: each(Scalar.log)
    case .sqrt: each { $0.squareRoot() }
    case .rsqrt: each { 1 / $0.squareRoot() }
    case .reciprocal: each { 1 / $0 }
    case .tanh: each(Scalar.tanh)
    case .sigmoid: each(Scalar.sigmoid)
    case .softplus: each(Scalar.softplus)
    case .erf: each(Scalar.erf)
    case .sin: each(Scalar.sin)
    case .cos: each(Scalar.cos)
    case .constant, .add, .subtract, .multiply, .divide, .maximum, .minimum, .power, .less,
      .lessEqual, .equal, .select, .fma:
      break
    }
  }

  private func binary(
    _ opcode: TileOpcode, _ a: UnsafeMutablePointer<Scalar>, _ b: UnsafeMutablePointer<Scalar>,
    _ r: UnsafeMutablePointer<Scalar>, _ count: Int
  ) {
    func each(_ function: (Scalar, Scalar) -> Scalar) {
      for i in 0..<count { r[i] = function(a[i], b[i]) }
    }
    switch opcode {
    case .add: each { $0 + $1 }
    case .subtract: each { $0 - $1 }
    case .multiply: each { $0 * $1 }
    case .divide: each { $0 / $1 }
    case .maximum: each(Scalar.larger)
    case .minimum: each(Scalar.smaller)
    case .power: each(Scalar.pow)
    case .less: each { $0 < $1 ? 1 : 0 }
    case .lessEqual: each { $0 <= $1 ? 1 : 0 }
    case .equal: each { $0 == $1 ? 1 : 0 }
    case .constant, .negate, .abs, .sign, .floor, .ceil, .exp, .log, .sqrt, .rsqrt, .reciprocal,
      .tanh, .sigmoid, .softplus, .erf, .sin, .cos, .select, .fma:
      break
    }
  }
}
