import Dispatch
package import Plan

/// Every state tensor in one allocation, in the physical layout that kernels use.
///
/// By name, states are read and written as row-major tensors in PyTorch's layouts. A state has its first value from when
/// it is asked for, by name or by a program that uses it; until then its pages are not touched. A process that only
/// draws pictures has no memory for discriminators and optimisers.
package final class StateStore {
  package let declarations: [StateDeclaration]
  private let seed: UInt64
  private let machine: Machine
  private let memory: GuardedMemory
  private let offsets: [Int]
  private let indices: [String: Int]
  /// By state, whether its memory holds a value.
  private var isSupplied: [Bool]

  /// Reserves room for the states, which must have passed `PlanChecker`.
  package init(
    _ declarations: [StateDeclaration], seed: UInt64, on machine: Machine
  ) throws(RuntimeError) {
    self.declarations = declarations
    self.seed = seed
    self.machine = machine
    var layout = BufferLayout()
    offsets = declarations.map { layout.append($0.tensor.byteCount) }
    indices = Dictionary(
      declarations.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    memory = try GuardedMemory(byteCount: layout.byteCount, for: "the states")
    isSupplied = Array(repeating: false, count: declarations.count)
  }

  package var names: [String] { declarations.map(\.name) }

  /// Bytes of the states that have a value.
  package var suppliedByteCount: Int {
    declarations.indices.reduce(0) { $0 + (isSupplied[$1] ? declarations[$1].tensor.byteCount : 0) }
  }

  package func contains(_ name: String) -> Bool { indices[name] != nil }

  /// The state's elements, row-major.
  package func tensor(_ name: String) throws(RuntimeError) -> HostTensor {
    let index = try index(of: name)
    try supply([index])
    return HostTensor(declarations[index].tensor, at: pointer(at: index))
  }

  /// Replaces a state's elements; shape and type must be the declared ones.
  package func set(_ name: String, _ tensor: HostTensor) throws(RuntimeError) {
    let index = try index(of: name)
    try tensor.write(as: declarations[index].tensor, to: pointer(at: index), name: name)
    isSupplied[index] = true
  }

  /// Every state by name, row-major.
  package func snapshot() throws(RuntimeError) -> [String: HostTensor] {
    try supply(declarations.indices)
    var tensors: [String: HostTensor] = [:]
    for name in names { tensors[name] = try tensor(name) }
    return tensors
  }

  /// Gives each of these states that has no value its first one, on all processors.
  func supply(_ wanted: some Sequence<Int>) throws(RuntimeError) {
    let open = Set(wanted).filter { !isSupplied[$0] }.sorted()
    // By origin, the first of those that start with its numbers; the others are copied from there. The origin itself may
    // have been changed since it got them.
    var drawn: [Int: Int] = [:]
    var first: [(index: Int, value: StateInitialization)] = []
    var copies: [(drawn: Int, index: Int)] = []
    for index in open {
      let origin = try origin(of: index)
      if let drawn = drawn[origin] {
        copies.append((drawn, index))
      } else {
        drawn[origin] = index
        first.append((index, StateInitialization(declarations[origin], seed: seed)))
      }
    }
    draw(first)
    // Each iteration writes the memory of its own state alone.
    nonisolated(unsafe) let store = self
    DispatchQueue.concurrentPerform(iterations: copies.count) { [copies] number in
      let (drawn, index) = copies[number]
      store.pointer(at: index).copyMemory(
        from: store.pointer(at: drawn), byteCount: store.declarations[index].tensor.byteCount)
    }
    for index in open { isSupplied[index] = true }
  }

  /// Writes first values to states that are still zero.
  private func draw(_ states: [(index: Int, value: StateInitialization)]) {
    let others = states.filter { !$0.value.draw(to: pointer(at: $0.index), on: machine) }
    nonisolated(unsafe) let store = self
    DispatchQueue.concurrentPerform(iterations: others.count) { number in
      others[number].value.write(toZeroed: store.pointer(at: others[number].index))
    }
  }

  /// Where the state at this place of the table lies; `supply` gives it a value.
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
