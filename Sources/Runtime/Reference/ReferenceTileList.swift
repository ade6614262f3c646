import Plan

/// The tiles of a list, one after the other.
struct ReferenceTileList<Scalar: ReferenceScalar>: ReferenceKernel {
  private let tiles: [ReferenceTile<Scalar>]

  init(_ call: TileListCall, _ operand: (TensorID) -> ReferenceOperand<Scalar>) {
    tiles = call.tiles.map { ReferenceTile($0, operand) }
  }

  func run(_ context: RunContext) {
    for tile in tiles { tile.run(context) }
  }
}
