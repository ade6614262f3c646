package import Plan

/// A program bound to memory and to this machine, ready to run any number of times.
///
/// Set every input, run, read outputs and captured values. A run allocates nothing. Runs of one session share its
/// states; they must not run at the same time.
package final class BoundProgram {
  package var program: Program { memory.program }
  let memory: ProgramMemory
  let bound: BoundSteps
  private var isSet: [Bool]

  init(_ memory: ProgramMemory, _ bound: BoundSteps) throws(RuntimeError) {
    self.memory = memory
    self.bound = bound
    isSet = Array(repeating: false, count: memory.program.inputs.count)
  }

  /// Bytes beside arena and states: the inputs' buffers, and the scratch that kernels share.
  ///
  /// Scratch is what a kernel needs while it works, such as weights in another layout, and for which the arena has no
  /// room at the time.
  package var extraBytes: (inputs: Int, scratch: Int) {
    (memory.inputs.byteCount, bound.scratch.byteCount)
  }

  // MARK: Inputs

  package var inputNames: [String] { program.inputs.map(\.name) }

  /// Supplies an input, which stays set for later runs; shape and type must be the declared ones.
  package func set(_ input: String, _ tensor: HostTensor) throws(RuntimeError) {
    let index = try index(of: input)
    let operand = memory.operand(program.inputs[index].tensor)
    try tensor.write(as: operand.tensor, to: operand.pointer, name: input)
    isSet[index] = true
  }

  /// An input's own bytes in the physical layout (channels last for rank 4), for a producer that fills them in place.
  ///
  /// Asking for the buffer counts as setting the input.
  package func inputBuffer(_ input: String) throws(RuntimeError) -> UnsafeMutableRawBufferPointer {
    let index = try index(of: input)
    let operand = memory.operand(program.inputs[index].tensor)
    isSet[index] = true
    return UnsafeMutableRawBufferPointer(
      start: operand.pointer, count: operand.tensor.spanBytes)
  }

  /// Supplies an input of one float32 number, such as a learning rate.
  package func setScalar(_ input: String, _ value: Float) throws(RuntimeError) {
    let index = try index(of: input)
    let operand = memory.operand(program.inputs[index].tensor)
    guard operand.tensor.count == 1, operand.tensor.element == .float32 else {
      throw RuntimeError(
        .invalid,
        "expected input '\(input)' to be one float32 number, found \(operand.tensor.shape) of "
          + operand.tensor.element.rawValue)
    }
    operand.pointer.storeBytes(of: value, as: Float.self)
    isSet[index] = true
  }

  /// Supplies the numbers of a random node that was named when the program was bound.
  package func override(_ random: String, with tensor: HostTensor) throws(RuntimeError) {
    guard let kernel = bound.overridden[random] else {
      throw RuntimeError.unknown(
        random, "overridden random node", among: bound.overridden.keys.sorted())
    }
    try kernel.set(tensor)
  }

  private func index(of input: String) throws(RuntimeError) -> Int {
    guard let index = program.inputs.firstIndex(where: { $0.name == input }) else {
      throw RuntimeError.unknown(input, "input", among: inputNames)
    }
    return index
  }

  // MARK: Runs

  /// Runs all calls in order, without allocating anything.
  package func run(_ context: RunContext) throws(RuntimeError) {
    try checkInputs()
    for copy in bound.copiesBefore { copy.run() }
    for index in bound.steps.indices { run(step: index, context) }
  }

  func run(step index: Int, _ context: RunContext) {
    bound.steps[index].kernel.run(context)
    for copy in bound.steps[index].copies { copy.run() }
  }

  /// Throws unless every input and every override has been supplied.
  func checkInputs() throws(RuntimeError) {
    for index in isSet.indices where !isSet[index] {
      throw RuntimeError(
        .missing,
        "expected input '\(program.inputs[index].name)' of '\(program.name)' to be set, found that "
          + "it never was")
    }
    for kernel in bound.overridden.values where !kernel.isSet {
      throw RuntimeError(
        .missing,
        "expected numbers for the overridden random node '\(kernel.name)', found none")
    }
  }

  // MARK: Results

  /// An output, a captured value or an input, row-major.
  package func tensor(_ name: String) throws(RuntimeError) -> HostTensor {
    let operand = try result(name)
    return HostTensor(operand.tensor, at: operand.pointer)
  }

  /// A result of one float32 number.
  package func scalar(_ name: String) throws(RuntimeError) -> Float {
    let operand = try result(name)
    guard operand.tensor.count == 1, operand.tensor.element == .float32 else {
      throw RuntimeError(
        .invalid,
        "expected '\(name)' to be one float32 number, found \(operand.tensor.shape) of "
          + operand.tensor.element.rawValue)
    }
    return operand.pointer.load(as: Float.self)
  }

  private func result(_ name: String) throws(RuntimeError) -> Operand {
    if let output = program.outputs.first(where: { $0.name == name }) {
      return memory.operand(output.tensor)
    }
    if let captured = bound.captured[name] { return captured }
    if let input = program.inputs.first(where: { $0.name == name }) {
      return memory.operand(input.tensor)
    }
    guard !program.valueNames.contains(name) else {
      throw RuntimeError(
        .missing,
        "value '\(name)' of '\(program.name)' is gone after a run; name it in 'capturing' when the "
          + "program is bound")
    }
    throw RuntimeError.unknown(
      name, "output or captured value",
      among: program.outputs.map(\.name) + bound.captured.keys.sorted() + inputNames)
  }
}
