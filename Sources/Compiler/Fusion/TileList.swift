package import GraphIR
import Plan

/// Tiles that have nothing to do with each other, as one node.
///
/// ```
/// %8, %9 = tile_list(%w, %dw, %rate, %b, %db, %rate) tiles: "8x3: load 0 0 1; … | 8: load 0 0; …"
/// ```
///
/// Operands are those of the first tile, then those of the next; so are the results. Only a pass makes such nodes.
package struct TileList: Operator {
  package static let name = "tile_list"

  package var tiles: [FusedTile]

  package init(tiles: [FusedTile]) { self.tiles = tiles }

  // MARK: Attributes

  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    let text = try attributes.text("tiles", "iteration shape and body of each tile")
    tiles = []
    for tile in text.split(separator: "|") {
      let parts = tile.split(separator: ":", maxSplits: 1).map { $0.trimming(" ") }
      let extents = parts[0] == "scalar" ? [] : parts[0].split(separator: "x").map { Int($0) }
      guard parts.count == 2, extents.allSatisfy({ $0.map { $0 > 0 } ?? false }) else {
        throw Diagnostic(.unreadable(tile.trimming(" ")))
      }
      tiles.append(try FusedTile(extent: extents.compactMap { $0 }, parsing: String(parts[1])))
    }
  }

  package var attributes: [Attribute] {
    let texts = tiles.map { tile in
      let extent = tile.extent.map(String.init).joined(separator: "x")
      return "\(extent.isEmpty ? "scalar" : extent): \(tile.body)"
    }
    return [Attribute("tiles", .text(texts.joined(separator: " | ")))]
  }

  // MARK: Shape

  package var arity: Arity { .exactly(tiles.reduce(0) { $0 + $1.operandCount }) }

  package func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    var types: [TensorType] = []
    for (tile, operands) in zip(tiles, operands(of: inputs)) {
      types += try tile.outputTypes(operands)
    }
    return types
  }

  /// The operands of each tile, given those of the node.
  func operands<Operand>(of inputs: [Operand]) -> [[Operand]] {
    var rest = inputs[...]
    return tiles.map { tile in
      defer { rest = rest.dropFirst(tile.operandCount) }
      return Array(rest.prefix(tile.operandCount))
    }
  }
}

extension FusedTile {
  /// How many operands the tile takes.
  fileprivate var operandCount: Int { (loads.map(\.input).max() ?? -1) + 1 }
}

extension Substring {
  fileprivate func trimming(_ character: Character) -> String {
    var text = self
    while text.first == character { text.removeFirst() }
    while text.last == character { text.removeLast() }
    return String(text)
  }
}

extension Diagnostic.Message {
  fileprivate static func unreadable(_ tile: String) -> Self {
    "tile_list: '\(tile)' is no iteration shape and body, as in '8x3: load 0 0 1'"
  }
}
