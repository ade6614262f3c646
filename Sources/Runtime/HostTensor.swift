/// A tensor outside any plan, in row-major order and PyTorch's layouts: what files hold and callers pass.
package struct HostTensor: Sendable, Hashable {
  package enum Elements: Sendable, Hashable {
    case float32([Float])
    case int64([Int64])
  }

  package var shape: [Int]
  package var elements: Elements

  package init(shape: [Int], _ elements: [Float]) {
    precondition(shape.reduce(1, *) == elements.count, "the elements do not fill the shape")
    self.shape = shape
    self.elements = .float32(elements)
  }

  package init(shape: [Int], _ elements: [Int64]) {
    precondition(shape.reduce(1, *) == elements.count, "the elements do not fill the shape")
    self.shape = shape
    self.elements = .int64(elements)
  }

  package var count: Int { shape.reduce(1, *) }

  /// The elements as float32, whole numbers converted.
  package var floats: [Float] {
    switch elements {
    case .float32(let values): values
    case .int64(let values): values.map(Float.init)
    }
  }
}
