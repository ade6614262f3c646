package import Runtime

/// What a user wants on a sheet.
package struct SheetRequest: Sendable {
  /// Values for one input.
  package enum Assignment: Sendable, Hashable {
    /// `NAME=VALUE`, the value as `InputReader` knows it.
    case named(String, String)
    /// A text as it stands, for the only input of texts.
    case text(String)
    /// For the only input of classes.
    case label(String)

    /// - Throws: `.invalid` without a `=`.
    package init(parsing text: String) throws(RuntimeError) {
      guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
        throw RuntimeError(.invalid, "expected NAME=VALUE, found '\(text)'")
      }
      self = .named(String(text[..<equals]), String(text[text.index(after: equals)...]))
    }
  }

  /// Values that hold for the whole sheet; several values of an input make a list of pictures.
  package var given: [Assignment] = []
  /// Values that change from row to row, or from column to column.
  ///
  /// Several inputs in one direction change together.
  package var rows: [Assignment] = []
  package var columns: [Assignment] = []
  package var seed: UInt64 = 0
  /// Pictures for each cell, each with other noise.
  package var count = 1
  /// How many pictures of the data set are taken where nobody names them; nil is 16 in a list, and 4 in a direction.
  package var spread: Int?

  package init() {}
}

/// A sheet ready to be drawn.
package struct Sheet: Sendable {
  /// What is said and shown of a row or a column.
  package struct Header: Sendable, Hashable {
    package var caption = ""
    package var pictures: [Picture] = []
    /// The picture of the data set that it stands for.
    package var dataIndex: Int?
  }

  /// A list has one item a row and a single column without a header.
  package var isList: Bool
  package var rows: [Header]
  package var columns: [Header]
  /// How many cells come in the place of one, with other noise.
  package var count: Int
  /// All cells, row by row.
  package var cells: [Cell]

  /// Larger sheets are refused.
  package static let maximumCells = 4096
}
