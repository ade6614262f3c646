import GraphIR

/// The sections of one file, before includes are merged.
struct FileSyntax {
  var name: Name?
  var precision: PrecisionDeclaration?
  var includes: [Name] = []
  var params: [Parameter] = []
  var bindings: [LetBinding] = []
  var requirements: [Requirement] = []
  var blocks: [BlockDeclaration] = []
  var networks: [NetworkDeclaration] = []
  var optimizers: [OptimizerDeclaration] = []
  var schedules: [ScheduleDeclaration] = []
  var draws: [DrawDeclaration] = []
  var data: [DataDeclaration] = []
  var programs: [ProgramDeclaration] = []
}

extension SyntaxParser {
  static let languageVersion = 1

  /// All sections of a file; the main one must give its version and name.
  func file(_ root: YAMLNode, isMain: Bool) -> FileSyntax {
    var file = FileSyntax()
    guard !root.isNull else {
      log.report(Diagnostic(.emptyFile, at: root.location))
      return file
    }
    guard var reader = MappingReader(root, "a model file", log: log) else { return file }
    checkVersion(isMain ? reader.require("planform") : reader.take("planform"))
    file.name = (isMain ? reader.require("name") : reader.take("name")).flatMap { modelName($0) }
    file.precision = reader.take("precision").flatMap { precision($0) }
    file.includes = includes(reader.take("include"))
    file.params = params(reader.take("params"))
    file.bindings = bindings(reader.take("let"))
    file.requirements = list(reader.take("require"), "'require'").compactMap { requirement($0) }
    file.blocks = declarations(reader.take("blocks"), section: "blocks", subject: "a block")
      .compactMap { block($0.name, $0.value) }
    file.networks = declarations(
      reader.take("networks"), section: "networks", subject: "a network"
    ).compactMap { network($0.name, $0.value) }
    file.optimizers = declarations(
      reader.take("optimizers"), section: "optimizers", subject: "an optimizer"
    ).compactMap { optimizer($0.name, $0.value) }
    file.draws = declarations(reader.take("draws"), section: "draws", subject: "a draw")
      .compactMap { draw($0.name, $0.value) }
    file.data = declarations(reader.take("data"), section: "data", subject: "an input")
      .compactMap { data($0.name, $0.value) }
    file.schedules = schedules(reader.take("schedules"))
    programs(&reader, into: &file)
    reader.finish()
    return file
  }

  /// `train`, and every other key whose value looks like a program; what remains is an unknown key.
  private func programs(_ reader: inout MappingReader, into file: inout FileSyntax) {
    let isProgram = { (node: YAMLNode) in node["nodes"] != nil || node["steps"] != nil }
    for attribute in reader.rest() where attribute.key == "train" || isProgram(attribute.value) {
      let key = YAMLNode(.scalar(text: attribute.key, isPlain: true), at: attribute.keyLocation)
      _ = reader.take(attribute.key)
      guard let name = name(key, of: "a program"),
        let (program, schedules) = program(name, attribute.value)
      else { continue }
      file.programs.append(program)
      file.schedules += schedules
    }
    // Asked for, so that a misspelling finds it.
    _ = (reader.take("train"), reader.take("sample"))
  }

  private func checkVersion(_ node: YAMLNode?) {
    guard let node, node.scalarValue != .number(.integer(Self.languageVersion)) else { return }
    log.report(Diagnostic(.unknownVersion(node), at: node.location))
  }

  private func modelName(_ node: YAMLNode) -> Name? {
    guard let text = node.text, text.utf8.count <= 128,
      text.unicodeScalars.first?.isNamePart == true,
      text.unicodeScalars.allSatisfy({ $0.isNamePart || $0 == "-" || $0 == "." })
    else {
      log.report(Diagnostic(.malformedModelName(node), at: node.location))
      return nil
    }
    return Name(text: text, location: node.location)
  }

