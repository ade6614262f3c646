import Plan

// What comes out of numbers a few units in the last place away shows what rounding does to a result: little to most, and
// everything to a sum that cancels.

extension HostTensor {
  /// The same numbers, each up by none to three units in the last place; zeros stay.
  ///
  /// All go up: a sum over rounded partial sums misses by about so much, where ups and downs would cancel. Signs stay,
  /// and with them the side of each kink.
  ///
  /// - Parameter name: what decides how far each goes.
  func nudged(by name: String) -> HostTensor {
    guard case .float32(var values) = elements else { return self }
    RandomStream(name: name, seed: 0).draw(values.count, from: .uniform(low: 0, high: 4)) {
      guard values[$0] != 0 else { return }
      values[$0] += Float($1.rounded(.down)) * values[$0].ulp
    }
    return HostTensor(shape: shape, values)
  }
}

extension ComputedValues {
  func nudged() -> ComputedValues {
    func nudged(_ tensors: [String: HostTensor]) -> [String: HostTensor] {
      Dictionary(uniqueKeysWithValues: tensors.map { ($0, $1.nudged(by: $0)) })
    }
    return ComputedValues(values: nudged(values), states: nudged(states))
  }
}

extension CallOperands {
  func nudged() -> CallOperands {
    var operands = self
    for (id, content) in contents { operands.contents[id] = content.nudged(by: "\(id.index)") }
    return operands
  }
}
