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
    /// Everything that is computed, and the stored values that are read.
    var cone: FusionAnalysis.Cone

    var first: Int { roots[0] }
    var last: Int { roots[roots.count - 1] }
    var space: Int { extent.reduce(1, *) }
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
    var root = Group(
      roots: [position], extent: analysis.iterationShape(of: position).squeezed,
      cone: analysis.cones[position])
    root.cone = analysis.reduced(root.cone, over: root.space).cone
    var home = groups.count
    for number in candidates(for: root) {
      guard let merged = merged(root, into: number) else { continue }
      groups[number] = merged
      home = number
      break
    }
    if home == groups.count { groups.append(root) }
    groupOf[position] = home
    for source in Set(groups[home].cone.leaves.map(source(of:)))
    where readers[source]?.last != home {
      readers[source, default: []].append(home)
    }
  }

  private func source(of leaf: Value) -> Source {
    analysis.index.producer(of: leaf).map(Source.node) ?? .value(leaf)
  }

  // MARK: Merging

  /// Groups that share work with a root, the latest first.
  private func candidates(for root: Group) -> [Int] {
    var found: Set<Int> = []
    for leaf in root.cone.leaves where analysis.count(leaf) == root.space {
      if let producer = analysis.index.producer(of: leaf), let group = groupOf[producer] {
        found.insert(group)
      }
      found.formUnion(readers[source(of: leaf), default: []].suffix(4))
    }
    return found.sorted(by: >)
  }

  /// The group with the root in it; nil if they are better apart.
  private func merged(_ root: Group, into number: Int) -> Group? {
    var group = groups[number]
    guard !analysis.policy.isIsolating, group.extent == root.extent,
      root.first - group.last <= analysis.policy.maxMergeDistance
        || outlivesNothing(root, after: group),
      root.cone.leaves.allSatisfy({ !analysis.partialSums.contains($0) }), !entangles(root, group),
      let cone = analysis.union(group.cone, root.cone, without: stores(of: group))
    else { return nil }
    group.roots += root.roots
    group.cone = analysis.reduced(cone, over: group.space).cone
    return keepsUpdatesFree(group) && !dependsOutside(root, on: number) ? group : nil
  }

  /// Whether a root reads only what is there all the time, besides results of the group: so a moving average does, which
  /// joins the update of its weight however far off it stands.
  private func outlivesNothing(_ root: Group, after group: Group) -> Bool {
    let atHand = stores(of: group)
    return !atHand.isDisjoint(with: root.cone.leaves)
      && root.cone.leaves.allSatisfy { leaf in
        atHand.contains(leaf) || analysis.index.producer(of: leaf) == nil
      }
  }

  /// Whether two groups that only read something in common would have to wait for each other: each has a full-size operand
  /// of its own, as branches have that share a summand and could be computed one after the other.
  ///
  /// Without this, a few calls are saved in a StackGAN's second stage, and its arena grows by a quarter.
  private func entangles(_ root: Group, _ group: Group) -> Bool {
    let (left, right) = (Set(root.cone.leaves), Set(group.cone.leaves))
    guard left.isDisjoint(with: stores(of: group)) else { return false }
    return [left.subtracting(right), right.subtracting(left)].allSatisfy { leaves in
      leaves.contains { leaf in
        analysis.count(leaf) == root.space && root.space > analysis.policy.smallCount
          && analysis.index.producer(of: leaf).map { analysis.roles[$0] == .opaque } == true
      }
    }
  }

  /// Elementwise results of a group: at hand in a register for everything of the group's own shape.
  private func stores(of group: Group) -> Set<Value> {
    Set(
      group.roots.filter { analysis.roles[$0] == .elementwise }
        .flatMap { analysis.graph.nodes[$0].outputs })
  }

  /// Whether new values of states can be computed as late as the last reader of the old ones.
  ///
  /// Were a state's update computed with something that the readers of its old value wait for, it would come before
  /// them, and could not be written over the old value. Updates that others read (Adam's moments) stay among themselves.
  private func keepsUpdatesFree(_ group: Group) -> Bool {
    let updates = group.roots.filter { analysis.updates.isUpdate($0) }
    guard !updates.isEmpty, updates.count < group.roots.count else { return true }
    let nodes = Set(group.cone.nodes)
    return updates.allSatisfy { update in
      let outputs = analysis.graph.nodes[update].outputs
      return outputs.allSatisfy { analysis.directReaders(of: $0).isEmpty }
        && analysis.updates.replaced(by: update).allSatisfy { old in
          analysis.directReaders(of: old).allSatisfy(nodes.contains)
        }
    }
  }

  // MARK: Cycles

  /// Whether a root needs a result of the group by any way but through a register of the same point.
  private func dependsOutside(_ root: Group, on number: Int) -> Bool {
    let atHand = stores(of: groups[number])
    var pending = root.cone.leaves.filter { !atHand.contains($0) }.compactMap(unit(computing:))
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

  private func inputs(of unit: Unit) -> [Value] {
    switch unit {
    case .group(let number): groups[number].cone.leaves
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
