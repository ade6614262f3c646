/// The tensors of one program with the storage they may use.
struct TensorTable {
  let tensors: [PlanTensor]
  let inputs: [Program.Input]
  /// Bytes of the arena.
  let arena: Int
  /// Whether tensors have buffers of their own instead of places in an arena.
  let isReference: Bool

  subscript(id: TensorID) -> PlanTensor { tensors[id.index] }

  func checkIndex(_ id: TensorID, at place: String) throws(PlanError) {
    guard tensors.indices.contains(id.index) else {
      throw PlanError(
        "expected a tensor index below \(tensors.count), found \(id.index)", at: place)
    }
  }

  /// `tensor 7 'g.image'`.
  func name(_ id: TensorID) -> String {
    let label = self[id].label
    return label.isEmpty ? "tensor \(id.index)" : "tensor \(id.index) '\(label)'"
  }

  func base(_ id: TensorID) -> TensorID { tensors.base(of: id) }

  /// Bytes from the first element's first to the last element's last.
  func span(_ id: TensorID) -> Int {
    let tensor = self[id]
    let last = zip(tensor.shape, tensor.strides).reduce(0) { $0 + ($1.0 - 1) * $1.1 }
    return (last + 1) * tensor.element.size
  }
}

/// Every tensor's shape, strides and place.
extension PlanChecker {
  func check(_ table: TensorTable, at place: String) throws(PlanError) {
    for index in table.tensors.indices {
      let id = TensorID(index)
      let place = "\(place).tensors[\(index)]"
      try checkShape(table[id], at: place)
      guard table[id].element != .bfloat16 || !table.isReference else {
        throw PlanError(
          "expected f32, found bf16, in which only optimised programs store numbers", at: place)
      }
    }
    for index in table.tensors.indices {
      try checkStorage(TensorID(index), table, at: "\(place).tensors[\(index)]")
    }
    try checkInputs(table, at: place)
  }

  private func checkShape(_ tensor: PlanTensor, at place: String) throws(PlanError) {
    guard Limits.count(tensor.shape, elementSize: tensor.element.size) != nil else {
      throw PlanError(
        "expected a shape of at most \(Limits.rank) positive extents and 2^40 bytes, found "
          + "\(tensor.shape)", at: place)
    }
    guard tensor.strides.count == tensor.shape.count else {
      throw PlanError(
        "expected \(tensor.shape.count) strides, found \(tensor.strides.count)", at: place)
    }
    guard let pattern = AddressPattern(extent: tensor.shape, strides: tensor.strides),
      pattern.last < Limits.bytes / tensor.element.size,
      tensor.strides.allSatisfy({ $0 <= Limits.bytes })
    else {
      throw PlanError(
        "expected strides from 0 that stay within 2^40 bytes, found \(tensor.strides)", at: place)
    }
  }

  private func checkStorage(_ id: TensorID, _ table: TensorTable, at place: String)
    throws(PlanError)
  {
    let tensor = table[id]
    switch tensor.storage {
    case .arena(let offset):
      guard !table.isReference else {
        throw PlanError("expected a buffer of its own, found an arena offset", at: place)
      }
      guard offset >= 0, offset % 64 == 0 else {
        throw PlanError("expected an arena offset in steps of 64, found \(offset)", at: place)
      }
      guard offset <= table.arena, table.span(id) <= table.arena - offset else {
        throw PlanError(
          "expected \(table.span(id)) bytes at \(offset) to end within the arena's "
            + "\(table.arena), found that they do not", at: place)
      }
    case .state(let index): try checkState(tensor, index, at: place)
    case .input(let index): try checkInput(tensor, index, table, at: place)
    case .view(let base, let offset): try checkView(id, of: base, offset, table, at: place)
    case .transient:
      guard !table.isReference else {
        throw PlanError(
          "expected a buffer of its own, found 'transient', which only optimised programs use",
          at: place)
      }
    case .own:
      guard table.isReference else {
        throw PlanError(
          "expected a place in the arena, found 'own', which only reference programs may use",
          at: place)
      }
    }
  }

  private func checkState(_ tensor: PlanTensor, _ index: Int, at place: String) throws(PlanError) {
    guard plan.states.indices.contains(index) else {
      throw PlanError(
        "expected a state index below \(plan.states.count), found \(index)", at: place)
    }
    let state = plan.states[index]
    guard tensor.shape == state.shape, tensor.element == state.element else {
      throw PlanError(
        "expected \(state.shape) of \(state.element.rawValue) like state '\(state.name)', found "
          + "\(tensor.shape) of \(tensor.element.rawValue)", at: place)
    }
    guard tensor.strides == Layout.strides(tensor.shape) else {
      throw PlanError(
        "expected the strides \(Layout.strides(tensor.shape)) of a state, found \(tensor.strides)",
        at: place)
    }
  }

  private func checkInput(
    _ tensor: PlanTensor, _ index: Int, _ table: TensorTable, at place: String
  ) throws(PlanError) {
    guard table.inputs.indices.contains(index) else {
      throw PlanError(
        "expected an input index below \(table.inputs.count), found \(index)", at: place)
    }
    guard tensor.strides == Layout.strides(tensor.shape) else {
      throw PlanError(
        "expected the strides \(Layout.strides(tensor.shape)) of an input, found "
          + "\(tensor.strides)", at: place)
    }
    let declared = table.inputs[index].tensor
    try table.checkIndex(declared, at: place)
    guard table[declared].shape == tensor.shape, table[declared].element == tensor.element else {
      throw PlanError(
        "expected \(table[declared].shape) like input '\(table.inputs[index].name)', found "
          + "\(tensor.shape)", at: place)
    }
  }

  private func checkView(
    _ id: TensorID, of base: TensorID, _ offset: Int, _ table: TensorTable, at place: String
  ) throws(PlanError) {
    try table.checkIndex(base, at: place)
    switch table[base].storage {
    case .view, .transient:
      throw PlanError(
        "expected a view of a tensor that is not a view itself and is stored, found "
          + table.name(base), at: place)
    case .arena, .state, .input, .own: break
    }
    guard table[base].element == table[id].element else {
      throw PlanError(
        "expected elements of \(table[base].element.rawValue) like the viewed tensor, found "
          + table[id].element.rawValue, at: place)
    }
    let (span, room) = (table.span(id), table.span(base))
    guard offset >= 0, offset % table[id].element.size == 0, offset <= room, span <= room - offset
    else {
      throw PlanError(
        "expected \(span) bytes at whole elements within the \(room) of \(table.name(base)), "
          + "found offset \(offset)", at: place)
    }
  }

  private func checkInputs(_ table: TensorTable, at place: String) throws(PlanError) {
    try checkUnique(table.inputs.map(\.name), what: "input", at: "\(place).inputs")
    for (index, input) in table.inputs.enumerated() {
      let place = "\(place).inputs[\(index)] '\(input.name)'"
      try table.checkIndex(input.tensor, at: place)
      guard table[input.tensor].element != .bfloat16 else {
        throw PlanError("expected an input of f32 or i64, found bf16", at: place)
      }
      guard table[input.tensor].storage == .input(index) else {
        throw PlanError(
          "expected a tensor stored as input \(index), found \(table.name(input.tensor))",
          at: place)
      }
      if case .schedule = input.source {
        let tensor = table[input.tensor]
        guard tensor.count == 1, tensor.element == .float32 else {
          throw PlanError(
            "expected one float32 number for a schedule, found \(tensor.shape) of "
              + tensor.element.rawValue, at: place)
        }
      }
    }
  }
}
