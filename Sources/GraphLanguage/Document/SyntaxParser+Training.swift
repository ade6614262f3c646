import GraphIR
import Plan

/// The sections `optimizers:` and `schedules:`.
extension SyntaxParser {
  func optimizer(_ name: Name, _ node: YAMLNode) -> OptimizerDeclaration? {
    let subject = "optimizer '\(name.text)'"
    guard var reader = MappingReader(node, subject, log: log) else { return nil }
    let update = reader.require("update").map { patterns($0, of: "a network") } ?? []
    let except = reader.take("except").map { patterns($0, of: "a parameter", and: "./") } ?? []
    let when = expression(reader.take("when"))
    let kinds = reader.rest()
    guard let kind = kinds.first, kinds.count == 1 else {
      let found = kinds.map { "'\($0.key.excerpt)'" }
      log.report(Diagnostic(.oneOptimizerKind(subject, found), at: reader.location))
      return nil
    }
    guard var attributes = MappingReader(kind.value, "'\(kind.key)'", log: log),
      let rate = attributes.require("lr").flatMap({ schedule($0, of: "'lr'") })
    else { return nil }
    return OptimizerDeclaration(
      name: name.text, location: name.location,
      kind: Name(text: kind.key, location: kind.keyLocation), rate: rate,
      attributes: attributes.rest(), update: update, except: except, when: when)
  }

  func schedules(_ node: YAMLNode?) -> [ScheduleDeclaration] {
    declarations(node, section: "schedules", subject: "a schedule").compactMap { name, value in
      schedule(value, of: "schedule '\(name.text)'").map {
        ScheduleDeclaration(name: name.text, location: name.location, schedule: $0)
      }
    }
  }

  // MARK: Schedules

  private func schedule(_ node: YAMLNode, of subject: String) -> ScheduleSyntax? {
    guard node.mapping != nil, var reader = MappingReader(node, subject, log: log) else {
      return expression(node).map {
        ScheduleSyntax(location: node.location, start: $0, rule: .constant)
      }
    }
    let start = expression(reader.require("start"))
    let rule = rule(&reader, of: subject)
    let warmup = reader.take("warmup").flatMap { span($0) }
    reader.finish()
    guard let start, let rule else { return nil }
    return ScheduleSyntax(location: node.location, start: start, rule: rule, warmup: warmup)
  }

  private func rule(_ reader: inout MappingReader, of subject: String) -> ScheduleSyntax.Rule? {
    let halveEvery = reader.take("halve_every")
    let multiplyBy = reader.take("multiply_by")
    let linearTo = reader.take("linear_to")
    let from = reader.take("from")
    let written = [halveEvery, multiplyBy, linearTo].compactMap { $0 }
    guard written.count <= 1 else {
      log.report(Diagnostic(.oneRule(subject), at: reader.location))
      return nil
    }
    if let from, halveEvery == nil, multiplyBy == nil {
      log.report(Diagnostic(.fromWithoutSteps, at: from.location))
      return nil
    }
    if let linearTo {
      guard let end = expression(linearTo), let over = reader.require("over").flatMap({ span($0) })
      else { return nil }
      return .linear(to: end, over: over)
    }
    let start = from.flatMap { span($0) }
    if let halveEvery { return span(halveEvery).map { .step(factor: nil, every: $0, from: start) } }
    guard let multiplyBy else { return .constant }
    guard let factor = expression(multiplyBy), let every = reader.require("every"),
      let period = span(every)
    else { return nil }
    return .step(factor: factor, every: period, from: start)
  }

  /// `100 epochs`: an expression and a unit.
  private func span(_ node: YAMLNode) -> ScheduleSyntax.Span? {
    let text = node.text ?? ""
    guard let gap = text.lastIndex(of: " "), let unit = unit(text[gap...].dropFirst()) else {
      log.report(Diagnostic(.expectedSpan(node), at: node.location))
      return nil
    }
    let count = String(text[..<gap])
    return log.attempt { () throws(Diagnostic) in
      ScheduleSyntax.Span(
        count: try Expression.parse(
          count, at: node.textLocation, isVerbatim: node.textOffset != nil),
        unit: unit)
    }
  }

  private func unit(_ word: Substring) -> Schedule.Span.Unit? {
    switch word {
    case "epoch", "epochs": .epochs
    case "iteration", "iterations": .iterations
    default: nil
    }
  }

  /// Names in which `*` stands for any characters.
  ///
  /// - Parameter separators: characters that a name may have besides those of a plain one.
  private func patterns(
    _ node: YAMLNode, of subject: String, and separators: String = ""
  ) -> [Name] {
    (node.sequence ?? [node]).compactMap { item in
      guard let text = item.text, !text.isEmpty, text.utf8.count <= 128,
        text.unicodeScalars.allSatisfy({
          $0.isNamePart || $0 == "*" || separators.unicodeScalars.contains($0)
        })
      else {
        log.report(Diagnostic(.expectedPattern(item, of: subject), at: item.location))
        return nil
      }
      return Name(text: text, location: item.location)
    }
  }
}

extension Diagnostic.Message {
  fileprivate static func oneOptimizerKind(_ subject: String, _ found: [String]) -> Self {
    let listed = found.isEmpty ? "none" : found.prefix(4).joined(separator: " and ")
    return "\(subject) needs one update rule, such as 'adam: {lr: 2e-4}', found \(listed)"
  }

  fileprivate static func oneRule(_ subject: String) -> Self {
    "\(subject) takes one of 'halve_every', 'multiply_by' and 'linear_to'"
  }

  fileprivate static let fromWithoutSteps: Self =
    "'from' delays 'halve_every' or 'multiply_by', and neither is given"

  fileprivate static func expectedSpan(_ node: YAMLNode) -> Self {
    "expected a span such as '100 epochs' or '5000 iterations', found \(node.summary)"
  }

  fileprivate static func expectedPattern(_ node: YAMLNode, of subject: String) -> Self {
    "expected the name of \(subject), or a pattern with '*', found \(node.summary)"
  }
}
