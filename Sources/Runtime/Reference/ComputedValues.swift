/// What a run of a program has computed, by name.
package struct ComputedValues: Sendable {
  /// Outputs and named values.
  package var values: [String: HostTensor]
  /// States after the run.
  package var states: [String: HostTensor]

  package init(values: [String: HostTensor], states: [String: HostTensor]) {
    self.values = values
    self.states = states
  }
}
