package import GraphIR
package import Plan

/// Turns class numbers into rows of zeros with a single 1.
///
/// ```yaml
/// - one_hot: { from: label, classes: 10 }
/// ```
///
/// | value | shape |
/// |---|---|
/// | index (i64) | N |
/// | y | N×`classes` |
package struct OneHot: KernelOperator, GradientStop, NetworkOperator {
  package static let name = "one_hot"
  package static let summary = "rows of zeros with a 1 at the index"
  package static let category = Category.indexing
  package static let ports = ["index"]

  private let classes: Int

  // MARK: Attributes
  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    classes = try attributes.int("classes", "how many numbers a row has")
    guard classes > 0 else { throw Diagnostic(.noClasses(classes)) }
  }

  package var attributes: [Attribute] { [Attribute("classes", .integer(classes))] }

  // MARK: Shape
  package var arity: Arity { .exactly(1) }

  package func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    guard inputs[0].rank == 1, inputs[0].element == .int64 else {
      throw Diagnostic(.notAnIndex(inputs[0]))
    }
    return [TensorType(.float32, inputs[0].shape + [classes])]
  }

  // MARK: Lowering
  package func kernels(_ context: LoweringContext) -> [KernelCall] {
    [.oneHot(OneHotCall(index: context.input(0), target: context.output(0)))]
  }
}

extension Diagnostic.Message {
  fileprivate static func noClasses(_ classes: Int) -> Self {
    "one_hot: 'classes' must be at least 1, got \(classes)"
  }

  fileprivate static func notAnIndex(_ type: TensorType) -> Self {
    "one_hot wants one i64 class a sample (i64[N]), got \(type)"
  }
}
