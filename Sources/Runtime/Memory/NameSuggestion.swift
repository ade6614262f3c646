/// Errors about names that are not there.
extension RuntimeError {
  /// `no state 'g.w'; did you mean 'g.w1'?`, with up to three candidates, or the first names of the list.
  static func unknown(_ name: String, _ kind: String, among names: [String]) -> RuntimeError {
    let close = NameSuggestion.closest(to: name, among: names)
    let advice: String
    if !close.isEmpty {
      advice = "did you mean \(close.map { "'\($0)'" }.joined(separator: " or "))?"
    } else if names.isEmpty {
      advice = "there is none"
    } else {
      let listed = names.sorted().prefix(8).map { "'\($0)'" }.joined(separator: ", ")
      advice = "expected one of \(listed)" + (names.count > 8 ? ", …" : "")
    }
    return RuntimeError(.missing, "no \(kind) '\(name)'; \(advice)")
  }
}

/// Which known names are spelt like an unknown one, or end like it.
package enum NameSuggestion {
  package static func closest(to name: String, among names: [String]) -> [String] {
    let limit = max(2, name.count / 3)
    let ranked = names.compactMap { candidate -> (name: String, distance: Int)? in
      if candidate.hasSuffix(".\(name)") || candidate.hasSuffix("/\(name)") {
        return (candidate, 0)
      }
      let distance = distance(name, candidate)
      return distance <= limit ? (candidate, distance) : nil
    }
    return ranked.sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }.prefix(3).map(\.name)
  }

  /// Insertions, deletions and substitutions that turn one word into the other.
  static func distance(_ left: String, _ right: String) -> Int {
    let (a, b) = (Array(left.utf8), Array(right.utf8))
    var row = Array(0...b.count)
    for i in a.indices {
      var diagonal = row[0]
      row[0] = i + 1
      for j in b.indices {
        let substituted = diagonal + (a[i] == b[j] ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(substituted, row[j] + 1, diagonal + 1)
      }
    }
    return row[b.count]
  }
}
