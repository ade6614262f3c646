package import Plan
package import Runtime

/// How the tensors of another program's weights file are called here, in both directions.
///
/// As a file it is YAML, and the command line reads it:
///
/// ```yaml
/// planform-weights: 1
/// rules:                                  # ours: theirs; the first rule that matches a name decides
///   generator/ca.fc.weight: G/ca_net.fc.weight
///   "generator/upBlock_{i}.conv3x3.weight": "G/upsample{i+1}.1.weight"
///   generator/fc.weight: {name: G/fc.kernel, transpose: [1, 0]}
/// ignore: ["*.num_batches_tracked"]       # on either side
/// ```
package struct WeightMap: Sendable, Hashable {
  package var rules: [WeightRule]
  /// Names, on either side, that have no counterpart.
  package var ignored: [WeightPattern]

  package init(rules: [WeightRule], ignored: [WeightPattern] = []) {
    self.rules = rules
    self.ignored = ignored
  }

  /// Named tensors and what became of all others.
  package struct Outcome: Sendable {
    package var tensors: [(name: String, tensor: HostTensor)] = []
    package var report = TransferReport()
  }

  // MARK: Directions

  /// Our tensors from their file.
  ///
  /// - Parameters:
  ///   - prefix: only tensors whose names begin with this are looked at, and it is cut off first.
  ///   - plan: when given, shapes are checked and every parameter and statistic that the file lacks is missing;
  ///     without one, a rule that matches nothing counts as missing.
  package func imported(
    from file: SafetensorsFile, prefix: String = "", for plan: Plan? = nil
  ) throws(RuntimeError) -> Outcome {
    var outcome = try moved(from: file, prefix: prefix, by: \.theirs, to: \.ours) {
      rule, tensor throws(RuntimeError) in try rule.imported(tensor)
    }
    if let plan { outcome.check(against: plan, ignoring: ignored) }
    return outcome
  }

  /// Their tensors from a checkpoint or weights file of ours.
  ///
  /// - Parameters:
  ///   - prefix: what is put in front of their names.
  ///   - plan: when given, optimisers' slots are left away without being listed.
  package func exported(
    from file: SafetensorsFile, prefix: String = "", for plan: Plan? = nil
  ) throws(RuntimeError) -> Outcome {
    var outcome = try moved(from: file, prefix: "", by: \.ours, to: \.theirs) {
      rule, tensor throws(RuntimeError) in try rule.exported(tensor)
    }
    let slots = Set((plan?.states ?? []).filter { $0.role == .slot }.map(\.name))
    outcome.report.unexpected.removeAll(where: slots.contains)
    outcome.tensors = outcome.tensors.map { (prefix + $0.name, $0.tensor) }
    outcome.report.loaded = outcome.report.loaded.map { prefix + $0 }
    return outcome
  }

  // MARK: Steps

  private func moved(
    from file: SafetensorsFile, prefix: String, by source: KeyPath<WeightRule, WeightPattern>,
    to target: KeyPath<WeightRule, WeightPattern>,
    _ convert: (WeightRule, HostTensor) throws(RuntimeError) -> HostTensor
  ) throws(RuntimeError) -> Outcome {
    var outcome = Outcome()
    var unused = Set(rules.indices)
    var origins: [String: String] = [:]
    for fullName in file.names where fullName.hasPrefix(prefix) {
      let name = String(fullName.dropFirst(prefix.count))
      if ignored.contains(where: { $0.match(name) != nil }) {
        outcome.report.ignored.append(name)
        continue
      }
      guard let (index, newName) = firstRule(for: name, by: source, to: target) else {
        outcome.report.unexpected.append(name)
        continue
      }
      unused.remove(index)
      if let other = origins.updateValue(name, forKey: newName) {
        throw RuntimeError(
          .invalid, "the map sends both '\(other)' and '\(name)' to '\(newName)'")
      }
      outcome.tensors.append((newName, try convert(rules[index], file.tensor(fullName))))
    }
    outcome.report.missing = unused.sorted().map { rules[$0][keyPath: source].description }
    outcome.report.loaded = outcome.tensors.map(\.name)
    return outcome
  }

  private func firstRule(
    for name: String, by source: KeyPath<WeightRule, WeightPattern>,
    to target: KeyPath<WeightRule, WeightPattern>
  ) -> (index: Int, name: String)? {
    for (index, rule) in rules.enumerated() {
      if let captures = rule[keyPath: source].match(name),
        let newName = rule[keyPath: target].name(for: captures)
      {
        return (index, newName)
      }
    }
    return nil
  }
}

extension WeightMap.Outcome {
  /// Keeps what the plan has room for, and lists what it lacks.
  fileprivate mutating func check(against plan: Plan, ignoring ignored: [WeightPattern]) {
    let states = Dictionary(
      plan.states.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    var fitting = TransferReport()
    fitting.ignored = report.ignored
    fitting.unexpected = report.unexpected
    tensors = tensors.filter { name, tensor in
      fitting.take(name, of: StoredType(tensor), for: states[name])
    }
    let found = Set(fitting.loaded).union(fitting.mismatched.map(\.name))
    let lacking = plan.states.filter {
      ($0.role == .parameter || $0.role == .statistic) && !found.contains($0.name)
    }.map(\.name)
    fitting.missing = lacking.filter { name in !ignored.contains { $0.match(name) != nil } }
    report = fitting
  }
}
