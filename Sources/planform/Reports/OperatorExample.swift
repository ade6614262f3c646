import GraphIR
import Plan

/// Shapes of one application of an operator, found by asking its own shape rule.
struct OperatorExample {
  let lines: [String]

  /// Nil if no inputs of the usual forms suit the operator.
  init?(of type: any NetworkOperator.Type) {
    guard let op = Self.instance(of: type) else { return nil }
    for inputs in Self.candidates(count: type.ports.count) {
      guard let parameters = try? op.parameters(inputs) else { continue }
      let all = inputs + parameters.map { TensorType(.float32, $0.shape) }
      guard let outputs = try? op.outputTypes(all) else { continue }
      let visible = zip(op.outputNames, outputs).map { "\($0) \($1)" }.joined(separator: ", ")
      let given = zip(type.ports, inputs).map { "\($0) \($1)" }.joined(separator: ", ")
      var lines = ["shapes:     " + (given.isEmpty ? "" : given + " -> ") + visible]
      if !parameters.isEmpty {
        let owned = parameters.map { "\($0.name) \(TensorType(.float32, $0.shape))" }
        lines.append("owns:       " + owned.joined(separator: ", "))
      }
      let attributes = Self.attributes(of: type)
      if !attributes.isEmpty {
        lines.append("            with " + attributes.map(\.description).joined(separator: ", "))
      }
      self.lines = lines
      return
    }
    return nil
  }

  /// The operator with the defaults of its attributes, and small numbers where there is none.
  private static func instance(of type: any NetworkOperator.Type) -> (any NetworkOperator)? {
    var reader = AttributeReader(attributes(of: type), of: type.name)
    return try? type.init(&reader)
  }

  private static func attributes(of type: any NetworkOperator.Type) -> [Attribute] {
    AttributeReader.describe(type).filter { $0.defaultText == nil }.compactMap { attribute in
      standIn(for: attribute).map { Attribute(attribute.name, $0) }
    }
  }

  private static func standIn(for attribute: AttributeDescription) -> AttributeValue? {
    switch attribute.kind {
    case .integer: .integer(2)
    case .number: .real(0.5)
    case .integers: attribute.name == "shape" ? .integers([4, 16]) : .integers([2, 2])
    case .numbers: .real(0.5)
    case .boolean: .bool(false)
    case .choice(let choices): choices.first.map { .text($0) }
    case .text, .map: nil
    }
  }

  /// Inputs worth trying, the usual ones first: pictures, vectors, sequences, then indices into a table.
  private static func candidates(count: Int) -> [[TensorType]] {
    let picture = TensorType(.float32, [4, 16, 8, 8])
    let vector = TensorType(.float32, [4, 16])
    let index = TensorType(.int64, [4])
    let same = [picture, vector, TensorType(.float32, [4, 8, 16]), index].map {
      [TensorType](repeating: $0, count: count)
    }
    let mixed = [
      [vector, index], [picture, vector], [picture, vector, vector], [vector, vector],
    ]
    return same + mixed.filter { $0.count == count }
  }
}
