package import Plan
package import Runtime

/// A program that draws pictures, usually called `sample`.
package final class PictureProgram {
  /// An output of pictures, `[batch, channels, height, width]` with one channel or three.
  package struct Output: Sendable, Hashable {
    package var name: String
    package var channels: Int
    package var height: Int
    package var width: Int
  }

  package let program: Program
  /// Pictures that one run draws.
  package let batch: Int
  /// All outputs that are pictures, in the order of the YAML file.
  package let outputs: [Output]
  let bound: BoundProgram
  let principal: Output

  /// Binds the program with the session's weights.
  ///
  /// - Parameter takesNoise: whether the random numbers that each picture has of its own are given before a run,
  ///   instead of drawn by it; `CellNoise` gives them.
  /// - Throws: `.invalid` if it draws no pictures, or if it would change the weights.
  package init(
    named name: String = "sample", in session: Session, takesNoise: Bool = false
  ) throws(RuntimeError) {
    guard let program = session.plan.program(named: name) else {
      throw RuntimeError(
        .invalid,
        "the plan has no program '\(name)'; it has "
          + session.plan.programs.map { "'\($0.name)'" }.joined(separator: ", "))
    }
    let pictures = Self.pictures(of: program)
    guard let principal = pictures.first(where: { $0.name == "image" }) ?? pictures.first else {
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
    self.program = program
    self.principal = principal
    let batch = program.shape(ofOutput: principal.name)[0]
    self.batch = batch
    outputs = pictures.filter { program.shape(ofOutput: $0.name)[0] == batch }
    let noise = takesNoise ? program.randomCalls(of: batch).map(\.name) : []
    bound = try session.bind(name, overriding: noise)
    try ScheduledInputs(program.inputs, epochLength: 1).feed(bound, iteration: 0)
  }

  private static func pictures(of program: Program) -> [Output] {
    program.outputs.compactMap { output in
      let shape = program.tensors[output.tensor.index].shape
      guard shape.count == 4, shape[1] == 3 || shape[1] == 1 else { return nil }
      return Output(name: output.name, channels: shape[1], height: shape[2], width: shape[3])
    }
  }

  /// The measures of the output called `image`, or of the first one.
  package var size: (width: Int, height: Int) { (principal.width, principal.height) }

  /// Inputs that somebody must supply, by name, with their logical shapes.
  var callerInputs: [(name: String, element: ElementType, shape: [Int])] {
    program.inputs.compactMap { input in
      guard case .caller = input.source else { return nil }
      let tensor = program.tensors[input.tensor.index]
      return (input.name, tensor.element, tensor.shape)
    }
  }

  /// Draws a batch of the output called `image`, or of the first one, `[batch, channels, height, width]`.
  func draw(_ context: RunContext) throws(RuntimeError) -> HostTensor {
    try bound.run(context)
    return try bound.tensor(principal.name)
  }
}

extension Program {
  /// Whether a run leaves any state other than it was.
  var changesState: Bool {
    calls.contains { call in
      call.kernel.writes.contains { isState($0) }
    }
  }

  /// The random nodes that give each sample of a batch numbers of its own.
  func randomCalls(of batch: Int) -> [RandomCall] {
    randomCalls.filter { tensors[$0.target.index].shape.first == batch }
  }

  var randomCalls: [RandomCall] {
    calls.compactMap { if case .random(let call) = $0.kernel { call } else { nil } }
  }

  fileprivate func shape(ofOutput name: String) -> [Int] {
    outputs.first { $0.name == name }.map { tensors[$0.tensor.index].shape } ?? []
  }

  private func isState(_ id: TensorID) -> Bool {
    switch tensors[id.index].storage {
    case .state: true
    case .view(let origin, _): isState(origin)
    case .arena, .input, .transient, .own: false
    }
  }
}
