package import GraphIR
package import Plan

/// A model's YAML files, includes merged, as typed syntax: what is written, not yet what it means.
///
/// Everything keeps its place, so that the elaborator can point at it.
package struct Document: Sendable {
  package var name: String
  /// `precision:`; float32 where no file says otherwise.
  package var precision = Precision.float32
  /// In the order of the files, with `--set` applied.
  package var params: [Parameter]
  /// Values derived from the parameters, in force everywhere.
  package var bindings: [LetBinding]
  /// What must hold of the parameters.
  package var requirements: [Requirement]
  package var blocks: [BlockDeclaration]
  package var networks: [NetworkDeclaration]
  package var optimizers: [OptimizerDeclaration]
  package var schedules: [ScheduleDeclaration]
  package var draws: [DrawDeclaration]
  package var data: [DataDeclaration]
  package var train: ProgramDeclaration?
  /// `sample` and every other program but `train`.
  package var programs: [ProgramDeclaration]
  /// Every file that was read, the main file first, included files in the order of their first mention.
  package var sources: [SourceFile]
}

/// A file's path, as given or as resolved from an include, and its bytes.
package struct SourceFile: Sendable {
  package var path: String
  package var bytes: [UInt8]
}

/// `precision:` and where it stands.
struct PrecisionDeclaration: Sendable {
  var value: Precision
  var location: SourceLocation
}

/// A word of the file and where it stands.
package struct Name: Sendable {
  package var text: String
  package var location: SourceLocation
}

/// A key with its value, uninterpreted.
package struct Attribute: Sendable {
  package var key: String
  package var keyLocation: SourceLocation
  package var value: YAMLNode
}

/// One of `params:`; a constant that `--set` can override.
package struct Parameter: Sendable {
  package var name: String
  package var value: Scope.Value
  /// The values that it may have; any of its type unless the file says `one_of`.
  package var choices: [Scope.Value] = []
  package var location: SourceLocation
}

/// One of `let:`; its value may use the bindings before it.
package struct LetBinding: Sendable {
  package var name: String
  package var location: SourceLocation
  package var value: Expression
}

/// One of `require:`; a condition on the parameters, and what is wrong when it does not hold.
package struct Requirement: Sendable {
  package var condition: Expression
  package var message: String
}

/// One of `blocks:`; a chain of nodes with parameters, copied into place wherever it is used.
package struct BlockDeclaration: Sendable {
  package struct Parameter: Sendable {
    package var name: String
    package var location: SourceLocation
    /// The value of a parameter that a use does not give; nil when every use must give it.
    package var fallback: YAMLNode?
  }

  package var name: String
  package var location: SourceLocation
  package var params: [Parameter]
  /// One input named `input` unless declared.
  package var inputs: [Name]
  package var bindings: [LetBinding]
  package var nodes: [NodeSyntax]
  /// Empty when the block's one output is its last node's.
  package var outputs: [OutputDeclaration]
}

/// One of `networks:`; parameters with one function.
package struct NetworkDeclaration: Sendable {
  package var name: String
  package var location: SourceLocation
  package var bindings: [LetBinding]
  package var inputs: [InputDeclaration]
  package var initializers: [InitializerRule]
  package var nodes: [NodeSyntax]
  /// Empty when the network's one output is its last node's.
  package var outputs: [OutputDeclaration]
  /// The condition under which it exists.
  package var when: Expression?
}

/// `conv2d: {weight: {normal: [0, 0.02]}}` under a network's `init:`.
package struct InitializerRule: Sendable {
  /// The operator whose parameters it fills.
  package var kind: Name
  /// By parameter name.
  package var parameters: [Attribute]
}

/// An input of a network or a program with its logical shape.
package struct InputDeclaration: Sendable {
  package enum Axis: Sendable {
    /// `any`, on the batch axis of a network only: every call may have its own size.
    case any
    case extent(Expression)
  }

  package var name: String
  package var location: SourceLocation
  package var axes: [Axis]
  package var element: ElementType
  /// The condition under which it exists.
  package var when: Expression?
}

/// A named output, or an entry of `report`, and the value that it is.
package struct OutputDeclaration: Sendable {
  package var name: String
  package var location: SourceLocation
  package var reference: Reference
  /// The condition under which it exists.
  package var when: Expression?
}

/// One of `optimizers:`.
package struct OptimizerDeclaration: Sendable {
  package var name: String
  package var location: SourceLocation
  /// `adam`, `sgd`, ...
  package var kind: Name
  package var rate: ScheduleSyntax
  /// Everything but the rate.
  package var attributes: [Attribute]
  /// The networks whose parameters it updates: names, or patterns with `*`.
  package var update: [Name]
  /// Parameters of these networks that stay as they are: patterns with `*`.
  package var except: [Name]
  /// The condition under which it exists.
  package var when: Expression?
}

/// One of `schedules:`; a scalar that formulas may use by name.
package struct ScheduleDeclaration: Sendable {
  package var name: String
  package var location: SourceLocation
  package var schedule: ScheduleSyntax
}

/// `train`, `sample` or another program: inputs, steps in order, outputs.
package struct ProgramDeclaration: Sendable {
  package struct Step: Sendable {
    /// Nil for a program that lists its nodes without steps.
    package var name: Name?
    package var nodes: [NodeSyntax]
    package var when: Expression?
  }

  package var name: String
  package var location: SourceLocation
  package var bindings: [LetBinding]
  package var inputs: [InputDeclaration]
  package var steps: [Step]
  package var outputs: [OutputDeclaration]
  /// What the trainer prints and logs.
  package var report: [OutputDeclaration]
}