  private func precision(_ node: YAMLNode) -> PrecisionDeclaration? {
    guard let value = node.text.flatMap(Precision.init(rawValue:)) else {
      log.report(Diagnostic(.unknownPrecision(node), at: node.location))
      return nil
    }
    return PrecisionDeclaration(value: value, location: node.location)
  }

  /// `{that: condition, else: what is wrong}`.
  private func requirement(_ node: YAMLNode) -> Requirement? {
    guard var reader = MappingReader(node, "a requirement", log: log) else { return nil }
    let condition = expression(reader.require("that"))
    let message = reader.require("else")
    reader.finish()
    guard let condition, let message else { return nil }
    guard let text = message.text, !text.isEmpty else {
      log.report(Diagnostic(.expectedReason(message), at: message.location))
      return nil
    }
    return Requirement(condition: condition, message: text)
  }

  private func includes(_ node: YAMLNode?) -> [Name] {
    guard let node else { return [] }
    return (node.sequence ?? [node]).compactMap { item in
      guard let text = item.text, !text.isEmpty, !text.contains("\0") else {
        log.report(Diagnostic(.expectedPath(item), at: item.location))
        return nil
      }
      return Name(text: text, location: item.location)
    }
  }

  private func params(_ node: YAMLNode?) -> [Parameter] {
    declarations(node, section: "params", subject: "a parameter").compactMap { name, value in
      guard value.mapping != nil else {
        return constant(value, of: name).map {
          Parameter(name: name.text, value: $0, location: name.location)
        }
      }
      return choice(name, value)
    }
  }

  /// `{default: simple, one_of: [default, simple]}`.
  private func choice(_ name: Name, _ node: YAMLNode) -> Parameter? {
    guard var reader = MappingReader(node, "parameter '\(name.text)'", log: log) else { return nil }
    let standard = reader.require("default")
    let choices = list(reader.require("one_of"), "'one_of' of parameter '\(name.text)'")
      .compactMap { constant($0, of: name) }
    reader.finish()
    guard let standard, let value = constant(standard, of: name), !choices.isEmpty else {
      return nil
    }
    let parameter = Parameter(
      name: name.text, value: value, choices: choices, location: name.location)
    guard parameter.allows(value) else {
      log.report(Diagnostic(.notAChoice(value, parameter), at: standard.location))
      return nil
    }
    return parameter
  }

  private func constant(_ node: YAMLNode, of name: Name) -> Scope.Value? {
    switch node.scalarValue {
    case .number(let number): return .number(number)
    case .boolean(let boolean): return .boolean(boolean)
    case .text(let text): return .text(text)
    case nil:
      log.report(Diagnostic(.expectedConstant(name.text, node), at: node.location))
      return nil
    }
  }
}

extension Diagnostic.Message {
  fileprivate static let emptyFile: Self = "the file is empty"

  fileprivate static func unknownVersion(_ node: YAMLNode) -> Self {
    """
    this build reads version \(SyntaxParser.languageVersion) of the language ('planform: \
    \(SyntaxParser.languageVersion)'), found \(node.summary)
    """
  }

  fileprivate static func malformedModelName(_ node: YAMLNode) -> Self {
    "a model's name is letters, digits, '-', '_' and '.', found \(node.summary)"
  }

  fileprivate static func unknownPrecision(_ node: YAMLNode) -> Self {
    let known = Precision.allCases.map(\.rawValue)
    let suggestion = node.text.map { Suggestion.phrase(for: $0, among: known) } ?? ""
    return """
      'precision' is \(known.joined(separator: " or ")), found \(node.summary)\(suggestion)
      """
  }

  fileprivate static func expectedReason(_ node: YAMLNode) -> Self {
    "'else' says in words what is wrong when the condition does not hold, found \(node.summary)"
  }

  fileprivate static func expectedPath(_ node: YAMLNode) -> Self {
    "expected the path of a file, found \(node.summary)"
  }

  fileprivate static func expectedConstant(_ name: String, _ node: YAMLNode) -> Self {
    """
    parameter '\(name)' is a number, true or false, a text, or '{default: ..., one_of: [...]}', \
    found \(node.summary)
    """
  }
}
