import Plan

/// Draws the first value of one state, which may be that of its copies, too.
///
/// The numbers depend on the seed and the state's name alone, not on its place in the table, so that adding a layer
/// leaves the others as they were.
struct StateInitialization {
  private let state: StateDeclaration
  private let stream: RandomStream

  init(_ state: StateDeclaration, seed: UInt64) {
    self.state = state
    stream = RandomStream(name: state.name, seed: seed)
  }

  /// Draws numbers that do not depend on each other, on all threads of the machine; false for other states.
  func draw(to pointer: UnsafeMutableRawPointer, on machine: Machine) -> Bool {
    let distribution: RandomCall.Distribution
    switch state.initializer {
    case .normal(let mean, let std): distribution = .normal(mean: mean, std: std)
    case .truncatedNormal(let mean, let std): distribution = .truncatedNormal(mean: mean, std: std)
    case .uniform(let low, let high): distribution = .uniform(low: low, high: high)
    case .constant, .copy, .orthogonal: return false
    }
    let call = RandomCall(
      target: TensorID(0), distribution: distribution, key: stream.key, name: state.name)
    let target = Operand(tensor: state.tensor, pointer: pointer)
    // Whole numbers are rounded here, but cut off there.
    guard state.element == .float32,
      let kernel = RandomKernel(call, on: machine, operand: { _ in target })
    else { return false }
    kernel.run(RunContext(seed: 0, step: stream.step))
    return true
  }

  /// Writes the first value in the physical layout, on one thread; nothing for a copy, whose origin knows it.
  ///
  /// - Parameter pointer: memory that holds zeros, so that optimisers' slots need not even be touched.
  func write(toZeroed pointer: UnsafeMutableRawPointer) {
    switch (state.initializer, state.element) {
    case (.copy, _), (.constant(0), _): return
    // Equal elements need no order.
    case (.constant(let value), .float32):
      pointer.assumingMemoryBound(to: Float.self).update(repeating: Float(value), count: count)
    case (.constant(let value), .int64):
      pointer.assumingMemoryBound(to: Int64.self)
        .update(repeating: Int64(exactly: value.rounded()) ?? 0, count: count)
    case (_, .float32):
      StridedMemory.write(
        numbers(), to: pointer.assumingMemoryBound(to: Float.self), state.shape, strides)
    case (_, .int64):
      let whole = numbers().map { Int64(exactly: $0.rounded()) ?? 0 }
      StridedMemory.write(
        whole, to: pointer.assumingMemoryBound(to: Int64.self), state.shape, strides)
    case (_, .bfloat16):
      preconditionFailure("the plan's check lets no state be stored in bf16")
    }
  }

  private var strides: [Int] { state.tensor.strides }

  /// Row-major.
  private func numbers() -> [Float] {
    switch state.initializer {
    case .constant, .copy: []
    case .normal(let mean, let std): draw(.normal(mean: mean, std: std))
    case .truncatedNormal(let mean, let std): draw(.truncatedNormal(mean: mean, std: std))
    case .uniform(let low, let high): draw(.uniform(low: low, high: high))
    case .orthogonal(let gain): orthogonal().map { Float($0 * gain) }
    }
  }

  private var count: Int { state.shape.reduce(1, *) }

  private func draw<Number: BinaryFloatingPoint>(
    _ distribution: RandomCall.Distribution
  ) -> [Number] {
    [Number](unsafeUninitializedCapacity: count) { numbers, initializedCount in
      stream.draw(count, from: distribution) { numbers.initializeElement(at: $0, to: Number($1)) }
      initializedCount = count
    }
  }

  /// A [first extent, all others] matrix whose shorter side's vectors are orthonormal.
  private func orthogonal() -> [Double] {
    let rows = state.shape[0]
    let columns = count / rows
    let normal: [Double] = draw(.normal(mean: 0, std: 1))
    if rows <= columns { return Self.orthonormalized(normal, vectors: rows, length: columns) }
    let transposed = Self.transposed(normal, rows: rows, columns: columns)
    let vectors = Self.orthonormalized(transposed, vectors: columns, length: rows)
    return Self.transposed(vectors, rows: columns, columns: rows)
  }

  private static func transposed(_ matrix: [Double], rows: Int, columns: Int) -> [Double] {
    var result = matrix
    for row in 0..<rows {
      for column in 0..<columns { result[column * rows + row] = matrix[row * columns + column] }
    }
    return result
  }

  /// QR decomposition by Gram and Schmidt, each vector projected twice for accuracy.
  ///
  /// R's diagonal is positive, which makes Q uniform over the orthogonal matrices.
  private static func orthonormalized(_ matrix: [Double], vectors: Int, length: Int) -> [Double] {
    var matrix = matrix
    matrix.withUnsafeMutableBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return }
      for index in 0..<vectors {
        let vector = start + index * length
        for _ in 0..<2 {
          for earlier in 0..<index {
            let other = start + earlier * length
            let projection = ReferenceLoops.dot(vector, 1, other, 1, length)
            ReferenceLoops.addScaled(-projection, other, 1, to: vector, 1, length)
          }
        }
        let norm = ReferenceLoops.dot(vector, 1, vector, 1, length).squareRoot()
        for place in 0..<length { vector[place] /= max(norm, .leastNormalMagnitude) }
      }
    }
    return matrix
  }
}
