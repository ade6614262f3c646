package import GraphIR
package import Plan

/// An elementwise operator without attributes that is exactly one tile instruction.
package protocol OpcodeOperator: ElementwiseOperator {
  static var opcode: TileOpcode { get }

  init()
}

extension OpcodeOperator {
  package var arity: Arity { .exactly(Self.opcode.arity) }

  package init(_ attributes: inout AttributeReader) throws(Diagnostic) { self.init() }

  package func emit(_ operands: [TileRegister], into body: inout TileBody) -> [TileRegister] {
    switch operands.count {
    case 1: [body.emit(Self.opcode, operands[0])]
    case 2: [body.emit(Self.opcode, operands[0], operands[1])]
    default: [body.emit(Self.opcode, operands[0], operands[1], operands[2])]
    }
  }
}
