/// A fused group of elementwise operations over one iteration space.
///
/// Register i holds the i-th load for i < loads.count, and the result of instruction i - loads.count after that. For
/// every point of the iteration space the instructions run in order, then the stores write and the reductions add up.
package struct TileCall: Codable, Sendable, Hashable {
  /// The iteration space, outermost axis first, in the physical order of the result.
  package var extent: [Int]
  package var loads: [TileLoad]
  package var instructions: [TileInstruction]
  package var stores: [TileStore]
  package var reductions: [TileReduction]

  package init(
    extent: [Int], loads: [TileLoad], instructions: [TileInstruction], stores: [TileStore],
    reductions: [TileReduction]
  ) {
    self.extent = extent
    self.loads = loads
    self.instructions = instructions
    self.stores = stores
    self.reductions = reductions
  }
}

/// Reads `tensor[Σ (i / divisor)·stride]`: stride 0 broadcasts, divisor 2 reads as if upsampled twofold.
package struct TileLoad: Codable, Sendable, Hashable {
  package var tensor: TensorID
  /// Elements per step of each axis of the iteration space.
  package var strides: [Int]
  /// What each index is divided by, rounding down, before the stride is applied; 1 for most.
  package var divisors: [Int]

  package init(tensor: TensorID, strides: [Int], divisors: [Int]) {
    self.tensor = tensor
    self.strides = strides
    self.divisors = divisors
  }
}

/// Writes `tensor[Σ i·stride] = register` at every point; the strides visit every element exactly once.
package struct TileStore: Codable, Sendable, Hashable {
  package var register: Int
  package var tensor: TensorID
  package var strides: [Int]

  package init(register: Int, tensor: TensorID, strides: [Int]) {
    self.register = register
    self.tensor = tensor
    self.strides = strides
  }
}

/// Reduces a register over the axes whose stride is 0 and writes `tensor[Σ i·stride]`.
///
/// The order of summation depends on the extent alone, so that results do not depend on the number of threads.
package struct TileReduction: Codable, Sendable, Hashable {
  package enum Kind: String, Codable, Sendable { case sum, max, min }
  package var kind: Kind
  package var register: Int
  package var tensor: TensorID
  package var strides: [Int]

  package init(kind: Kind, register: Int, tensor: TensorID, strides: [Int]) {
    self.kind = kind
    self.register = register
    self.tensor = tensor
    self.strides = strides
  }
}

/// One operation on registers; comparisons give 1 or 0.
package enum TileOpcode: String, Codable, Sendable, CaseIterable {
  // Nullary: the immediate.
  case constant
  // Unary.
  case negate, abs, sign, floor, ceil, exp, log, sqrt, rsqrt, reciprocal, tanh, sigmoid, softplus,
    erf
  case sin, cos
  // Binary.
  case add, subtract, multiply, divide, maximum, minimum, power
  case less, lessEqual, equal
  // Ternary: select(c, a, b) is a where c ≠ 0, else b; fma(a, b, c) = a·b + c.
  case select, fma

  package var arity: Int {
    switch self {
    case .constant: 0
    case .negate, .abs, .sign, .floor, .ceil, .exp, .log, .sqrt, .rsqrt, .reciprocal, .tanh,
      .sigmoid,
      .softplus, .erf, .sin, .cos:
      1
    case .add, .subtract, .multiply, .divide, .maximum, .minimum, .power, .less, .lessEqual, .equal:
      2
    case .select, .fma: 3
    }
  }
}

/// An opcode and its operands.
package struct TileInstruction: Sendable, Hashable {
  package var opcode: TileOpcode
  package var operands: [Int]
  /// The value of a `constant`; 0 for all others.
  package var immediate: Double

  package init(_ opcode: TileOpcode, _ operands: [Int] = [], immediate: Double = 0) {
    self.opcode = opcode
    self.operands = operands
    self.immediate = immediate
  }
}

/// In the plan file an instruction is one line of text, `"add 0 3"` or `"constant 0.5"`.
extension TileInstruction: Codable, CustomStringConvertible {
  package var description: String {
    opcode == .constant
      ? "constant \(immediate)"
      : ([opcode.rawValue] + operands.map(String.init)).joined(separator: " ")
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let instruction = TileInstruction(parsing: text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "'\(text)' is not a tile instruction")
    }
    self = instruction
  }

  package init?(parsing text: String) {
    let words = text.split(separator: " ")
    guard let first = words.first, let opcode = TileOpcode(rawValue: String(first)) else {
      return nil
    }
    if opcode == .constant {
      guard words.count == 2, let value = Double(words[1]) else { return nil }
      self.init(.constant, immediate: value)
    } else {
      let operands = words.dropFirst().compactMap { Int($0) }
      guard operands.count == words.count - 1, operands.count == opcode.arity else { return nil }
      self.init(opcode, operands)
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
