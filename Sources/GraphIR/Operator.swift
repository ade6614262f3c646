package import Plan

/// Anything that a graph node can apply: attributes, arity and shape rule.
///
/// What else an operator is, it says by conforming to further protocols: `Differentiable` has a gradient rule; exactly
/// one of `ElementwiseOperator`, `ReadOperator`, `ReductionOperator`, `ReshapeOperator`, `KernelOperator` and
/// `CompositeOperator` says how it is computed; `NetworkOperator` may be named in YAML.
package protocol Operator: Sendable {
  /// The name in YAML and in the textual form: snake_case, the field's term.
  static var name: String { get }

  /// How many inputs it takes.
  var arity: Arity { get }

  /// Reads the attributes; the reader's declarations are also the operator's documentation and schema.
  init(_ attributes: inout AttributeReader) throws(Diagnostic)

  /// The attributes that differ from nothing: enough to build an equal operator with `init`, in a fixed order.
  var attributes: [Attribute] { get }

  /// The types of the outputs, or why the inputs do not fit.
  func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType]
}

extension Operator {
  package var name: String { Self.name }
  package var attributes: [Attribute] { [] }

  /// Equal for two operators that compute the same function of equal inputs.
  package var fingerprint: String {
    ([name] + attributes.map { "\($0.name)=\($0.value)" }).joined(separator: " ")
  }

  /// Whether two applications to the same inputs give the same result; random numbers do not.
  package var isPure: Bool { !(self is any RandomOperator) }
}

/// How many inputs an operator takes.
package enum Arity: Sendable, Hashable {
  case exactly(Int)
  case atLeast(Int)
  case between(Int, Int)

  func check(_ count: Int, for name: String) throws(Diagnostic) {
    let (fits, wanted): (Bool, String) =
      switch self {
      case .exactly(let number): (count == number, "\(number) input\(number == 1 ? "" : "s")")
      case .atLeast(let number):
        (count >= number, "at least \(number) input\(number == 1 ? "" : "s")")
      case .between(let low, let high): (low...high ~= count, "\(low) to \(high) inputs")
      }
    guard fits else { throw Diagnostic("\(name) takes \(wanted), got \(count)") }
  }
}

/// An operator with a gradient rule, which builds ordinary nodes; gradients of gradients need nothing more.
package protocol Differentiable: Operator {
  /// The gradient of some scalar with respect to each input, given its gradient with respect to each output.
  ///
  /// - Parameters:
  ///   - node: the application to be differentiated; its inputs and outputs may be read by the new nodes.
  ///   - gradients: one a node output, nil where nothing depends on that output; at least one is given.
  ///   - graph: where the new nodes go.
  /// - Returns: one an input, nil for inputs without gradient (indices, labels) or a gradient of zero.
  func inputGradients(
    of node: Node, given gradients: [Value?], in graph: inout Graph
  ) throws(Diagnostic) -> [Value?]
}

/// An operator through which no gradient flows, by definition: comparisons, indices, random draws, `stop_gradient`.
package protocol GradientStop: Operator {}

/// Computes each output element from the input elements at the same place, inputs broadcast.
package protocol ElementwiseOperator: Operator {
  /// Emits instructions for one point; returns one register an output.
  func emit(_ operands: [TileRegister], into body: inout TileBody) -> [TileRegister]
}

extension ElementwiseOperator {
  /// One output of the broadcast shape.
  package func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    [try broadcastType(inputs)]
  }

  package func broadcastType(_ inputs: [TensorType]) throws(Diagnostic) -> TensorType {
    var shape = [Int]()
    for input in inputs {
      guard input.element == .float32 else { throw Diagnostic(.needsFloats(name, found: inputs)) }
      guard let wider = TensorType.broadcast(shape, input.shape) else {
        throw Diagnostic(.cannotBroadcast(name, inputs))
      }
      shape = wider
    }
    return TensorType(.float32, shape)
  }
}

/// Reads its one input at other places: `y[i] = x[i / divisor]`, with broadcasting; computes nothing.
///
/// Nearest-neighbour upsampling and broadcasting are such; fusion turns them into access patterns of a load.
package protocol ReadOperator: Operator {
  /// What each index of the output is divided by, one an output axis.
  func divisors(rank: Int) -> [Int]
}

/// Reduces its one input over some axes.
package protocol ReductionOperator: Operator {
  var kind: TileReduction.Kind { get }
  /// The axes reduced over, ascending; the output has either dropped them or kept them with extent 1.
  func axes(of input: TensorType) -> [Int]
}

/// Gives its one input another shape; elements keep their row-major order.
package protocol ReshapeOperator: Operator {}

/// Has kernels of its own.
package protocol KernelOperator: Operator {
  /// The kernel calls, in order; operands are numbered inputs first, then outputs.
  func kernels(_ context: LoweringContext) -> [KernelCall]
}

/// Draws random numbers: never merged with another node, overridable by name.
package protocol RandomOperator: KernelOperator, GradientStop {}

/// Is written in terms of other operators.
///
/// Expanded before gradients are taken, unless it is `Differentiable` itself, in which case it is expanded after.
package protocol CompositeOperator: Operator {
  func expand(_ inputs: [Value], in graph: inout Graph) throws(Diagnostic) -> [Value]
}

/// What an operator may know when it chooses its kernels.
package struct LoweringContext: Sendable {
  package var inputs: [TensorType]
  package var outputs: [TensorType]
  /// Physical strides in elements, inputs first, then outputs.
  package var strides: [[Int]]
  /// The node's unique path, from which a random node's key and name come.
  package var path: String

  package init(inputs: [TensorType], outputs: [TensorType], strides: [[Int]], path: String) {
    self.inputs = inputs
    self.outputs = outputs
    self.strides = strides
    self.path = path
  }

  package func input(_ position: Int) -> TensorID { TensorID(position) }
  package func output(_ position: Int) -> TensorID { TensorID(inputs.count + position) }
}

extension Diagnostic.Message {
  fileprivate static func cannotBroadcast(_ name: String, _ inputs: [TensorType]) -> Self {
    "\(name): the shapes \(inputs.map(\.description).joined(separator: " and ")) do not broadcast"
  }

  fileprivate static func needsFloats(_ name: String, found inputs: [TensorType]) -> Self {
    "\(name) works on f32 tensors, got \(inputs.map(\.description).joined(separator: " and "))"
  }
}
