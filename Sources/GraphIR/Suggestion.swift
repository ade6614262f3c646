/// "did you mean …?" for a misspelt name.
package enum Suggestion {
  /// The candidate closest to `name`, if one is close enough to be meant.
  package static func closest(to name: String, among candidates: some Sequence<String>) -> String? {
    // Nobody misspells a word of this length; comparing it would take long.
    guard name.utf8.count <= 128 else { return nil }
    let limit = max(1, name.count / 3)
    return
      candidates
      .map { (candidate: $0, distance: distance(name.lowercased(), $0.lowercased())) }
      .filter { $0.distance <= limit }
      .min { ($0.distance, $0.candidate) < ($1.distance, $1.candidate) }?
      .candidate
  }

  /// " (did you mean 'kernel'?)", or nothing.
  package static func phrase(for name: String, among candidates: some Sequence<String>) -> String {
    closest(to: name, among: candidates).map { " (did you mean '\($0)'?)" } ?? ""
  }

  /// The number of insertions, deletions, substitutions and swaps of neighbours that turn one word into the other.
  static func distance(_ left: String, _ right: String) -> Int {
    let (a, b) = (Array(left), Array(right))
    guard !a.isEmpty, !b.isEmpty else { return max(a.count, b.count) }
    var previous = [Int]()
    var current = Array(0...b.count)
    for i in 1...a.count {
      let beforePrevious = previous
      previous = current
      current[0] = i
      for j in 1...b.count {
        let substitution = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
        current[j] = min(previous[j] + 1, current[j - 1] + 1, substitution)
        if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
          current[j] = min(current[j], beforePrevious[j - 2] + 1)
        }
      }
    }
    return current[b.count]
  }
}
