import Plan

/// Which row of a table each index picks; an index out of range picks none.
private struct RowPicking<Scalar: ReferenceScalar> {
  let table: ReferenceOperand<Scalar>
  let picked: ReferenceOperand<Scalar>
  let index: ReferenceOperand<Scalar>
  let batched: Bool
  /// Over one row, with the offsets of the table's row and of the picked one.
  let walk: StridedWalk

  init(
    table: ReferenceOperand<Scalar>, picked: ReferenceOperand<Scalar>,
    index: ReferenceOperand<Scalar>, batched: Bool
  ) {
    self.table = table
    self.picked = picked
    self.index = index
    self.batched = batched
    walk = StridedWalk(
      extent: Array(picked.shape.dropFirst()),
      [
        .init(Array(table.strides.dropFirst(batched ? 2 : 1))),
        .init(Array(picked.strides.dropFirst())),
      ])
  }

  /// Calls `body` with the element of the table, nil when there is no such row, and the one picked from it.
  func forEach(
    _ body: (_ table: UnsafeMutablePointer<Scalar>?, _ picked: UnsafeMutablePointer<Scalar>) -> Void
  ) {
    let rows = table.shape[batched ? 1 : 0]
    for n in 0..<picked.shape[0] {
      let row = Int(exactly: index.integers[n * index.strides[0]]).flatMap {
        (0..<rows).contains($0) ? $0 : nil
      }
      let start = row.map {
        batched ? n * table.strides[0] + $0 * table.strides[1] : $0 * table.strides[0]
      }
      walk.forEachRow { offsets, _ in
        for point in 0..<walk.rowLength {
          body(
            start.map { table.scalars + $0 + offsets[0] + point * walk.rowStrides[0] },
            picked.scalars + n * picked.strides[0] + offsets[1] + point * walk.rowStrides[1])
        }
      }
    }
  }
}

/// target[n] = source[index[n]], or NaN where there is no such row.
struct ReferenceGather<Scalar: ReferenceScalar>: ReferenceKernel {
  private let rows: RowPicking<Scalar>

  init(_ call: GatherCall, _ operand: (TensorID) -> ReferenceOperand<Scalar>) {
    rows = RowPicking(
      table: operand(call.source), picked: operand(call.target), index: operand(call.index),
      batched: call.batched)
  }

  func run(_ context: RunContext) {
    rows.forEach { table, picked in picked.pointee = table?.pointee ?? .nan }
  }
}

/// The adjoint of `gather`, in index order.
struct ReferenceScatterAdd<Scalar: ReferenceScalar>: ReferenceKernel {
  private let rows: RowPicking<Scalar>
  private let walk: StridedWalk

  init(_ call: GatherCall, _ operand: (TensorID) -> ReferenceOperand<Scalar>) {
    rows = RowPicking(
      table: operand(call.target), picked: operand(call.source), index: operand(call.index),
      batched: call.batched)
    walk = rows.table.walk
  }

  func run(_ context: RunContext) {
    ReferenceLoops.fill(rows.table, walk, with: 0)
    rows.forEach { table, picked in table?.pointee += picked.pointee }
  }
}

/// target[n, k] = 1 where k is index[n], else 0.
struct ReferenceOneHot<Scalar: ReferenceScalar>: ReferenceKernel {
  private let index: ReferenceOperand<Scalar>
  private let target: ReferenceOperand<Scalar>

  init(_ call: OneHotCall, _ operand: (TensorID) -> ReferenceOperand<Scalar>) {
    index = operand(call.index)
    target = operand(call.target)
  }

  func run(_ context: RunContext) {
    for n in 0..<target.shape[0] {
      let hot = index.integers[n * index.strides[0]]
      for k in 0..<target.shape[1] {
        target.scalars[n * target.strides[0] + k * target.strides[1]] = Int64(k) == hot ? 1 : 0
      }
    }
  }
}

/// Random numbers; integers may also be asked for as int64.
struct ReferenceRandom<Scalar: ReferenceScalar>: ReferenceKernel {
  private let call: RandomCall
  private let target: ReferenceOperand<Scalar>
  private let isDense: Bool
  private let shape: [Int]
  private let strides: [Int]

  init(_ call: RandomCall, _ operand: (TensorID) -> ReferenceOperand<Scalar>) {
    self.call = call
    target = operand(call.target)
    shape = target.shape
    strides = target.strides
    isDense = strides == Layout.rowMajor(shape)
  }

  func run(_ context: RunContext) {
    let stream = RandomStream(key: context.seed ^ call.key, step: context.step)
    stream.draw(target.count, from: call.distribution) { index, number in
      let place = isDense ? index : offset(of: index)
      switch target.element {
      case .float32, .bfloat16: target.scalars[place] = Scalar(number)
      case .int64: target.integers[place] = Int64(number)
      }
    }
  }

  /// Where the element with this row-major number lies.
  private func offset(of index: Int) -> Int {
    var (rest, offset) = (index, 0)
    for axis in shape.indices.reversed() {
      offset += rest % shape[axis] * strides[axis]
      rest /= shape[axis]
    }
    return offset
  }
}
