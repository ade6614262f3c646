package import GraphIR

extension YAMLNode {
  /// The one document that `bytes` hold, within the bounds of `YAMLLimits`; null for an empty one.
  package static func parse(_ bytes: [UInt8], file: String) throws(Diagnostic) -> YAMLNode {
    guard bytes.count <= YAMLLimits.bytes else {
      throw Diagnostic(
        .fileTooLong(bytes.count), at: SourceLocation(file: file, line: 1, column: 1))
    }
    return try bytes.withUnsafeBufferPointer { (buffer) throws(Diagnostic) -> YAMLNode in
      var composer = YAMLComposer(try YAMLEventReader(buffer, file: file))
      return try composer.document()
    }
  }
}

/// Builds nodes from events: expands aliases and merge keys, checks keys, and enforces the bounds as it goes.
private struct YAMLComposer: ~Copyable {
  /// A node with what it costs to stand somewhere again.
  private struct Subtree {
    var node: YAMLNode
    /// Nodes in it, aliases expanded.
    var count = 1
    /// Levels of lists and mappings in it.
    var height = 0

    mutating func include(_ child: Subtree) {
      count += child.count
      height = max(height, child.height)
    }
  }

  private enum Anchor {
    /// Its node is still being read: an alias to it would contain itself.
    case open
    case complete(Subtree)
  }

  private var reader: YAMLEventReader
  private var anchors: [String: Anchor] = [:]
  private var expandedNodes = 0
  private var writtenNodes = 0

  init(_ reader: consuming YAMLEventReader) { self.reader = reader }

  mutating func document() throws(Diagnostic) -> YAMLNode {
    _ = try reader.next()
    let start = try reader.next()
    guard case .documentStart = start.kind else {
      return YAMLNode(.null, at: start.location)
    }
    let root = try compose(try reader.next(), depth: 0)
    _ = try reader.next()
    let end = try reader.next()
    guard case .streamEnd = end.kind else {
      throw Diagnostic(.secondDocument, at: end.location)
    }
    return root.node
  }

  private mutating func compose(
    _ event: YAMLEvent, depth: Int
  ) throws(Diagnostic) -> Subtree {
    if case .alias(let name) = event.kind {
      return try expand(name, at: event.location, depth: depth)
    }
    try count(1, at: event.location)
    writtenNodes += 1
    guard writtenNodes <= YAMLLimits.writtenNodes else {
      throw Diagnostic(.tooManyWrittenNodes, at: event.location)
    }
    if let anchor = event.anchor { anchors[anchor] = .open }
    var subtree: Subtree
    switch event.kind {
    case .sequenceStart:
      try checkTag(event, allowed: "seq", what: "a list")
      subtree = try sequence(at: event.location, depth: depth + 1)
    case .mappingStart:
      try checkTag(event, allowed: "map", what: "a mapping")
      subtree = try mapping(at: event.location, depth: depth + 1)
    default:
      subtree = Subtree(node: try scalar(event))
    }
    if let anchor = event.anchor { anchors[anchor] = .complete(subtree) }
    return subtree
  }

  private mutating func expand(
    _ name: String, at location: SourceLocation, depth: Int
  ) throws(Diagnostic) -> Subtree {
    switch anchors[name] {
    case nil:
      throw Diagnostic(.unknownAnchor(name, known: anchors.keys.sorted()), at: location)
    case .open:
      throw Diagnostic(.cyclicAlias(name), at: location)
    case .complete(let subtree):
      try checkDepth(depth + subtree.height, at: location)
      try count(subtree.count, at: location)
      return subtree
    }
  }

  private mutating func sequence(
    at location: SourceLocation, depth: Int
  ) throws(Diagnostic) -> Subtree {
    try checkDepth(depth, at: location)
    var items: [YAMLNode] = []
    var total = Subtree(node: YAMLNode(.null, at: location))
    while true {
      let event = try reader.next()
      if case .sequenceEnd = event.kind { break }
      let item = try compose(event, depth: depth)
      total.include(item)
      items.append(item.node)
    }
    total.node.content = .sequence(items)
    total.height += 1
    return total
  }

