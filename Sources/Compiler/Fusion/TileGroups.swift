import GraphIR

/// Gathers the stored values and reductions of a graph into groups that are computed together.
///
/// Roots are taken in program order. A root joins an earlier group over the same iteration space that computes one of
/// its operands or reads one of its full-size operands, unless something outside the group lies between: then the
/// group would have to wait for itself.
struct TileGroups {
  /// Nodes whose results leave registers together.
  struct Group {
    /// Positions of the nodes whose outputs are stored or reduced, ascending.
    var roots: [Int]
    /// Iteration shape without axes of extent 1.
    var extent: [Int]
    /// All nodes computed, and stored values of others that are computed here again.
    var nodes: Set<Int>
    var recomputed: Set<Value>
    /// Stored values read.
    var leaves: Set<Value>

    var first: Int { roots[0] }
    var last: Int { roots[roots.count - 1] }
  }

  let analysis: FusionAnalysis
  private(set) var groups: [Group] = []
  /// The group of each root.
  private(set) var groupOf: [Int: Int] = [:]
  /// The groups that read a source of values, in order of creation.
  private var readers: [Source: [Int]] = [:]

  /// Where a leaf comes from: mean and variance of one tensor, say, are read by siblings.
  private enum Source: Hashable {
    case node(Int)
    case value(Value)
  }

  init(_ analysis: FusionAnalysis) {
    self.analysis = analysis
    for position in analysis.graph.nodes.indices where isRoot(position) { place(position) }
  }

  private func isRoot(_ position: Int) -> Bool {
    let outputs = analysis.graph.nodes[position].outputs
    return switch analysis.roles[position] {
    case .reduction: true
    case .elementwise: outputs.contains { analysis.isStored[$0.index] }
    case .squeeze, .opaque: false
    }
  }

  private mutating func place(_ position: Int) {
    let (cone, recomputed) = analysis.reducedCone(of: position)
    let root = Group(
      roots: [position], extent: analysis.iterationShape(of: position).squeezed,
      nodes: Set(cone.nodes), recomputed: Set(recomputed), leaves: Set(cone.leaves))
    let home = candidates(for: root).first { canMerge(root, into: $0) }
    if let home {
      merge(root, into: home)
    } else {
      groups.append(root)
    }
    let number = home ?? groups.count - 1
    groupOf[position] = number
    for source in Set(groups[number].leaves.map(source(of:))) where readers[source]?.last != number
    {
      readers[source, default: []].append(number)
    }
  }

  private func source(of leaf: Value) -> Source {
    analysis.index.producer(of: leaf).map(Source.node) ?? .value(leaf)
  }

  // MARK: Merging

  /// Groups that share work with a root, the latest first.
  private func candidates(for root: Group) -> [Int] {
    let space = root.extent.reduce(1, *)
    var found: Set<Int> = []
    for leaf in root.leaves where analysis.count(leaf) == space {
      if let producer = analysis.index.producer(of: leaf), let group = groupOf[producer] {
        found.insert(group)
      }
      found.formUnion(readers[source(of: leaf), default: []].suffix(4))
    }
    return found.sorted(by: >)
  }

  private func canMerge(_ root: Group, into number: Int) -> Bool {
    let group = groups[number]
    let policy = analysis.policy
    guard group.extent == root.extent, root.first - group.last <= policy.maxMergeDistance,
      cost(of: group.nodes.union(root.nodes)) <= policy.maxInstructions,
      group.leaves.union(root.leaves).count <= policy.maxLoads
    else { return false }
    return !dependsOutside(root, on: number)
  }

  private func cost(of nodes: Set<Int>) -> Int {
    nodes.reduce(0) { $0 + analysis.cost(of: $1) }
  }

  private mutating func merge(_ root: Group, into number: Int) {
    groups[number].roots += root.roots
    groups[number].nodes.formUnion(root.nodes)
    groups[number].recomputed.formUnion(root.recomputed)
    let stores = Set(groups[number].roots.flatMap(elementwiseOutputs))
    groups[number].leaves = groups[number].leaves.union(root.leaves).subtracting(stores)
  }

  private func elementwiseOutputs(of root: Int) -> [Value] {
    analysis.roles[root] == .elementwise ? analysis.graph.nodes[root].outputs : []
  }

  // MARK: Cycles

  /// Whether a root needs a result of the group by any way but through a register of the same point.
  private func dependsOutside(_ root: Group, on number: Int) -> Bool {
    let stores = Set(groups[number].roots.flatMap(elementwiseOutputs))
    // A stored value of the group's own shape is walked by the same space: it is at hand in a register.
    var pending = root.leaves.subtracting(stores).sorted().compactMap(unit(computing:))
    var seen = Set(pending)
    while let unit = pending.popLast() {
      if unit == .group(number) { return true }
      if seen.count > analysis.policy.cycleSearchBudget { return true }
      for next in inputs(of: unit).compactMap(self.unit(computing:))
      where last(of: next) >= groups[number].first && seen.insert(next).inserted {
        pending.append(next)
      }
    }
    return false
  }

  /// Something that is computed in one go.
  private enum Unit: Hashable {
    case group(Int)
    case node(Int)
  }

  private func unit(computing value: Value) -> Unit? {
    guard let producer = analysis.index.producer(of: value) else { return nil }
    return groupOf[producer].map(Unit.group) ?? .node(producer)
  }

  /// The operands of a unit; a set's order does not matter to a search that looks everywhere.
  private func inputs(of unit: Unit) -> [Value] {
    switch unit {
    case .group(let number): groups[number].leaves.sorted()
    case .node(let position): analysis.graph.nodes[position].inputs
    }
  }

  private func last(of unit: Unit) -> Int {
    switch unit {
    case .group(let number): groups[number].last
    case .node(let position): position
    }
  }
}
