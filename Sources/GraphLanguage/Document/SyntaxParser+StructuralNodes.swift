import GraphIR

/// The forms that structural words give a node.
extension SyntaxParser {
  /// The form that `word` names, read from its keys; nil after an error.
  func form(
    of word: String, _ reader: inout MappingReader, in surroundings: Surroundings
  ) -> NodeSyntax.Form? {
    switch word {
    case "repeat": return repetition(&reader, in: surroundings)
    case "branches": return branches(&reader, in: surroundings)
    case "loss": return expression(reader.require("value")).map { .loss($0) }
    case "compute": return expression(reader.require("value")).map { .compute($0) }
    case "gradient": return gradient(&reader)
    default:
      let form = word == "minimize" ? minimize(&reader) : average(&reader)
      guard surroundings != .program else { return form }
      log.report(Diagnostic(.notInProgram(word, surroundings), at: reader.location))
      return nil
    }
  }

  private func repetition(
    _ reader: inout MappingReader, in surroundings: Surroundings
  ) -> NodeSyntax.Form? {
    let times = expression(reader.require("times"))
    let index = reader.take("index").flatMap { name($0, of: "an index") }
    let body = nodes(reader.require("nodes"), of: "'repeat'", in: surroundings)
    checkNames(of: body, inputs: [])
    return times.map { .repetition(times: $0, index: index, nodes: body) }
  }

  private func branches(
    _ reader: inout MappingReader, in surroundings: Surroundings
  ) -> NodeSyntax.Form? {
    guard let count = reader.take("count") else {
      if let index = reader.take("index") {
        log.report(Diagnostic(.indexWithoutCount, at: index.location))
      }
      let chains = list(reader.require("nodes"), "'nodes' of 'branches' without 'count'")
      return .branches(
        chains.map { chain in
          let body = nodes(chain, of: "a branch", in: surroundings)
          checkNames(of: body, inputs: [])
          return body
        })
    }
    let index = reader.take("index").flatMap { name($0, of: "an index") }
    let body = nodes(reader.require("nodes"), of: "'branches'", in: surroundings)
    checkNames(of: body, inputs: [])
    return expression(count).map { .copies(count: $0, index: index, nodes: body) }
  }

  private func gradient(_ reader: inout MappingReader) -> NodeSyntax.Form? {
    let value = expression(reader.require("of"))
    let targets = references(reader.require("to"))
    return value.map { .gradient(of: $0, to: targets) }
  }

  private func minimize(_ reader: inout MappingReader) -> NodeSyntax.Form? {
    let loss = reference(reader.require("loss"))
    let optimizers = reader.require("with").map { names($0, of: "an optimizer") }
    guard let loss, let optimizers, !optimizers.isEmpty else { return nil }
    return .minimize(loss: loss, optimizers: optimizers)
  }

  private func average(_ reader: inout MappingReader) -> NodeSyntax.Form? {
    let network = reader.require("network").flatMap { name($0, of: "a network") }
    let target = reader.require("into").flatMap { name($0, of: "an average") }
    let decay = expression(reader.require("decay"))
    guard let network, let target, let decay else { return nil }
    return .average(network: network, into: target, decay: decay)
  }
}

extension Diagnostic.Message {
  fileprivate static let indexWithoutCount: Self =
    "'index' counts the copies of 'branches' with a 'count', which is not given"

  fileprivate static func notInProgram(
    _ word: String, _ surroundings: SyntaxParser.Surroundings
  ) -> Self {
    "'\(word)' changes state and stands in programs only, not in a \(surroundings.rawValue)"
  }
}
