import GraphIR
import Plan

/// The sections `draws:` and `data:`.
extension SyntaxParser {
  func draw(_ name: Name, _ node: YAMLNode) -> DrawDeclaration? {
    guard var reader = MappingReader(node, "draw '\(name.text)'", log: log) else { return nil }
    let rule = rule(of: name, &reader)
    let when = expression(reader.take("when"))
    reader.finish()
    return rule.map {
      DrawDeclaration(name: name.text, location: name.location, rule: $0, when: when)
    }
  }

  private func rule(of name: Name, _ reader: inout MappingReader) -> DrawDeclaration.Rule? {
    let balanced = reader.take("balanced")
    let other = reader.take("with")
    let relation = reader.take("class")
    guard let other else {
      if let relation {
        log.report(Diagnostic(.relationWithoutDraw, at: relation.location))
        return nil
      }
      return flag(balanced).map { $0 ? .balanced : .epochs }
    }
    if let balanced {
      log.report(Diagnostic(.balancedRelation(name.text), at: balanced.location))
      return nil
    }
    if name.text == Draw.sample {
      log.report(Diagnostic(.relatedSample, at: other.location))
      return nil
    }
    guard let origin = self.name(other, of: "a draw"),
      let relation = self.relation(relation, at: reader.location)
    else { return nil }
    return .related(to: origin, relation)
  }

  private func relation(_ node: YAMLNode?, at location: SourceLocation) -> Draw.Relation? {
    guard let relation = node?.text.flatMap(Draw.Relation.init) else {
      log.report(Diagnostic(.unknownRelation(node), at: node?.location ?? location))
      return nil
    }
    return relation
  }

  /// True or false; false unless given.
  private func flag(_ node: YAMLNode?) -> Bool? {
    guard let node else { return false }
    guard case .boolean(let value) = node.scalarValue else {
      log.report(Diagnostic(.expectedFlag(node), at: node.location))
      return nil
    }
    return value
  }

  // MARK: Sources

  func data(_ name: Name, _ node: YAMLNode) -> DataDeclaration? {
    guard var reader = MappingReader(node, "the data of '\(name.text)'", log: log),
      let source = reader.require("from")
    else { return nil }
    let draw = reader.take("of").map { self.name($0, of: "a draw") }
    let content: DataDeclaration.Content
    switch source.text {
    case "images": content = .images(image(&reader))
    case "embeddings":
      content = .embeddings(
        captions: expression(reader.take("captions")), slice: expression(reader.take("slice")))
    case "labels": content = .labels(classes: expression(reader.take("classes")))
    default:
      log.report(Diagnostic(.unknownData(source), at: source.location))
      return nil
    }
    let when = expression(reader.take("when"))
    reader.finish()
    return DataDeclaration(
      input: name.text, location: name.location, draw: draw ?? nil, content: content, when: when)
  }

  private func image(_ reader: inout MappingReader) -> DataDeclaration.ImageSyntax {
    var image = DataDeclaration.ImageSyntax(horizontalFlip: false)
    image.resizedCrop = reader.take("random_resized_crop").flatMap { resizedCrop($0) }
    image.resize = expression(reader.take("resize"))
    image.randomCrop = expression(reader.take("random_crop"))
    if let flip = reader.take("flip") {
      image.horizontalFlip = flip.text == "horizontal"
      if flip.text != "horizontal", flip.text != "none" {
        log.report(Diagnostic(.unknownFlip(flip), at: flip.location))
      }
    }
    image.range = range(reader.take("range"), of: "'range'", such: "[-1, 1]")
    return image
  }

  private func resizedCrop(_ node: YAMLNode) -> DataDeclaration.ResizedCropSyntax? {
    guard var reader = MappingReader(node, "'random_resized_crop'", log: log) else { return nil }
    let scale = range(reader.require("scale"), of: "'scale'", such: "[0.8, 1]")
    let ratio = range(reader.take("ratio"), of: "'ratio'", such: "[0.9, 1.1]")
    let probability = expression(reader.take("probability"))
    reader.finish()
    return scale.map {
      DataDeclaration.ResizedCropSyntax(scale: $0, ratio: ratio, probability: probability)
    }
  }

  /// A list of two numbers.
  private func range(
    _ node: YAMLNode?, of subject: String, such example: String
  ) -> DataDeclaration.RangeSyntax? {
    guard let node else { return nil }
    let bounds = node.sequence ?? []
    guard bounds.count == 2 else {
      log.report(Diagnostic(.expectedRange(subject, example, node), at: node.location))
      return nil
    }
    guard let low = expression(bounds[0]), let high = expression(bounds[1]) else { return nil }
    return (low, high)
  }
}

extension Diagnostic.Message {
  fileprivate static let relationWithoutDraw: Self =
    "'class' says how a draw relates to another; name that one by 'with'"

  fileprivate static func balancedRelation(_ name: String) -> Self {
    """
    draw '\(name)' follows another, so that it cannot be balanced as well; remove 'balanced' or \
    'with'
    """
  }

  fileprivate static let relatedSample: Self =
    "the draw 'sample' follows no other; it may be balanced, and others may follow it"

  fileprivate static func unknownRelation(_ node: YAMLNode?) -> Self {
    let found = node.map { ", found \($0.summary)" } ?? ""
    return "a draw with another needs 'class', one of 'same', 'other' and 'any'\(found)"
  }

  fileprivate static func expectedFlag(_ node: YAMLNode) -> Self {
    "'balanced' is true or false, found \(node.summary)"
  }

  fileprivate static func unknownData(_ node: YAMLNode) -> Self {
    "expected 'images', 'embeddings' or 'labels', found \(node.summary)"
  }

  fileprivate static func unknownFlip(_ node: YAMLNode) -> Self {
    "expected 'horizontal' or 'none', found \(node.summary)"
  }

  fileprivate static func expectedRange(
    _ subject: String, _ example: String, _ node: YAMLNode
  ) -> Self {
    let found = node.sequence.map { "a list of \($0.count)" } ?? node.summary
    return "\(subject) is two numbers, such as \(example), found \(found)"
  }
}