  private mutating func mapping(
    at location: SourceLocation, depth: Int
  ) throws(Diagnostic) -> Subtree {
    try checkDepth(depth, at: location)
    var entries = YAMLEntries()
    var total = Subtree(node: YAMLNode(.null, at: location))
    while true {
      let event = try reader.next()
      if case .mappingEnd = event.kind { break }
      let key = try compose(event, depth: depth)
      guard key.node.text != nil else {
        throw Diagnostic(.keyIsNotText(key.node), at: event.location)
      }
      let value = try compose(try reader.next(), depth: depth)
      total.include(key)
      total.include(value)
      try entries.add(key.node, value.node)
    }
    total.node.content = .mapping(try entries.merged())
    total.height += 1
    return total
  }

  private func scalar(_ event: YAMLEvent) throws(Diagnostic) -> YAMLNode {
    guard case .scalar(let text, var isPlain, let offset) = event.kind else {
      throw Diagnostic(.unexpectedEvent, at: event.location)
    }
    let tag = try coreTag(event)
    switch tag {
    case nil: break
    case "str": isPlain = false
    default: isPlain = true
    }
    let isNull = isPlain && ["", "~", "null", "Null", "NULL"].contains(text)
    let node = YAMLNode(
      isNull ? .null : .scalar(text: text, isPlain: isPlain), at: event.location,
      textOffset: offset)
    if let tag, tag != "str", !node.hasType(ofTag: tag) {
      throw Diagnostic(.tagMismatch(tag, text), at: event.location)
    }
    return node
  }

  /// The tag without its prefix, when it is one of the core schema's.
  private func coreTag(_ event: YAMLEvent) throws(Diagnostic) -> String? {
    guard let tag = event.tag else { return nil }
    if tag == "!" { return "str" }
    let name = String(tag.dropFirst("tag:yaml.org,2002:".count))
    guard tag.hasPrefix("tag:yaml.org,2002:"),
      ["str", "int", "float", "bool", "null", "seq", "map"].contains(name)
    else { throw Diagnostic(.unknownTag(tag), at: event.location) }
    return name
  }

  private func checkTag(
    _ event: YAMLEvent, allowed: String, what: String
  ) throws(Diagnostic) {
    guard event.tag != "!", let tag = try coreTag(event), tag != allowed else { return }
    throw Diagnostic(.tagMismatch(tag, what), at: event.location)
  }

  private func checkDepth(_ depth: Int, at location: SourceLocation) throws(Diagnostic) {
    guard depth <= YAMLLimits.depth else { throw Diagnostic(.tooDeep, at: location) }
  }

  private mutating func count(_ nodes: Int, at location: SourceLocation) throws(Diagnostic) {
    expandedNodes += nodes
    guard expandedNodes <= YAMLLimits.expandedNodes else {
      throw Diagnostic(.tooManyNodes, at: location)
    }
  }
}

extension YAMLNode {
  fileprivate func hasType(ofTag tag: String) -> Bool {
    switch (tag, scalarValue) {
    case ("null", nil), ("bool", .boolean), ("float", .number), ("int", .number(.integer)): true
    default: false
    }
  }
}

extension Diagnostic.Message {
  fileprivate static func fileTooLong(_ count: Int) -> Self {
    "the file has \(count) bytes; the limit is \(YAMLLimits.bytes)"
  }

  fileprivate static let secondDocument: Self =
    "a second document begins here; a file holds one"

  fileprivate static func unknownAnchor(_ name: String, known: [String]) -> Self {
    "unknown anchor '\(name.excerpt)'\(Suggestion.phrase(for: name, among: known.prefix(64)))"
  }

  fileprivate static func cyclicAlias(_ name: String) -> Self {
    "the alias '*\(name.excerpt)' stands inside what it names"
  }

  fileprivate static func keyIsNotText(_ key: YAMLNode) -> Self {
    "a key must be text, found \(key.summary)"
  }

  fileprivate static let unexpectedEvent: Self = "expected a value"

  fileprivate static func unknownTag(_ tag: String) -> Self {
    "unknown tag '\(tag.excerpt)'; only YAML's core tags (!!str, !!int, ...) are allowed"
  }

  fileprivate static func tagMismatch(_ tag: String, _ found: String) -> Self {
    "the tag '!!\(tag)' does not fit '\(found.excerpt)'"
  }

  fileprivate static let tooDeep: Self =
    "lists and mappings are nested more than \(YAMLLimits.depth) deep"

  fileprivate static let tooManyNodes: Self =
    "the file has more than \(YAMLLimits.expandedNodes) values, aliases expanded"

  fileprivate static let tooManyWrittenNodes: Self =
    "the file has more than \(YAMLLimits.writtenNodes) values"
}
