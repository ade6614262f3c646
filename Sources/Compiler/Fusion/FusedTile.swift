package import GraphIR
package import Plan

/// A fused group of elementwise operations: loads, instructions, stores and reductions over one iteration space.
///
/// ```
/// %9, %10 = fused_tile(%3, %4) extent: [2, 8, 16], body: "load 0 0 1 2; load 1 - 1 -; add 0 1; …"
/// ```
///
/// Only fusion makes such nodes. Registers are numbered as in a `TileCall`: loads first, then instructions. Outputs are
/// the stores in order, then the reductions.
package struct FusedTile: Operator {
  package static let name = "fused_tile"

  /// Reads an input at every point.
  package struct Load: Hashable, Sendable {
    package var input: Int
    package var access: TileAccess
  }

  /// Writes a register at every point, or reduces it over the axes that the target does not follow.
  package struct Target: Hashable, Sendable {
    package var register: Int
    /// Logical shape of the output.
    package var shape: [Int]
    package var access: TileAccess
  }

  package struct Reduction: Hashable, Sendable {
    package var kind: TileReduction.Kind
    package var target: Target
  }

  /// A named value of the unfused graph that lives in a register.
  package struct Resident: Hashable, Sendable {
    package var name: String
    package var register: Int
    /// Its logical shape, which is the iteration shape but for axes of extent 1.
    package var shape: [Int]
  }

  /// Logical iteration shape, without axes of extent 1; empty for scalars.
  package var extent: [Int]
  package var loads: [Load]
  package var instructions: [TileInstruction]
  package var stores: [Target]
  package var reductions: [Reduction]
  /// Named values that are not stored; no part of what the operator computes.
  package var residents: [Resident] = []

  package init(
    extent: [Int], loads: [Load], instructions: [TileInstruction], stores: [Target],
    reductions: [Reduction], residents: [Resident] = []
  ) {
    self.extent = extent
    self.loads = loads
    self.instructions = instructions
    self.stores = stores
    self.reductions = reductions
    self.residents = residents
  }

  // MARK: Attributes

  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    let extent = try attributes.ints("extent", "iteration shape without axes of extent 1")
    let body = try attributes.text("body", "loads, instructions and results, in order")
    try self.init(extent: extent, parsing: body)
  }

  package var attributes: [Attribute] {
    [Attribute("extent", .integers(extent)), Attribute("body", .text(body))]
  }

  // MARK: Shape

  package var arity: Arity { .exactly((loads.map(\.input).max() ?? -1) + 1) }

  package func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    (stores + reductions.map(\.target)).map { TensorType(.float32, $0.shape) }
  }
}
