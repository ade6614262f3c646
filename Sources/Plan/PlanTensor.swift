/// The index of a tensor in its program's table.
package struct TensorID: Hashable, Comparable, Sendable, Codable {
  package var index: Int

  package init(_ index: Int) { self.index = index }

  package init(from decoder: any Decoder) throws {
    index = try decoder.singleValueContainer().decode(Int.self)
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(index)
  }

  package static func < (left: Self, right: Self) -> Bool { left.index < right.index }
}

/// One value of a program: its type and its place in memory.
package struct PlanTensor: Codable, Sendable {
  /// Where a tensor's bytes are.
  package enum Storage: Codable, Sendable, Hashable {
    /// At a byte offset of the program's arena.
    case arena(offset: Int)
    /// The state with this index in the plan's table. Several tensors may name one state: its value before an
    /// update and its value after. Writing the later one ends the earlier one.
    case state(Int)
    /// A buffer of the caller's, in the order of the program's inputs.
    case input(Int)
    /// A part of another tensor that is not a view itself, `offset` bytes from its start.
    case view(of: TensorID, offset: Int)
    /// Nowhere: computed and read within one call, a part at a time.
    case transient
    /// A buffer of its own; only in reference programs.
    case own
  }

  package var element: ElementType
  /// Logical shape; empty for a scalar.
  package var shape: [Int]
  /// Elements between neighbours along each logical axis.
  package var strides: [Int]
  package var storage: Storage
  /// The value's principal name in the YAML file's terms, for people; may be empty.
  package var label: String

  package init(
    element: ElementType, shape: [Int], strides: [Int], storage: Storage, label: String = ""
  ) {
    self.element = element
    self.shape = shape
    self.strides = strides
    self.storage = storage
    self.label = label
  }

  package var count: Int { shape.reduce(1, *) }
  package var byteCount: Int { count * element.size }
}

extension [PlanTensor] {
  /// The tensor whose storage a view shares; the tensor itself otherwise.
  package func base(of id: TensorID) -> TensorID {
    if case .view(let base, _) = self[id.index].storage { return base }
    return id
  }
}
