package import Plan

/// Where every tensor of a program lies: the arena, the inputs' buffers and the states.
final class ProgramMemory {
  let program: Program
  private let states: StateStore
  private let arena: GuardedMemory
  let inputs: GuardedMemory
  private let pointers: [UnsafeMutableRawPointer]

  init(_ program: Program, states: StateStore) throws(RuntimeError) {
    self.program = program
    self.states = states
    arena = try GuardedMemory(
      byteCount: program.memory.arena, for: "the arena of '\(program.name)'")
    var layout = BufferLayout()
    let offsets = program.inputs.map {
      layout.append(program.tensors[$0.tensor.index].spanBytes)
    }
    inputs = try GuardedMemory(
      byteCount: layout.byteCount, for: "the inputs of '\(program.name)'")
    pointers = program.tensors.map { [arena, inputs] tensor in
      func pointer(_ storage: PlanTensor.Storage) -> UnsafeMutableRawPointer {
        switch storage {
        case .arena(let offset): arena.start + offset
        case .state(let index): states.pointer(at: index)
        case .input(let index): inputs.start + offsets[index]
        case .view(let base, let offset): pointer(program.tensors[base.index].storage) + offset
        case .own, .transient: arena.start
        }
      }
      return pointer(tensor.storage)
    }
  }

  /// A place of the arena, in bytes from its start.
  func arenaPointer(at offset: Int) -> UnsafeMutableRawPointer { arena.start + offset }

  func operand(_ id: TensorID) -> Operand {
    Operand(tensor: program.tensors[id.index], pointer: pointers[id.index])
  }

  func base(_ id: TensorID) -> TensorID { program.tensors.base(of: id) }
}

extension Program {
  /// The places in the plan's table of all states that the program reads or writes.
  package var stateIndices: Set<Int> {
    Set(tensors.compactMap { if case .state(let index) = $0.storage { index } else { nil } })
  }
}
