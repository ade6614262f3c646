package import Plan
package import Runtime

/// A network whose weights come from another run's file: `--load stage1=FILE` or `--load stage1:generator=FILE`.
package struct NetworkLoad: Sendable, Hashable {
  /// The network's name in this plan.
  package var network: String
  /// Its name in the file.
  package var origin: String
  package var path: String

  package init(network: String, origin: String? = nil, path: String) {
    self.network = network
    self.origin = origin ?? network
    self.path = path
  }

  /// Parses `NETWORK=FILE` or `NETWORK:NAME_IN_FILE=FILE`.
  package init(parsing text: String) throws(RuntimeError) {
    let parts = text.split(separator: "=", maxSplits: 1)
    let names = (parts.first ?? "").split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, 1...2 ~= names.count, names.allSatisfy({ !$0.isEmpty }) else {
      throw RuntimeError(
        .invalid, "expected NETWORK=FILE or NETWORK:NAME_IN_FILE=FILE, found '\(text)'")
    }
    self.init(
      network: String(names[0]), origin: names.count == 2 ? String(names[1]) : nil,
      path: String(parts[1]))
  }

  /// Puts the network's parameters and statistics in place, and averages that start as copies of them.
  ///
  /// - Throws: `.invalid` listing every missing, unexpected and wrongly shaped tensor; nothing has changed then.
  package func apply(to states: StateStore, of plan: Plan) throws(RuntimeError) {
    let prefix = network + "/"
    let wanted = plan.states.filter { $0.role != .slot && $0.name.hasPrefix(prefix) }
    guard !wanted.isEmpty else {
      let known = Self.networks(in: plan.states.filter { $0.role != .slot }.map(\.name))
      throw RuntimeError(
        .invalid, "the plan has no network '\(network)' to load; it has \(known)")
    }
    let file = try SafetensorsFile.read(path: path)
    let found = file.names.filter { $0.hasPrefix(origin + "/") }
    guard !found.isEmpty else {
      throw RuntimeError(
        .invalid,
        "'\(path)' has no network '\(origin)'; it has \(Self.networks(in: file.names)): give "
          + "--load \(network):NAME=\(path)")
    }
    try copy(found, of: file, into: states, wanted, plan)
  }

  private func copy(
    _ found: [String], of file: SafetensorsFile, into states: StateStore,
    _ wanted: [StateDeclaration], _ plan: Plan
  ) throws(RuntimeError) {
    let byName = Dictionary(wanted.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    var report = TransferReport()
    var tensors: [(name: String, tensor: HostTensor)] = []
    for name in found {
      let tensor = try file.tensor(name)
      let newName = network + name.dropFirst(origin.count)
      if report.take(newName, of: StoredType(tensor), for: byName[newName]) {
        tensors.append((newName, tensor))
      }
    }
    let present = Set(report.loaded).union(report.mismatched.map(\.name))
    report.missing = wanted.map(\.name).filter { !present.contains($0) }
    guard report.isExact else { throw .doesNotFit(path, report.problems) }
    let copies = Dictionary(
      plan.states.compactMap { state -> (String, [String])? in
        guard case .copy(let source) = state.initializer else { return nil }
        return (source, [state.name])
      }, uniquingKeysWith: +)
    for (name, tensor) in tensors {
      try states.set(name, tensor)
      for copy in copies[name] ?? [] { try states.set(copy, tensor) }
    }
  }

  /// The networks among some tensors' names, for an error.
  private static func networks(in names: [String]) -> String {
    let networks = Set(names.compactMap { $0.split(separator: "/").first }).sorted()
    return networks.isEmpty
      ? "none" : networks.prefix(12).map { "'\($0)'" }.joined(separator: ", ")
  }
}
