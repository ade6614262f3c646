package import Plan
package import Runtime

/// A sheet and what was drawn in its cells.
package struct DrawnSheet: Sendable {
  package let sheet: Sheet
  package let cells: [DrawnCell]
  /// Each cell's outputs one above the other, at their own size.
  package let pictures: [Picture]
  /// Doubts about what the pictures show, for people.
  package let notices: [String]
  let outputs: [PictureProgram.Output]

  /// Draws all cells.
  ///
  /// - Parameter range: the numbers that are black and white; nil goes by the plan's data section.
  package init(
    _ sheet: Sheet, by sampler: Sampler, of plan: Plan,
    range: (low: Double, high: Double)? = nil
  ) throws(RuntimeError) {
    self.sheet = sheet
    outputs = sampler.program.outputs
    let ranges = try outputs.map { output throws(RuntimeError) in
      if let range { return PictureRange(low: range.low, high: range.high) }
      return try PictureRange(of: output.name, side: output.width, in: plan)
    }
    let cells = try sampler.draw(sheet.cells)
    let outputs = outputs
    pictures = try cells.map { cell throws(RuntimeError) in
      try Picture.stack(of: cell, outputs, ranges)
    }
    notices = zip(ranges, ranges.indices).compactMap { range, index in
      range.doubt(cells, output: index)
    }
    self.cells = cells
  }

  /// Writes each cell into a file of its own, `000-003.png` for row 0 and column 3.
  package func writeFrames(to folder: String) throws(RuntimeError) {
    try Folder.create(folder)
    let width = sheet.columns.count * sheet.count
    for (position, picture) in pictures.enumerated() {
      let name = "\(Self.number(position / width))-\(Self.number(position % width)).png"
      try picture.write(to: "\(folder)/\(name)")
    }
  }

  /// Writes the numbers as they were drawn: a tensor `[cells, channels, height, width]` for each output.
  package func writeTensors(to path: String) throws(RuntimeError) {
    var tensors: [(String, HostTensor)] = []
    for (index, output) in outputs.enumerated() {
      let shape = [cells.count, output.channels, output.height, output.width]
      tensors.append(
        (output.name, HostTensor(shape: shape, cells.flatMap { $0.outputs[index].floats })))
    }
    let shape = [sheet.rows.count, sheet.columns.count, sheet.count]
    try SafetensorsFile.write(
      tensors,
      metadata: ["cells": shape.map(String.init).joined(separator: " x ")], to: path)
  }

  private static func number(_ value: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, 3 - digits.count)) + digits
  }
}

extension Picture {
  /// All outputs of a cell one above the other with a white line between; the smaller ones are enlarged by whole
  /// numbers, as far as the widest allows.
  fileprivate static func stack(
    of cell: DrawnCell, _ outputs: [PictureProgram.Output], _ ranges: [PictureRange]
  ) throws(RuntimeError) -> Picture {
    let widest = outputs.map(\.width).max() ?? 1
    var pictures: [Picture] = []
    for (index, output) in outputs.enumerated() {
      let drawn = try Picture.pictures(
        of: cell.outputs[index].floats, shape: [1, output.channels, output.height, output.width],
        order: .channelsFirst, range: (ranges[index].low, ranges[index].high))[0]
      pictures.append(drawn.enlarged(by: widest / output.width))
    }
    guard pictures.count > 1 else { return pictures[0] }
    let height = pictures.reduce(pictures.count - 1) { $0 + $1.height }
    var stack = Picture(width: widest, height: height, colour: (255, 255, 255))
    var y = 0
    for picture in pictures {
      stack.draw(picture, x: (widest - picture.width) / 2, y: y)
      y += picture.height + 1
    }
    return stack
  }
}
