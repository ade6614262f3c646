/// How one operand is read or written over an iteration space: `Σ (index / divisor)·stride`.
struct Access: Hashable {
  var strides: [Int]
  var divisors: [Int]

  init(_ strides: [Int], divisors: [Int]? = nil) {
    self.strides = strides
    self.divisors = divisors ?? strides.map { _ in 1 }
  }
}

/// An iteration space with as few axes as its operands allow.
///
/// Axes of extent 1 vanish, and neighbouring axes become one where every operand steps through them evenly.
struct FoldedSpace: Hashable {
  private(set) var extents: [Int] = []
  private(set) var accesses: [Access]

  init(_ extents: [Int], _ accesses: [Access]) {
    self.accesses = accesses.map { _ in Access([]) }
    for axis in extents.indices where extents[axis] != 1 {
      let mergeable = accesses.indices.allSatisfy { operand in
        let inner = accesses[operand], outer = self.accesses[operand]
        guard let stride = outer.strides.last, let divisor = outer.divisors.last else {
          return false
        }
        // A stride of 0 goes nowhere, whatever it is divided by.
        let even = inner.strides[axis] == 0 || inner.divisors[axis] == 1
        return even && divisor == 1 && stride == inner.strides[axis] * extents[axis]
      }
      if mergeable, let last = self.extents.popLast() {
        self.extents.append(last * extents[axis])
        for operand in accesses.indices { self.accesses[operand].strides.removeLast() }
        for operand in accesses.indices { self.accesses[operand].divisors.removeLast() }
      } else {
        self.extents.append(extents[axis])
      }
      for operand in accesses.indices {
        let stride = accesses[operand].strides[axis]
        self.accesses[operand].strides.append(stride)
        self.accesses[operand].divisors.append(stride == 0 ? 1 : accesses[operand].divisors[axis])
      }
    }
  }
}
