/// Tile calls that have nothing to do with each other, as one call: threads share the elements of all of them.
///
/// Each has operands and an iteration space of its own. No tile reads or writes what another one writes, so that they may
/// run in any order and at once; the checker sees to it. Many small updates of weights are computed so, since each of them
/// alone is too little work for more than one thread.
package struct TileListCall: Codable, Sendable, Hashable {
  /// Most tiles of a list.
  package static let limit = 1024

  /// Without reductions, at least one.
  package var tiles: [TileCall]

  package init(tiles: [TileCall]) { self.tiles = tiles }
}

extension TileListCall: KernelOperands {
  package var reads: [TensorID] { tiles.flatMap(\.reads) }
  package var writes: [TensorID] { tiles.flatMap(\.writes) }
  package mutating func renumber(_ rename: (TensorID) -> TensorID) {
    for index in tiles.indices { tiles[index].renumber(rename) }
  }
}

extension KernelCall {
  /// The elementwise operations that a call runs, in the order of its results; empty for calls without any.
  ///
  /// What is set must be as many.
  package var tiles: [TileCall] {
    get {
      switch self {
      case .tile(let tile): [tile]
      case .weightUpdate(let update): [update.tile]
      case .tileList(let list): list.tiles
      default: []
      }
    }
    set {
      switch self {
      case .tile: self = .tile(newValue[0])
      case .weightUpdate(var update):
        update.tile = newValue[0]
        self = .weightUpdate(update)
      case .tileList: self = .tileList(TileListCall(tiles: newValue))
      default: break
      }
    }
  }
}
