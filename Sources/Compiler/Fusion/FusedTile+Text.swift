import GraphIR
import Plan

/// The body as one line of text: statements separated by semicolons.
///
/// | statement | meaning |
/// |---|---|
/// | `load 0 0 - 1/2` | input 0; one word an axis: the iteration axis and its divisor, `-` for extent 1 |
/// | `add 0 1` | an instruction, as in the plan file |
/// | `store 2 4x1x8 0 - 1` | register 2 to an output of shape 4×1×8 |
/// | `sum 2 1x8 - 1` | register 2 reduced over the axes that the output does not follow |
extension FusedTile {
  var body: String {
    let loads = loads.map { "load \($0.input)" + Self.text($0.access) }
    let stores = stores.map { "store " + Self.text($0) }
    let reductions = reductions.map { "\($0.kind.rawValue) " + Self.text($0.target) }
    return (loads + instructions.map(\.description) + stores + reductions).joined(separator: "; ")
  }

  private static func text(_ access: TileAccess) -> String {
    access.axes.map { axis in
      guard let axis else { return " -" }
      return axis.divisor == 1 ? " \(axis.axis)" : " \(axis.axis)/\(axis.divisor)"
    }.joined()
  }

  private static func text(_ target: Target) -> String {
    let extents = target.shape.map(String.init).joined(separator: "x")
    let shape = extents.isEmpty ? "scalar" : extents
    return "\(target.register) \(shape)\(text(target.access))"
  }

  init(extent: [Int], parsing body: String) throws(Diagnostic) {
    self.init(extent: extent, loads: [], instructions: [], stores: [], reductions: [])
    for statement in body.split(separator: ";") {
      let words = statement.split(separator: " ").map(String.init)
      guard let first = words.first else { continue }
      guard try add(first, words) else {
        throw Diagnostic(.unreadable(statement.trimmingPrefix(" ").description))
      }
    }
  }

  /// Adds one statement; false when it is none.
  private mutating func add(_ first: String, _ words: [String]) throws(Diagnostic) -> Bool {
    let rest = Array(words.dropFirst())
    if first == "load" {
      guard let input = rest.first.flatMap(Int.init),
        let access = TileAccess(words: rest.dropFirst(), rank: extent.count)
      else { return false }
      loads.append(Load(input: input, access: access))
    } else if first == "store" || TileReduction.Kind(rawValue: first) != nil {
      guard let target = Target(words: rest, rank: extent.count, registers: registerCount) else {
        return false
      }
      if let kind = TileReduction.Kind(rawValue: first) {
        reductions.append(Reduction(kind: kind, target: target))
      } else {
        stores.append(target)
      }
    } else {
      guard let instruction = TileInstruction(parsing: words.joined(separator: " ")),
        instruction.operands.allSatisfy({ 0..<registerCount ~= $0 })
      else { return false }
      instructions.append(instruction)
    }
    return true
  }

  private var registerCount: Int { loads.count + instructions.count }
}

extension TileAccess {
  fileprivate init?(words: ArraySlice<String>, rank: Int) {
    axes = []
    for word in words {
      if word == "-" {
        axes.append(nil)
        continue
      }
      let parts = word.split(separator: "/").map { Int($0) }
      guard let axis = parts.first ?? nil, 0..<rank ~= axis, parts.count <= 2 else { return nil }
      let divisor = parts.count == 2 ? parts[1] : 1
      guard let divisor, divisor > 0 else { return nil }
      axes.append(AxisAccess(axis: axis, divisor: divisor))
    }
  }
}

extension FusedTile.Target {
  fileprivate init?(words: [String], rank: Int, registers: Int) {
    guard words.count >= 2, let register = Int(words[0]), 0..<registers ~= register,
      let access = TileAccess(words: words[2...], rank: rank)
    else { return nil }
    let extents = words[1] == "scalar" ? [] : words[1].split(separator: "x").map { Int($0) }
    let shape = extents.compactMap { $0 }
    guard shape.count == extents.count, shape.count == access.axes.count,
      shape.allSatisfy({ $0 > 0 })
    else { return nil }
    self.init(register: register, shape: shape, access: access)
  }
}

extension Diagnostic.Message {
  fileprivate static func unreadable(_ statement: String) -> Self {
    "fused_tile: '\(statement)' is no load, instruction, store or reduction of this body"
  }
}
