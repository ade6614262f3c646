/// One compiled graph: tensors at fixed places and kernel calls in order.
package struct Program: Codable, Sendable {
  /// A tensor that the caller supplies before a run.
  package struct Input: Codable, Sendable {
    /// Who supplies it.
    package enum Source: Codable, Sendable, Hashable {
      /// A data set, or the caller of `planform run`.
      case caller
      /// The trainer, which evaluates the schedule before every step.
      case schedule(Schedule)
    }
    package var name: String
    package var tensor: TensorID
    package var source: Source

    package init(name: String, tensor: TensorID, source: Source) {
      self.name = name
      self.tensor = tensor
      self.source = source
    }
  }

  /// A name by which people ask for a tensor: outputs, losses, activations, gradients.
  package struct NamedTensor: Codable, Sendable {
    package var name: String
    package var tensor: TensorID

    package init(name: String, tensor: TensorID) {
      self.name = name
      self.tensor = tensor
    }
  }

  /// A named value that lives only inside a tile call, in one of its registers.
  package struct NamedRegister: Codable, Sendable {
    package var name: String
    /// Index into `calls` of the tile call.
    package var call: Int
    /// Which of the call's tiles; 0 unless it runs a list of them.
    package var tile: Int
    package var register: Int
    /// Logical shape of the value.
    package var shape: [Int]

    package init(name: String, call: Int, tile: Int = 0, register: Int, shape: [Int]) {
      self.name = name
      self.call = call
      self.tile = tile
      self.register = register
      self.shape = shape
    }
  }

  package var name: String
  package var inputs: [Input]
  /// What the program is for: valid when the last call has run.
  package var outputs: [NamedTensor]
  /// Every other named value that is a tensor of its own at some time.
  package var values: [NamedTensor]
  /// Named values that fusion keeps in registers.
  package var fused: [NamedRegister]
  package var tensors: [PlanTensor]
  package var calls: [Call]
  package var memory: MemoryReport
  /// The same program before any optimisation, for the reference interpreter.
  package var reference: ReferenceProgram?

  package init(
    name: String, inputs: [Input], outputs: [NamedTensor], values: [NamedTensor],
    fused: [NamedRegister], tensors: [PlanTensor], calls: [Call], memory: MemoryReport,
    reference: ReferenceProgram?
  ) {
    self.name = name
    self.inputs = inputs
    self.outputs = outputs
    self.values = values
    self.fused = fused
    self.tensors = tensors
    self.calls = calls
    self.memory = memory
    self.reference = reference
  }

  package init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: CodingKeys.self)
    name = try members.decode(String.self, forKey: .name)
    inputs = try members.decode([Input].self, forKey: .inputs)
    outputs = try members.decode([NamedTensor].self, forKey: .outputs)
    values = try members.decode([NamedTensor].self, forKey: .values)
    fused = try members.decode([NamedRegister].self, forKey: .fused)
    tensors = try members.decode([PlanTensor].self, forKey: .tensors)
    calls = try members.decode([Call].self, forKey: .calls)
    memory = try members.decode(MemoryReport.self, forKey: .memory)
    if !decoder.leavesOutReferences {
      reference = try members.decodeIfPresent(ReferenceProgram.self, forKey: .reference)
    }
  }
}

/// A kernel call and where it comes from.
package struct Call: Codable, Sendable {
  package var kernel: KernelCall
  /// The YAML node, as a path of block instances, that this call computes; for people.
  package var label: String

  package init(_ kernel: KernelCall, label: String) {
    self.kernel = kernel
    self.label = label
  }
}

/// The unoptimised program: every graph node is a call, every value a tensor of its own outside any arena.
package struct ReferenceProgram: Codable, Sendable {
  package var inputs: [Program.Input]
  package var outputs: [Program.NamedTensor]
  package var values: [Program.NamedTensor]
  package var tensors: [PlanTensor]
  package var calls: [Call]

  package init(
    inputs: [Program.Input], outputs: [Program.NamedTensor], values: [Program.NamedTensor],
    tensors: [PlanTensor], calls: [Call]
  ) {
    self.inputs = inputs
    self.outputs = outputs
    self.values = values
    self.tensors = tensors
    self.calls = calls
  }
}

/// What the memory planner achieved, in bytes.
package struct MemoryReport: Codable, Sendable {
  /// Size of the arena.
  package var arena: Int
  /// The largest sum of live buffers at any call: no allocator can do better for this order.
  package var lowerBound: Int
  /// What the buffers would need without any reuse.
  package var withoutReuse: Int
  /// The packing heuristic that won.
  package var heuristic: String

  package init(arena: Int, lowerBound: Int, withoutReuse: Int, heuristic: String) {
    self.arena = arena
    self.lowerBound = lowerBound
    self.withoutReuse = withoutReuse
    self.heuristic = heuristic
  }
}
