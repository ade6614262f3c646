/// A compiled model: everything that the runtime needs, and all that it knows.
///
/// A plan is portable and deterministic. It names no machine, no instruction set and no GAN; two compilations of the
/// same source give identical bytes. Loading a plan binds it to the machine.
package struct Plan: Codable, Sendable {
  /// The version of the format that this build reads and writes.
  package static let formatVersion = 5

  package var version = Plan.formatVersion
  /// The model's `name` in its YAML file.
  package var model: String
  /// SHA-256 of all source files and overrides, in hexadecimal.
  package var sourceHash: String
  /// The parameters in force when the plan was compiled, as text, for people and for `show`.
  package var parameters: [String: String]
  /// Everything that outlives a step: weights, optimiser slots, statistics, averages, counters.
  package var states: [StateDeclaration]
  /// Which pictures of a data set an iteration takes; what is not named here, `sample`, goes through it in epochs.
  package var draws: [Draw]
  /// What a data set must supply, by program input.
  package var data: [DataSource]
  /// `train`, `sample` and whatever else the file declares.
  package var programs: [Program]
  /// Values of the train program that the trainer prints and logs, in order.
  package var report: [String]

  package init(
    model: String, sourceHash: String, parameters: [String: String], states: [StateDeclaration],
    draws: [Draw] = [], data: [DataSource], programs: [Program], report: [String]
  ) {
    self.model = model
    self.sourceHash = sourceHash
    self.parameters = parameters
    self.states = states
    self.draws = draws
    self.data = data
    self.programs = programs
    self.report = report
  }

  /// Whether any program stores numbers in bfloat16.
  package var usesBfloat16: Bool {
    programs.contains { $0.tensors.contains { $0.element == .bfloat16 } }
  }

  package func program(named name: String) -> Program? { programs.first { $0.name == name } }
}
