extension BitmapFont {
  /// A caption broken at spaces into lines of a width in pixels; a longer one ends in `...`.
  static func lines(of caption: String, width: Int, maximum: Int) -> [String] {
    let capacity = max(1, (width + 1) / advance)
    var lines: [String] = []
    var line = ""
    for word in drawable(caption).split(separator: " ") {
      var rest = word[...]
      if !line.isEmpty, line.count + 1 + rest.count <= capacity {
        line += " " + rest
        continue
      }
      if !line.isEmpty { lines.append(line) }
      while rest.count > capacity {
        lines.append(String(rest.prefix(capacity)))
        rest = rest.dropFirst(capacity)
      }
      line = String(rest)
    }
    if !line.isEmpty { lines.append(line) }
    guard lines.count > maximum else { return lines }
    lines.removeLast(lines.count - maximum)
    lines[maximum - 1] = lines[maximum - 1].prefix(max(0, capacity - 3)) + "..."
    return lines
  }
}
