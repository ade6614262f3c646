package import Plan
package import Runtime

/// A program that draws pictures, usually called `sample`.
package final class PictureProgram {
  package let program: Program
  /// Pictures that one run draws.
  package let batch: Int
  package let size: (width: Int, height: Int)
  let bound: BoundProgram
  private let output: String

  /// Binds the program with the session's weights.
  ///
  /// - Throws: `.invalid` if it draws no pictures, or if it would change the weights.
  package init(named name: String = "sample", in session: Session) throws(RuntimeError) {
    guard let program = session.plan.program(named: name) else {
      throw RuntimeError(
        .invalid,
        "the plan has no program '\(name)'; it has "
          + session.plan.programs.map { "'\($0.name)'" }.joined(separator: ", "))
    }
    let pictures = program.outputs.filter { output in
      let shape = program.tensors[output.tensor.index].shape
      return shape.count == 4 && (shape[1] == 3 || shape[1] == 1)
    }
    guard let output = pictures.first(where: { $0.name == "image" }) ?? pictures.first else {
      throw RuntimeError(
        .invalid,
        "the program '\(name)' has no output of shape [batch, 3, height, width] to draw")
    }
    guard !program.changesState else {
      throw RuntimeError(
        .invalid,
        "the program '\(name)' changes running statistics as it draws; call its networks with "
          + "'mode: eval'")
    }
    let shape = program.tensors[output.tensor.index].shape
    self.program = program
    self.output = output.name
    batch = shape[0]
    size = (width: shape[3], height: shape[2])
    bound = try session.bind(name)
    try ScheduledInputs(program.inputs, epochLength: 1).feed(bound, iteration: 0)
  }

  /// Inputs that somebody must supply, by name, with their logical shapes.
  var callerInputs: [(name: String, element: ElementType, shape: [Int])] {
    program.inputs.compactMap { input in
      guard case .caller = input.source else { return nil }
      let tensor = program.tensors[input.tensor.index]
      return (input.name, tensor.element, tensor.shape)
    }
  }

  /// Draws a batch, `[batch, channels, height, width]`.
  func draw(_ context: RunContext) throws(RuntimeError) -> HostTensor {
    try bound.run(context)
    return try bound.tensor(output)
  }

  /// Draws a batch as pictures; -1 is black and 1 is white.
  func drawPictures(_ context: RunContext) throws(RuntimeError) -> [Picture] {
    let tensor = try draw(context)
    return try Picture.pictures(of: tensor.floats, shape: tensor.shape, order: .channelsFirst)
  }
}

extension Program {
  /// Whether a run leaves any state other than it was.
  var changesState: Bool {
    calls.contains { call in
      call.kernel.writes.contains { isState($0) }
    }
  }

  /// The places in the plan's table of all states that the program reads or writes.
  var stateIndices: Set<Int> {
    Set(tensors.compactMap { if case .state(let index) = $0.storage { index } else { nil } })
  }

  private func isState(_ id: TensorID) -> Bool {
    switch tensors[id.index].storage {
    case .state: true
    case .view(let origin, _): isState(origin)
    case .arena, .input, .own: false
    }
  }
}
