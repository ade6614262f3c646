/// Visits a box of indices row by row and knows each operand's offset at the start of the row.
///
/// Operand k lies at `Σ (i / divisor)·stride` elements; the innermost axis is left to the caller's loop.
final class StridedWalk {
  struct Access {
    var strides: [Int]
    var divisors: [Int]?

    init(_ strides: [Int], divisors: [Int]? = nil) {
      self.strides = strides
      self.divisors = divisors
    }
  }

  /// Points of one row.
  let rowLength: Int
  /// What one step along a row adds to each operand's offset, before division.
  let rowStrides: [Int]
  let rowDivisors: [Int]
  private let extent: [Int]
  private let strides: [Int]
  private let divisors: [Int]
  private let operands: Int
  private let index: ReferenceBuffer<Int>
  private let offsets: ReferenceBuffer<Int>

  init(extent: [Int], _ accesses: [Access]) {
    let outer = max(extent.count - 1, 0)
    rowLength = extent.last ?? 1
    rowStrides = accesses.map { $0.strides.last ?? 0 }
    rowDivisors = accesses.map { $0.divisors?.last ?? 1 }
    self.extent = Array(extent[..<outer])
    operands = accesses.count
    strides = accesses.flatMap { $0.strides[..<outer] }
    divisors = accesses.flatMap {
      $0.divisors.map { Array($0[..<outer]) } ?? Array(repeating: 1, count: outer)
    }
    index = ReferenceBuffer(count: outer, filledWith: 0)
    offsets = ReferenceBuffer(count: accesses.count, filledWith: 0)
  }

  /// Calls `body` with the operands' offsets and the number of the row, in row-major order.
  func forEachRow(_ body: (_ offsets: UnsafeMutablePointer<Int>, _ row: Int) -> Void) {
    let rank = extent.count
    index.pointer.update(repeating: 0, count: rank)
    var row = 0
    while true {
      for operand in 0..<operands {
        var offset = 0
        for axis in 0..<rank {
          let place = operand * rank + axis
          offset += index.pointer[axis] / divisors[place] * strides[place]
        }
        offsets.pointer[operand] = offset
      }
      body(offsets.pointer, row)
      row += 1
      var axis = rank - 1
      while axis >= 0 {
        index.pointer[axis] += 1
        if index.pointer[axis] < extent[axis] { break }
        index.pointer[axis] = 0
        axis -= 1
      }
      if axis < 0 { return }
    }
  }
}
