package import Plan

/// Between row-major arrays and strided memory.
extension HostTensor {
  /// The tensor that lies at `pointer` in the given strides.
  package init(_ tensor: PlanTensor, at pointer: UnsafeRawPointer) {
    switch tensor.element {
    case .float32:
      self.init(
        shape: tensor.shape,
        StridedMemory.read(
          pointer.assumingMemoryBound(to: Float.self), tensor.shape, tensor.strides))
    case .int64:
      self.init(
        shape: tensor.shape,
        StridedMemory.read(
          pointer.assumingMemoryBound(to: Int64.self), tensor.shape, tensor.strides))
    case .bfloat16:
      self.init(
        shape: tensor.shape,
        StridedMemory.read(
          pointer.assumingMemoryBound(to: Bfloat16.self), tensor.shape, tensor.strides
        ).map(Float.init))
    }
  }

  package var element: ElementType {
    switch elements {
    case .float32: .float32
    case .int64: .int64
    }
  }

  /// Copies the elements to `pointer` in the given strides; shape and type must agree.
  package func write(
    as tensor: PlanTensor, to pointer: UnsafeMutableRawPointer, name: String
  ) throws(RuntimeError) {
    guard shape == tensor.shape, element == tensor.element else {
      throw RuntimeError(
        .invalid,
        "expected '\(name)' of shape \(tensor.shape) and type \(tensor.element.rawValue), found "
          + "\(shape) of \(element.rawValue)")
    }
    switch elements {
    case .float32(let values):
      StridedMemory.write(
        values, to: pointer.assumingMemoryBound(to: Float.self), shape, tensor.strides)
    case .int64(let values):
      StridedMemory.write(
        values, to: pointer.assumingMemoryBound(to: Int64.self), shape, tensor.strides)
    }
  }
}

/// Copies between arrays in row-major order and memory with strides in elements.
enum StridedMemory {
  static func read<Element>(
    _ source: UnsafePointer<Element>, _ shape: [Int], _ strides: [Int]
  ) -> [Element] {
    let count = shape.reduce(1, *)
    return [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
      guard let target = buffer.baseAddress else { return }
      let walk = StridedWalk(extent: shape, [.init(strides)])
      let stride = walk.rowStrides[0]
      walk.forEachRow { offsets, row in
        let from = source + offsets[0]
        let to = target + row * walk.rowLength
        for point in 0..<walk.rowLength { (to + point).initialize(to: from[point * stride]) }
      }
      initialized = count
    }
  }

  static func write<Element>(
    _ elements: [Element], to target: UnsafeMutablePointer<Element>, _ shape: [Int],
    _ strides: [Int]
  ) {
    elements.withUnsafeBufferPointer { buffer in
      guard let source = buffer.baseAddress else { return }
      let walk = StridedWalk(extent: shape, [.init(strides)])
      let stride = walk.rowStrides[0]
      walk.forEachRow { offsets, row in
        let from = source + row * walk.rowLength
        let to = target + offsets[0]
        for point in 0..<walk.rowLength { to[point * stride] = from[point] }
      }
    }
  }
}

extension PlanTensor {
  /// Bytes from the first element to the end of the last one.
  var spanBytes: Int {
    (zip(shape, strides).reduce(1) { $0 + ($1.0 - 1) * $1.1 }) * element.size
  }

  /// A dense tensor in the project's physical layout.
  static func dense(_ element: ElementType, _ shape: [Int], label: String = "") -> PlanTensor {
    PlanTensor(
      element: element, shape: shape, strides: Layout.strides(shape), storage: .own, label: label)
  }
}
