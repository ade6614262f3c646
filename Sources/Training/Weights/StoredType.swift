import Plan
import Runtime

/// The type and shape of a tensor outside the runtime, as far as a state can take it.
struct StoredType: Hashable, CustomStringConvertible {
  var element: ElementType
  var shape: [Int]

  init(_ tensor: HostTensor) {
    shape = tensor.shape
    element =
      switch tensor.elements {
      case .float32: .float32
      case .int64: .int64
      }
  }

  /// The type that `SafetensorsFile.tensor` would give, without reading the tensor; nil where it gives none.
  init?(_ tensor: StoredTensor) {
    shape = tensor.shape
    switch tensor.element {
    case .float64, .float32, .float16, .bfloat16: element = .float32
    case .int64, .int32, .uint8: element = .int64
    default: return nil
    }
  }

  init(_ state: StateDeclaration) {
    (element, shape) = (state.element, state.shape)
  }

  var description: String { "\(element.rawValue)\(shape)" }
}

extension TransferReport {
  /// Files a tensor as loaded, unexpected or of another shape, and says whether it can be used.
  mutating func take(
    _ name: String, of found: StoredType, for state: StateDeclaration?
  ) -> Bool {
    guard let state else {
      unexpected.append(name)
      return false
    }
    let expected = StoredType(state)
    guard expected == found else {
      mismatched.append(
        Mismatch(name: name, expected: "\(expected)", found: "\(found)"))
      return false
    }
    loaded.append(name)
    return true
  }
}
