package import GraphIR
import Operators
package import Plan

/// A convolution or a pool, and mean and variance of each of its channels over all images.
///
/// ```
/// %2, %3, %4 = measured(%0, %1) {producer: "conv2d", channels: 64, kernel: [3, 3], …}
/// ```
///
/// Results are that of the producer and those of `moments` with axes 0, 2 and 3. Only a pass makes such nodes.
package struct Measured: KernelOperator {
  package static let name = "measured"

  package var producer: any KernelOperator

  package init(_ producer: any KernelOperator) { self.producer = producer }

  private static var moments: Moments { Moments(axes: MeasuredCall.axes) }

  // MARK: Attributes

  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    let names = [Conv2D.name, SumPool.name, AveragePool.name]
    switch try attributes.choice("producer", among: names) {
    case SumPool.name: producer = try SumPool(&attributes)
    case AveragePool.name: producer = try AveragePool(&attributes)
    default: producer = try Conv2D(&attributes)
    }
  }

  package var attributes: [Attribute] {
    [Attribute("producer", .text(producer.name))] + producer.attributes
  }

  // MARK: Shape

  package var arity: Arity { producer.arity }

  package func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    let image = try producer.outputTypes(inputs)
    return try image + Self.moments.outputTypes(image)
  }

  // MARK: Lowering

  package func kernels(_ context: LoweringContext) -> [KernelCall] {
    let moments = MomentsCall(
      source: context.output(0), mean: context.output(1), variance: context.output(2),
      axes: MeasuredCall.axes)
    return producer.kernels(context).map { call in
      guard let producer = MeasuredCall.Producer(call) else { return call }
      return .measured(MeasuredCall(producer: producer, moments: moments))
    }
  }
}
