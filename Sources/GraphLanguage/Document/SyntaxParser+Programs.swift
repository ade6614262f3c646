import GraphIR

/// `train:`, `sample:` and further programs.
extension SyntaxParser {
  /// A program; `train` may have reports and schedules and needs no outputs.
  func program(
    _ name: Name, _ node: YAMLNode
  ) -> (program: ProgramDeclaration, schedules: [ScheduleDeclaration])? {
    let subject = "program '\(name.text)'"
    guard var reader = MappingReader(node, subject, log: log) else { return nil }
    let inputs = inputs(reader.take("inputs"), mayVary: false)
    let bindings = bindings(reader.take("let"))
    let schedules = self.schedules(reader.take("schedules"))
    let steps = steps(&reader, of: subject)
    let report = report(reader.take("report"))
    let outputs = outputs(name.text == "train" ? reader.take("outputs") : reader.require("outputs"))
    reader.finish()
    checkNames(
      of: steps.flatMap(\.nodes), inputs: inputs.map { Name(text: $0.name, location: $0.location) })
    let program = ProgramDeclaration(
      name: name.text, location: name.location, bindings: bindings, inputs: inputs, steps: steps,
      outputs: outputs, report: report)
    return (program, schedules)
  }

  /// The named steps under `steps:`, or the nodes under `nodes:` as one step without a name.
  private func steps(
    _ reader: inout MappingReader, of subject: String
  ) -> [ProgramDeclaration.Step] {
    guard let written = reader.take("steps") else {
      let nodes = nodes(reader.require("nodes"), of: subject, in: .program)
      return [ProgramDeclaration.Step(name: nil, nodes: nodes)]
    }
    let steps = list(written, "'steps' of \(subject)").compactMap { step($0) }
    _ = unique(steps.compactMap(\.name), "a step")
    return steps
  }

  /// Values that the trainer prints under the names that they are written with.
  private func report(_ node: YAMLNode?) -> [OutputDeclaration] {
    guard let node else { return [] }
    return (node.sequence ?? [node]).compactMap { item in
      output(item) { Name(text: $0.text, location: $0.location) }
    }
  }

  /// `discriminator: [...]`, or `discriminator: {when: finetune, nodes: [...]}`.
  private func step(_ node: YAMLNode) -> ProgramDeclaration.Step? {
    guard let entries = node.mapping, entries.count == 1, let entry = entries.first else {
      log.report(Diagnostic(.expectedStep(node), at: node.location))
      return nil
    }
    guard let name = name(entry.key, of: "a step") else { return nil }
    let subject = "step '\(name.text)'"
    guard entry.value.mapping != nil,
      var reader = MappingReader(entry.value, subject, log: log)
    else {
      return ProgramDeclaration.Step(
        name: name, nodes: nodes(entry.value, of: subject, in: .program))
    }
    let step = ProgramDeclaration.Step(
      name: name, nodes: nodes(reader.require("nodes"), of: subject, in: .program),
      when: expression(reader.take("when")))
    reader.finish()
    return step
  }
}

extension Diagnostic.Message {
  fileprivate static func expectedStep(_ node: YAMLNode) -> Self {
    if let keys = node.mapping?.compactMap(\.key.text), !keys.isEmpty {
      let listed = keys.prefix(4).map { "'\($0.excerpt)'" }.joined(separator: ", ")
      return "a step has one key, its name, found \(keys.count) (\(listed))"
    }
    return "expected a step such as 'discriminator: [...]', found \(node.summary)"
  }
}
