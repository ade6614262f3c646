import GraphIR
import Plan

extension FusedTile {
  /// The kernel call for given physical strides; operands are numbered inputs first, then outputs.
  ///
  /// The iteration space is walked in the physical order of the first result of full size, with neighbouring axes
  /// merged where every operand allows it.
  func lowered(_ context: LoweringContext) -> TileCall {
    var walk = TileWalk(extent)
    for load in loads { walk.add(load.access, context.strides[load.input]) }
    let targets = stores + reductions.map(\.target)
    for (index, target) in targets.enumerated() {
      walk.add(target.access, context.strides[context.inputs.count + index])
    }
    let leader = stores.isEmpty ? walk.widest(among: loads.indices) : loads.count
    walk.order(by: leader)
    walk.merge()
    return TileCall(
      extent: walk.extent,
      loads: loads.enumerated().map { index, load in
        TileLoad(
          tensor: context.input(load.input), strides: walk.strides(index),
          divisors: walk.divisors(index))
      },
      instructions: instructions,
      stores: stores.enumerated().map { index, store in
        TileStore(
          register: store.register, tensor: context.output(index),
          strides: walk.strides(loads.count + index))
      },
      reductions: reductions.enumerated().map { index, reduction in
        TileReduction(
          kind: reduction.kind, register: reduction.target.register,
          tensor: context.output(stores.count + index),
          strides: walk.strides(loads.count + stores.count + index))
      })
  }
}

/// An iteration space and how each operand steps through it.
private struct TileWalk {
  private struct Step: Equatable {
    var stride = 0
    var divisor = 1
  }

  private(set) var extent: [Int]
  /// By operand, by axis.
  private var steps: [[Step]] = []

  init(_ extent: [Int]) {
    // A scalar still takes one step.
    self.extent = extent.isEmpty ? [1] : extent
  }

  mutating func add(_ access: TileAccess, _ strides: [Int]) {
    var operand = [Step](repeating: Step(), count: extent.count)
    for (axis, stride) in zip(access.axes, strides) {
      if let axis { operand[axis.axis] = Step(stride: stride, divisor: axis.divisor) }
    }
    steps.append(operand)
  }

  func strides(_ operand: Int) -> [Int] { steps[operand].map(\.stride) }
  func divisors(_ operand: Int) -> [Int] { steps[operand].map(\.divisor) }

  /// The operand that steps along most axes, the first of several.
  func widest(among operands: Range<Int>) -> Int? {
    operands.max { left, right in
      (moves(left), right) < (moves(right), left)
    }
  }

  private func moves(_ operand: Int) -> Int { steps[operand].count { $0.stride > 0 } }

  /// Sorts the axes by the strides of one operand, the widest stride outermost.
  mutating func order(by leader: Int?) {
    guard let leader else { return }
    let axes = extent.indices.sorted { left, right in
      (steps[leader][right].stride, left) < (steps[leader][left].stride, right)
    }
    extent = axes.map { extent[$0] }
    steps = steps.map { operand in axes.map { operand[$0] } }
  }

  /// Makes one axis of two neighbours that every operand walks as one.
  mutating func merge() {
    var axis = extent.count - 1
    while axis > 0 {
      if steps.allSatisfy({ walksAsOne($0[axis - 1], $0[axis], extent[axis]) }) {
        extent[axis - 1] *= extent[axis]
        extent.remove(at: axis)
        for operand in steps.indices {
          steps[operand][axis - 1] = steps[operand][axis]
          steps[operand].remove(at: axis)
        }
      }
      axis -= 1
    }
  }

  private func walksAsOne(_ outer: Step, _ inner: Step, _ count: Int) -> Bool {
    outer.divisor == 1 && inner.divisor == 1 && outer.stride == inner.stride * count
  }
}
