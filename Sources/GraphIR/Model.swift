package import Plan

/// A whole YAML file, elaborated: one graph a program and the state that they share.
package struct Model: Sendable {
  package var name: String
  package var sourceHash: String
  /// The parameters in force, as text.
  package var parameters: [String: String]
  package var states: [StateDeclaration]
  package var programs: [Graph]
  package var draws: [Draw]
  package var data: [DataSource]
  /// Values of the train program that a trainer prints.
  package var report: [String]
  package var networks: [NetworkSummary]
  /// How images are stored and multiplied.
  package var precision: Precision

  package init(
    name: String, sourceHash: String, parameters: [String: String], states: [StateDeclaration],
    programs: [Graph], draws: [Draw] = [], data: [DataSource], report: [String],
    networks: [NetworkSummary], precision: Precision = .float32
  ) {
    self.name = name
    self.sourceHash = sourceHash
    self.parameters = parameters
    self.states = states
    self.programs = programs
    self.draws = draws
    self.data = data
    self.report = report
    self.networks = networks
    self.precision = precision
  }
}

/// What `planform check` prints of a network.
package struct NetworkSummary: Sendable {
  package struct Layer: Sendable {
    package var path: String
    package var op: String
    package var output: TensorType
    package var parameters: Int

    package init(path: String, op: String, output: TensorType, parameters: Int) {
      self.path = path
      self.op = op
      self.output = output
      self.parameters = parameters
    }
  }
  package var name: String
  package var inputs: [(name: String, type: TensorType)]
  package var outputs: [(name: String, type: TensorType)]
  package var layers: [Layer]
  /// Trainable numbers.
  package var parameterCount: Int

  package init(
    name: String, inputs: [(name: String, type: TensorType)],
    outputs: [(name: String, type: TensorType)], layers: [Layer], parameterCount: Int
  ) {
    self.name = name
    self.inputs = inputs
    self.outputs = outputs
    self.layers = layers
    self.parameterCount = parameterCount
  }
}
