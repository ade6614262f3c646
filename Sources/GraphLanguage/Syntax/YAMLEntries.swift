import GraphIR

/// The entries of a mapping as they are collected: no key twice, merge keys (`<<`) resolved at the end.
struct YAMLEntries {
  private var entries: [(key: YAMLNode, value: YAMLNode)] = []
  private var places: [String: Int] = [:]
  private var merges: [YAMLNode] = []

  mutating func add(_ key: YAMLNode, _ value: YAMLNode) throws(Diagnostic) {
    guard case .scalar(let text, let isPlain) = key.content else { return }
    if isPlain, text == "<<" {
      try addMerge(value)
      return
    }
    if let first = places[text] {
      throw Diagnostic(
        .duplicateKey(text), at: key.location,
        notes: [.init("'\(text.excerpt)' stands here already", at: entries[first].key.location)])
    }
    places[text] = entries.count
    entries.append((key, value))
  }

  /// The mapping's own entries, then those merged in that it does not have; earlier merges win over later ones.
  consuming func merged() throws(Diagnostic) -> [(key: YAMLNode, value: YAMLNode)] {
    for mapping in merges {
      for entry in mapping.mapping ?? [] {
        guard let text = entry.key.text, places[text] == nil else { continue }
        places[text] = entries.count
        entries.append(entry)
      }
    }
    return entries
  }

  private mutating func addMerge(_ value: YAMLNode) throws(Diagnostic) {
    for mapping in value.sequence ?? [value] {
      guard mapping.mapping != nil else {
        throw Diagnostic(.mergeNeedsMapping(mapping), at: mapping.location)
      }
      merges.append(mapping)
    }
  }
}

extension Diagnostic.Message {
  fileprivate static func duplicateKey(_ key: String) -> Self { "duplicate key '\(key.excerpt)'" }

  fileprivate static func mergeNeedsMapping(_ node: YAMLNode) -> Self {
    "'<<' merges a mapping or a list of mappings, found \(node.summary)"
  }
}
