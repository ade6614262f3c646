import Foundation
import GraphIR
import Operators
import Plan
import Testing

@Suite struct CatalogTests {
  private static let sources = URL(filePath: #filePath)
    .deletingLastPathComponent().appending(path: "../../Sources/Operators").standardizedFileURL

  /// The structs under Sources/Operators whose protocols make them operators.
  private func declaredOperators() throws -> Set<String> {
    let files = try #require(
      FileManager.default.enumerator(at: Self.sources, includingPropertiesForKeys: nil))
    var names = Set<String>()
    for case let file as URL in files where file.pathExtension == "swift" {
      let text = try String(contentsOf: file, encoding: .utf8)
      for match in text.matches(of: /package struct (\w+):([^{]+)\{/)
      where match.2.contains("Operator") || match.2.contains("Differentiable") {
        names.insert(String(match.1))
      }
    }
    return names
  }

  /// All but the request for a gradient, which the compiler expands.
  private let registered = OperatorCatalog.standardTypes.filter { $0 != GradientRequest.self }

  @Test func `every operator of the sources is registered`() throws {
    let known = Set(registered.map { String(describing: $0) })
    #expect(try declaredOperators().subtracting(known) == [])
    #expect(known.subtracting(try declaredOperators()) == [])
    #expect(known.count > 90)
  }

  @Test func `names are unique and in snake case`() {
    let names = registered.map { $0.name }
    #expect(Set(names).count == names.count)
    for name in names { #expect(name.wholeMatch(of: /[a-z][a-z0-9]*(_[a-z0-9]+)*/) != nil) }
  }

  @Test func `operators say in one way how they are computed`() {
    for type in registered {
      let ways = [
        type is any ElementwiseOperator.Type, type is any ReadOperator.Type,
        type is any ReductionOperator.Type, type is any ReshapeOperator.Type,
        type is any KernelOperator.Type, type is any CompositeOperator.Type,
      ]
      #expect(ways.count { $0 } == 1, "\(type.name)")
    }
  }

  @Test func `a gradient flows, stops or is expanded away`() {
    for type in registered {
      let flows = type is any Differentiable.Type
      let stops = type is any GradientStop.Type
      let expands = type is any CompositeOperator.Type
      #expect(flows != stops || (expands && !flows && !stops), "\(type.name)")
    }
  }

  @Test func `what YAML may name is documented`() {
    for type in OperatorCatalog.standard.networkOperators {
      #expect(!type.summary.isEmpty)
      #expect(type.summary.last != ".")
      for attribute in AttributeReader.describe(type) {
        #expect(!attribute.documentation.isEmpty, "\(type.name) \(attribute.name)")
      }
    }
  }

  @Test func `fusion's attributes are not offered to people`() {
    let names = AttributeReader.describe(Conv2D.self).map(\.name)
    #expect(names == ["channels", "kernel", "stride", "padding", "dilation", "groups", "bias"])
  }

  @Test(arguments: OperatorExamples.all)
  func `attributes build an equal operator`(_ example: Example) throws {
    let op = try example.makeOperator()
    let copy = try OperatorCatalog.standard.make(op.name, op.attributes)
    #expect(op.fingerprint == copy.fingerprint)
  }

  @Test func `what gradients pass through has twenty examples`() {
    for type in registered {
      let isCovered = type is any Differentiable.Type || type is any CompositeOperator.Type
      guard isCovered, !(type is any OptimizerOperator.Type) else { continue }
      #expect(OperatorExamples.of(type.name).count >= 20, "\(type.name)")
    }
  }
}
