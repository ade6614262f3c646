/// Where the elements of a tensor lie.
///
/// Shapes are logical everywhere (N, C, H, W; weights O, I, H, W). Memory is channels-last for tensors of rank 4,
/// weights included, and row-major for all others.
package enum Layout {
  /// The strides, in elements, of a dense tensor in the project's physical layout.
  package static func strides(_ shape: [Int]) -> [Int] {
    shape.count == 4 ? strides(shape, physicalOrder: [0, 2, 3, 1]) : rowMajor(shape)
  }

  /// The strides, in elements, of a dense tensor in row-major order, as PyTorch and safetensors keep it.
  package static func rowMajor(_ shape: [Int]) -> [Int] {
    strides(shape, physicalOrder: Array(shape.indices))
  }

  /// The strides of a dense tensor whose axes lie in memory in `order`, outermost first.
  package static func strides(_ shape: [Int], physicalOrder order: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    var step = 1
    for axis in order.reversed() {
      strides[axis] = step
      step *= shape[axis]
    }
    return strides
  }
}
