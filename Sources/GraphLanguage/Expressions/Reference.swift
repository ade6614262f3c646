package import GraphIR

/// The name of a value with what is picked from it: `_`, `ca.c`, `hr[:batch-1]`, `heads[*]`, `down[2].x`.
package struct Reference: Sendable {
  package enum Step: Sendable {
    /// `.name`: one of several outputs, or a node inside a branch's instance.
    case port(String)
    /// `[2]`: one instance of `branches`.
    case instance(Expression.Node)
    /// `[*]`: the list of all instances of `branches`.
    case allInstances
    /// `[:, 2:4]`: a slice along the leading axes.
    case slice([AxisRange])
  }

  /// `lower:upper` along one axis; a bound that is not written is the axis's end.
  package struct AxisRange: Sendable {
    package var lower: Expression.Node?
    package var upper: Expression.Node?
  }

  package var name: String
  package var path: [Step]
  package var location: SourceLocation
  /// As it was written, for messages.
  package var text: String

  /// Whether this is `_`, the previous node's output.
  package var isPrevious: Bool { name == "_" }
}
