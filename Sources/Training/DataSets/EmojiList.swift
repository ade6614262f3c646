import Runtime

/// One emoji of Unicode's list.
struct Emoji: Sendable, Hashable {
  /// Code points without variation selectors, which neither file names nor keyword lists have consistently.
  var codePoints: [UInt32]
  /// The English name, such as `red apple`.
  var name: String
  /// Such as `Food & Drink`.
  var group: String
  /// Such as `food-fruit`.
  var subgroup: String

  init(codePoints: [UInt32], name: String, group: String, subgroup: String) {
    self.codePoints = codePoints.filter { $0 != 0xFE0F }
    self.name = name
    self.group = group
    self.subgroup = subgroup
  }

  /// The code points in hexadecimal, joined by `separator`, each at least four digits long.
  func key(separator: String) -> String {
    codePoints.map { code in
      let digits = String(code, radix: 16)
      return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
    .joined(separator: separator)
  }

  /// What kind of thing it is, in words: `fruit`, `prepared food`, `bird`.
  var kind: String {
    let words = subgroup.split(separator: "-").map(String.init)
    guard let last = words.last, words.count > 1 else { return subgroup }
    switch last {
    case "other": return words[0]
    case "prepared", "sweet", "asian": return "\(last) food"
    default: return last
    }
  }
}

extension Emoji {
  /// The fully-qualified emoji of a text in the format of Unicode's `emoji-test.txt`.
  static func list(_ text: String) -> [Emoji] {
    var emoji: [Emoji] = []
    var (group, subgroup) = ("", "")
    for line in text.split(whereSeparator: \.isNewline) {
      if line.hasPrefix("# group: ") {
        group = String(line.dropFirst("# group: ".count))
      } else if line.hasPrefix("# subgroup: ") {
        subgroup = String(line.dropFirst("# subgroup: ".count))
      } else if let entry = Emoji(line: line, group: group, subgroup: subgroup) {
        emoji.append(entry)
      }
    }
    return emoji
  }

  /// Reads `1F34E ; fully-qualified # 🍎 E0.6 red apple`.
  private init?(line: Substring, group: String, subgroup: String) {
    let halves = line.split(separator: "#", maxSplits: 1)
    guard halves.count == 2, !line.hasPrefix("#") else { return nil }
    let fields = halves[0].split(separator: ";")
    guard fields.count == 2, fields[1].contains("fully-qualified"),
      !fields[1].contains("minimally")
    else { return nil }
    let codes = fields[0].split(separator: " ").compactMap { UInt32($0, radix: 16) }
    let words = halves[1].split(separator: " ").dropFirst(2)
    guard !codes.isEmpty, !words.isEmpty else { return nil }
    self.init(
      codePoints: codes, name: words.joined(separator: " "), group: group, subgroup: subgroup)
  }

  /// Keywords by `key(separator: "-")`, from the JSON index of the gemojione project.
  static func keywords(
    _ text: UnsafeRawBufferPointer, of subject: String
  ) throws(RuntimeError) -> [String: [String]] {
    var keywords: [String: [String]] = [:]
    for (_, entry) in try JSON.parse(text, of: subject).members ?? [] {
      guard let code = entry["unicode"]?.string, let words = entry["keywords"]?.strings else {
        continue
      }
      let parts = code.lowercased().split(separator: "-").filter { $0 != "fe0f" }
      keywords[parts.joined(separator: "-")] = words
    }
    return keywords
  }
}
