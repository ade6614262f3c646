import GraphIR

extension Document {
  /// The document without everything whose `when` is false; nodes keep theirs, which may depend on indices.
  ///
  /// - Parameter numbers: the file's parameters and `let` values.
  func selecting(in numbers: Scope) throws(Diagnostic) -> Document {
    var document = self
    document.networks = try networks.selected(in: numbers, \.when)
    for index in document.networks.indices {
      let network = document.networks[index]
      document.networks[index].inputs = try network.inputs.selected(in: numbers, \.when)
      document.networks[index].outputs = try network.outputs.selected(in: numbers, \.when)
    }
    document.optimizers = try optimizers.selected(in: numbers, \.when)
    let absent = Set(networks.map(\.name)).subtracting(document.networks.map(\.name))
    for index in document.optimizers.indices {
      document.optimizers[index].update.removeAll { absent.contains($0.text) }
    }
    document.draws = try draws.selected(in: numbers, \.when)
    document.data = try data.selected(in: numbers, \.when)
    if let train { document.train = try train.selecting(in: numbers) }
    for index in programs.indices {
      document.programs[index] = try programs[index].selecting(in: numbers)
    }
    return document
  }
}

extension ProgramDeclaration {
  fileprivate func selecting(in numbers: Scope) throws(Diagnostic) -> ProgramDeclaration {
    var program = self
    program.inputs = try inputs.selected(in: numbers, \.when)
    program.outputs = try outputs.selected(in: numbers, \.when)
    program.steps = try steps.selected(in: numbers, \.when)
    program.report = try report.selected(in: numbers, \.when)
    return program
  }
}

extension Array {
  fileprivate func selected(
    in numbers: Scope, _ condition: (Element) -> Expression?
  ) throws(Diagnostic) -> [Element] {
    var kept: [Element] = []
    for element in self where try condition(element)?.condition(in: numbers) ?? true {
      kept.append(element)
    }
    return kept
  }
}
