/// Rows of text in aligned columns.
struct TextTable {
  enum Alignment { case left, right }

  private let alignments: [Alignment]
  private var rows: [[String]] = []
  private let indentation: Int

  /// - Parameter header: the first row; empty for a table without one.
  init(_ alignments: [Alignment], header: [String] = [], indentation: Int = 2) {
    self.alignments = alignments
    self.indentation = indentation
    if !header.isEmpty { rows.append(header) }
  }

  mutating func append(_ row: [String]) { rows.append(row) }

  /// One line a row, without blanks at the ends of lines.
  var lines: [String] {
    let widths = alignments.indices.map { column in
      rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      let cells = row.indices.map { column in
        let padding = String(repeating: " ", count: max(0, widths[column] - row[column].count))
        return alignments[column] == .left ? row[column] + padding : padding + row[column]
      }
      let line = String(repeating: " ", count: indentation) + cells.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }
  }

  func print() {
    for line in lines { Swift.print(line) }
  }
}
