import GraphIR
import Plan

/// An elementwise function of one or more inputs with attributes of every kind.
struct Toy: Operator {
  static let name = "toy"
  var attributes: [Attribute]

  init(_ reader: inout AttributeReader) throws(Diagnostic) {
    attributes = []
    if reader.has("count") {
      attributes.append(Attribute("count", .integer(try reader.int("count"))))
    }
    if reader.has("scale") {
      attributes.append(Attribute("scale", .real(try reader.number("scale"))))
    }
    if reader.has("flag") {
      attributes.append(Attribute("flag", .bool(try reader.bool("flag", default: false))))
    }
    if reader.has("text") { attributes.append(Attribute("text", .text(try reader.text("text")))) }
    if reader.has("list") {
      attributes.append(Attribute("list", .integers(try reader.ints("list"))))
    }
  }

  var arity: Arity { .atLeast(1) }

  func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    guard inputs.allSatisfy({ $0 == inputs[0] }) else { throw Diagnostic("toy: types differ") }
    return [inputs[0]]
  }
}

/// One input, two outputs: its type, and a scalar.
struct Halves: Operator {
  static let name = "halves"
  init(_ reader: inout AttributeReader) throws(Diagnostic) {}
  var arity: Arity { .exactly(1) }

  func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    [inputs[0], .scalar()]
  }
}

struct Draw: RandomOperator {
  static let name = "draw"
  init(_ reader: inout AttributeReader) throws(Diagnostic) {}
  var arity: Arity { .exactly(0) }

  func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] { [.scalar()] }
  func kernels(_ context: LoweringContext) -> [KernelCall] { [] }
}

let toyCatalog = OperatorCatalog([Toy.self, Halves.self, Draw.self])
