import CKernels
import Plan

extension NativeKernels {
  /// Binds `gather`, or with `adds` its adjoint; nil where a picked row does not lie in one piece.
  static func gatherKernel(
    _ call: GatherCall, adds: Bool, on machine: Machine, operand: (TensorID) -> Operand
  ) -> (any BoundKernel)? {
    let (source, index, target) = (operand(call.source), operand(call.index), operand(call.target))
    let (table, picks) = adds ? (target.tensor, source.tensor) : (source.tensor, target.tensor)
    let leading = call.batched ? 2 : 1
    let row = Array(table.shape.dropFirst(leading))
    guard index.tensor.element == .int64, table.element == picks.element,
      table.element != .bfloat16,
      !adds || table.element == .float32,
      isDense(row, strides: Array(table.strides.dropFirst(leading))),
      Array(table.strides.dropFirst(leading)) == Array(picks.strides.dropFirst(1))
        || row.reduce(1, *) == 1
    else { return nil }
    var arguments = pf_gather()
    arguments.threads = Int32(machine.threads)
    arguments.element_size = Int32(table.element.size)
    arguments.source = UnsafeRawPointer(source.pointer)
    arguments.index = UnsafePointer(index.pointer.assumingMemoryBound(to: Int64.self))
    arguments.target = target.pointer
    arguments.count = Int64(index.tensor.count)
    arguments.table_rows = Int64(table.shape[leading - 1])
    arguments.row = Int64(row.reduce(1, *))
    arguments.pick_stride = Int64(picks.strides[0])
    arguments.table_stride = Int64(table.strides[leading - 1])
    arguments.batch_stride = Int64(call.batched ? table.strides[0] : 0)
    arguments.table_count = Int64(table.count)
    return CallKernel(
      arguments, implementation: adds ? "scatter" : "gather",
      body: { adds ? pf_scatter_add_run($0) : pf_gather_run($0) })
  }

  /// Binds `oneHot`.
  static func oneHotKernel(
    _ call: OneHotCall, operand: (TensorID) -> Operand
  ) -> (any BoundKernel)? {
    let (index, target) = (operand(call.index), operand(call.target))
    guard index.tensor.element == .int64, target.tensor.element == .float32 else { return nil }
    let arguments = OneHot(
      index: UnsafePointer(index.pointer.assumingMemoryBound(to: Int64.self)),
      target: target.pointer.assumingMemoryBound(to: Float.self),
      count: Int64(index.tensor.count), classes: Int64(target.tensor.shape[1]))
    return CallKernel(arguments, implementation: "one-hot") { pointer in
      guard let call = pointer?.pointee else { return }
      pf_one_hot_run(call.index, call.target, call.count, call.classes)
    }
  }

  /// Whether elements of this shape fill one piece of memory, in whatever order.
  private static func isDense(_ shape: [Int], strides: [Int]) -> Bool {
    var step = 1
    for axis in shape.indices.sorted(by: { strides[$0] < strides[$1] }) where shape[axis] != 1 {
      guard strides[axis] == step else { return false }
      step *= shape[axis]
    }
    return true
  }
}

private struct OneHot {
  var index: UnsafePointer<Int64>
  var target: UnsafeMutablePointer<Float>
  var count: Int64
  var classes: Int64
}
