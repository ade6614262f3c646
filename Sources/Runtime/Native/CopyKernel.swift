import CKernels
import Plan

extension NativeKernels {
  /// Binds a strided copy; nil for one of too many axes.
  static func copyKernel(
    _ call: CopyCall, on machine: Machine, operand: (TensorID) -> Operand
  ) -> (any BoundKernel)? {
    let (source, target) = (operand(call.source), operand(call.target))
    guard source.tensor.element == target.tensor.element, let loops = machine.instructions.loops
    else { return nil }
    let axes = planeAxes(call)
    guard axes.count <= mostAxes else { return nil }

    let size = source.tensor.element.size
    var arguments = pf_copy()
    arguments.threads = Int32(machine.threads)
    arguments.loops = loops
    arguments.element = source.tensor.element.kernelElement
    arguments.source = UnsafeRawPointer(source.pointer + call.sourceOffset * size)
    arguments.target = target.pointer + call.targetOffset * size
    arguments.axes = Int32(axes.count)
    assign(&arguments.extents, axes.map(\.extent))
    assign(&arguments.source_strides, axes.map(\.source))
    assign(&arguments.target_strides, axes.map(\.target))
    if let fill = call.fill {
      arguments.fill_target = target.pointer
      arguments.fill_count = Int64(target.tensor.count)
      arguments.fill_value = fill
    }
    return CallKernel(arguments, implementation: "copy", body: pf_copy_run)
  }

  /// The folded axes of a copy, in the order in which the target lies in memory; the last two are the plane that is
  /// copied block by block, so the axis along which the source is closest comes last but one.
  private static func planeAxes(
    _ call: CopyCall
  ) -> [(extent: Int, source: Int, target: Int)] {
    let order = call.extent.indices.sorted {
      abs(call.targetStrides[$0]) > abs(call.targetStrides[$1])
    }
    let space = FoldedSpace(
      order.map { call.extent[$0] },
      [
        Access(order.map { call.sourceStrides[$0] }), Access(order.map { call.targetStrides[$0] }),
      ])
    var axes = space.extents.indices.map { axis in
      (
        extent: space.extents[axis], source: space.accesses[0].strides[axis],
        target: space.accesses[1].strides[axis]
      )
    }
    if axes.count > 2,
      let nearest = axes.indices.dropLast().min(by: { abs(axes[$0].source) < abs(axes[$1].source) })
    {
      axes.insert(axes.remove(at: nearest), at: axes.count - 1)
    }
    while axes.count < 2 { axes.insert((extent: 1, source: 0, target: 0), at: 0) }
    return axes
  }
}
