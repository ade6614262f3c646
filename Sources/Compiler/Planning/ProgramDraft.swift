import GraphIR
import Plan

/// A program whose calls are known, but not yet where its tensors lie.
struct ProgramDraft {
  /// What decides where a tensor lies.
  enum Home: Hashable {
    case computed
    case input(Int)
    case state(Int)
    /// Part of a tensor that is no view itself, so many bytes from its start.
    case view(of: TensorID, offset: Int)
    /// Within one call alone.
    case transient
  }

  struct Tensor {
    var type: TensorType
    var strides: [Int]
    var home: Home
    var label: String

    var byteCount: Int { type.count * type.element.size }
  }

  var tensors: [Tensor] = []
  var calls: [Call] = []
  var fused: [Program.NamedRegister] = []
  /// The tensor of each value of the graph that has one.
  var tensorOf: [Value: TensorID] = [:]

  subscript(id: TensorID) -> Tensor { tensors[id.index] }

  /// The tensor in whose memory another lies, and at how many bytes from its start.
  func root(of id: TensorID) -> (tensor: TensorID, offset: Int) {
    if case .view(let root, let offset) = self[id].home { return (root, offset) }
    return (id, 0)
  }

  mutating func add(_ tensor: Tensor) -> TensorID {
    tensors.append(tensor)
    return TensorID(tensors.count - 1)
  }

  /// Copies a whole tensor into another of equal shape.
  mutating func appendCopy(from source: TensorID, to target: TensorID, label: String) {
    let (from, to) = (self[source], self[target])
    guard
      let walk = AxisRefinement(
        from: (from.type.shape, from.strides), to: (to.type.shape, to.strides))
    else { preconditionFailure("equal shapes are always walked in step") }
    calls.append(Call(.copy(walk.copy(from: source, to: target)), label: label))
  }
}
