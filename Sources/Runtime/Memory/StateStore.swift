import Dispatch
package import Plan

/// Every state tensor in one allocation, in the physical layout that kernels use.
///
/// By name, states are read and written as row-major tensors in PyTorch's layouts.
package final class StateStore {
  package let declarations: [StateDeclaration]
  private let memory: GuardedMemory
  private let offsets: [Int]
  private let indices: [String: Int]

  /// Allocates the states, which must have passed `PlanChecker`, and draws their first values.
  package init(
    _ declarations: [StateDeclaration], seed: UInt64, on machine: Machine
  ) throws(RuntimeError) {
    self.declarations = declarations
    var layout = BufferLayout()
    offsets = declarations.map { layout.append($0.tensor.byteCount) }
    indices = Dictionary(
      declarations.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    memory = try GuardedMemory(byteCount: layout.byteCount, for: "the states")
    try initialize(seed: seed, on: machine)
  }

  package var names: [String] { declarations.map(\.name) }

  /// Bytes of all states together.
  package var byteCount: Int { memory.byteCount }

  package func contains(_ name: String) -> Bool { indices[name] != nil }

  /// The state's elements, row-major.
  package func tensor(_ name: String) throws(RuntimeError) -> HostTensor {
    let index = try index(of: name)
    return HostTensor(declarations[index].tensor, at: pointer(at: index))
  }

  /// Replaces a state's elements; shape and type must be the declared ones.
  package func set(_ name: String, _ tensor: HostTensor) throws(RuntimeError) {
    let index = try index(of: name)
    try tensor.write(as: declarations[index].tensor, to: pointer(at: index), name: name)
  }

  /// Every state by name, row-major.
  package func snapshot() throws(RuntimeError) -> [String: HostTensor] {
    var tensors: [String: HostTensor] = [:]
    for name in names { tensors[name] = try tensor(name) }
    return tensors
  }

  /// Gives every state its first value, on all processors.
  private func initialize(seed: UInt64, on machine: Machine) throws(RuntimeError) {
    let first = declarations.map { StateInitialization($0, seed: seed) }
    let others = first.indices.filter { !first[$0].draw(to: pointer(at: $0), on: machine) }
    // Each iteration writes the memory of its own state alone.
    nonisolated(unsafe) let store = self
    DispatchQueue.concurrentPerform(iterations: others.count) { number in
      first[others[number]].write(toZeroed: store.pointer(at: others[number]))
    }
    var copies: [(origin: Int, index: Int)] = []
    for (index, state) in declarations.enumerated() {
      guard case .copy = state.initializer else { continue }
      copies.append((try origin(of: index), index))
    }
    DispatchQueue.concurrentPerform(iterations: copies.count) { [copies] number in
      let (origin, index) = copies[number]
      store.pointer(at: index).copyMemory(
        from: store.pointer(at: origin), byteCount: store.declarations[index].tensor.byteCount)
    }
  }

  /// Where the state at this place of the table lies.
  func pointer(at index: Int) -> UnsafeMutableRawPointer { memory.start + offsets[index] }

  /// The state at the end of a chain of copies.
  private func origin(of index: Int) throws(RuntimeError) -> Int {
    var index = index
    while case .copy(let name) = declarations[index].initializer {
      index = try self.index(of: name)
    }
    return index
  }

  private func index(of name: String) throws(RuntimeError) -> Int {
    guard let index = indices[name] else {
      throw RuntimeError.unknown(name, "state", among: names)
    }
    return index
  }
}

extension StateDeclaration {
  /// The state as a dense tensor in the physical layout.
  var tensor: PlanTensor { .dense(element, shape, label: name) }
}
