import CKernels
import Plan

extension NativeKernels {
  /// Binds mean and variance over any axes; nil for tensors of too many axes.
  static func momentsKernel(
    _ call: MomentsCall, on machine: Machine, operand: (TensorID) -> Operand
  ) -> (any BoundKernel)? {
    let (source, mean) = (operand(call.source), operand(call.mean))
    let variance = operand(call.variance)
    guard let loops = machine.instructions.loops,
      mean.tensor.strides == variance.tensor.strides,
      source.tensor.element.isReal, mean.tensor.element == .float32,
      variance.tensor.element == .float32,
      let shape = MomentsShape(source.tensor, reducing: call.axes, to: mean.tensor)
    else { return nil }
    var arguments = shape.arguments
    arguments.loops = loops
    arguments.threads = Int32(machine.threads)
    arguments.source = UnsafeRawPointer(source.pointer)
    arguments.element = source.tensor.element.kernelElement
    arguments.mean = mean.pointer.assumingMemoryBound(to: Float.self)
    arguments.variance = variance.pointer.assumingMemoryBound(to: Float.self)
    return CallKernel(
      arguments, implementation: "moments:\(machine.instructions.vectors)",
      scratchBytes: { Int(pf_moments_scratch_bytes($0)) },
      setScratch: { $0.scratch = $1.assumingMemoryBound(to: CChar.self) },
      body: pf_moments_run)
  }
}

/// A tensor seen as groups × runs × length × columns: groups and columns are kept, runs and length are reduced.
private struct MomentsShape {
  /// An axis of the source in memory order, with its stride in the target (0 where it is reduced).
  private struct Axis {
    var extent: Int
    var stride: Int
    var target: Int
    var isReduced: Bool
  }

  private var groups: [Axis] = []
  private var runs: [Axis] = []
  private var length = Axis(extent: 1, stride: 1, target: 0, isReduced: true)
  private var columns = Axis(extent: 1, stride: 1, target: 0, isReduced: false)

  /// Elements that are worth a thread's while, and the most results that all parts may take.
  private static let grain = 32768, mostSlots = 1 << 20

  init?(_ source: PlanTensor, reducing axes: [Int], to target: PlanTensor) {
    let reduced = Set(axes)
    var folded: [Axis] = []
    let ordered = source.shape.indices.filter { source.shape[$0] != 1 }
      .sorted { source.strides[$0] > source.strides[$1] }
    for index in ordered {
      let isReduced = reduced.contains(index)
      let axis = Axis(
        extent: source.shape[index], stride: source.strides[index],
        target: isReduced ? 0 : target.strides[index], isReduced: isReduced)
      if let last = folded.last, last.isReduced == isReduced,
        last.stride == axis.stride * axis.extent, last.target == axis.target * axis.extent
      {
        folded[folded.count - 1].extent *= axis.extent
        folded[folded.count - 1].stride = axis.stride
        folded[folded.count - 1].target = axis.target
      } else {
        folded.append(axis)
      }
    }
    if let last = folded.last, !last.isReduced, last.stride == 1 {
      columns = last
      folded.removeLast()
    }
    if let index = folded.lastIndex(where: \.isReduced) { length = folded.remove(at: index) }
    groups = folded.filter { !$0.isReduced }
    runs = folded.filter(\.isReduced)
    guard max(groups.count, runs.count) <= mostAxes else { return nil }
  }

  var arguments: pf_moments {
    let groupCount = groups.reduce(1) { $0 * $1.extent }
    let runCount = runs.reduce(1) { $0 * $1.extent }
    let block = min(columns.extent, 1024)
    let blocks = (columns.extent + block - 1) / block
    let isRow = columns.extent == 1 && length.stride == 1
    let unit = min(isRow ? 1024 : 64, length.extent)
    let units = runCount * ((length.extent + unit - 1) / unit)
    let elements = runCount * length.extent * block
    let grain = max(Self.grain, groupCount * elements * blocks / 256)
    var parts = 1
    if groupCount * blocks < 64 {
      let room = max(Self.mostSlots / (groupCount * columns.extent), 1)
      parts = max(min(elements / grain, units, room), 1)
      // No part may be left without units.
      let share = (units + parts - 1) / parts
      parts = (units + share - 1) / share
    }
    var arguments = pf_moments()
    arguments.group_axes = Int32(groups.count)
    assign(&arguments.group_extents, groups.map(\.extent))
    assign(&arguments.group_strides, groups.map(\.stride))
    assign(&arguments.group_targets, groups.map(\.target))
    arguments.run_axes = Int32(runs.count)
    assign(&arguments.run_extents, runs.map(\.extent))
    assign(&arguments.run_strides, runs.map(\.stride))
    arguments.groups = Int64(groupCount)
    arguments.runs = Int64(runCount)
    arguments.length = Int64(length.extent)
    arguments.length_stride = Int64(length.stride)
    arguments.columns = Int64(columns.extent)
    arguments.column_target = Int64(columns.target)
    arguments.block_columns = Int64(block)
    arguments.unit_rows = Int64(unit)
    arguments.parts = Int64(parts)
    arguments.chunk_groups = Int64(parts > 1 ? 1 : max(grain / elements, 1))
    return arguments
  }
}
