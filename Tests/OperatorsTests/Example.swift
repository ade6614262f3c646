package import GraphIR
import Operators
import Plan
import Testing

/// One application of an operator that the generic tests try: attributes and what the inputs may hold.
struct Example: Sendable, CustomTestStringConvertible {
  /// What an input holds; unless it is an index, values that are distinct and not 0, so that kinks are avoided.
  enum Operand: Sendable {
    case any([Int])
    case positive([Int])
    case index([Int], below: Int)
    /// A running mean or variance: positive, and without a gradient.
    case statistic([Int])

    var type: TensorType {
      switch self {
      case .any(let shape), .positive(let shape), .statistic(let shape):
        TensorType(.float32, shape)
      case .index(let shape, _): TensorType(.int64, shape)
      }
    }
  }

  var name: String
  var attributes: [Attribute]
  var operands: [Operand]

  /// - Parameter operands: the inputs that YAML gives; those of parameters follow by themselves.
  init(
    _ name: String, _ attributes: KeyValuePairs<String, AttributeValue> = [:],
    _ operands: [Operand]
  ) {
    self.name = name
    self.attributes = attributes.map { Attribute($0, $1) }
    self.operands = operands
  }

  init(
    _ name: String, _ attributes: KeyValuePairs<String, AttributeValue> = [:], _ shapes: [Int]...
  ) {
    self.init(name, attributes, shapes.map { .any($0) })
  }

  var testDescription: String {
    "\(name) \(attributes) of \(operands.map(\.type.description).joined(separator: ", "))"
  }

  func makeOperator() throws -> any Operator {
    try OperatorCatalog.standard.make(name, attributes)
  }

  /// The given inputs and those of the parameters.
  func allOperands(of op: any Operator) throws -> [Operand] {
    guard let network = op as? any NetworkOperator else { return operands }
    return operands
      + (try network.parameters(operands.map(\.type))).map { parameter in
        parameter.role == .statistic ? .statistic(parameter.shape) : .any(parameter.shape)
      }
  }
}

extension AttributeValue: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral
{
  package init(integerLiteral value: Int) { self = .integer(value) }
  package init(floatLiteral value: Double) { self = .real(value) }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  package init(stringLiteral value: String) { self = .text(value) }
  package init(arrayLiteral elements: AttributeValue...) { self = .list(elements) }
}
