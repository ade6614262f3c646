import GraphIR
import Operators
import Plan

/// Computes a tensor a second time by a chain of kernels, where that costs little and lowers the peak.
///
/// ```
/// %y = conv2d(%image, %w)           %y = conv2d(%image, %w)
/// …                            ->   …
/// %g = weight_gradient(%y, %d)      %y2 = conv2d(%image, %w)
///                                   %g = weight_gradient(%y2, %d)
/// ```
///
/// A convolution of a few channels makes a large picture of little work; so does a copy of a part of a weight. How much of
/// the program's time all of it together may take is the budget's to say: little, unless a limit of memory asks for more.
package let chainRecomputation = Pass.chainRecomputation(within: .standard)

extension Pass {
  /// The pass with another budget.
  package static func chainRecomputation(within budget: RecomputationBudget) -> Pass {
    Pass(
      "recompute-chains", "computes tensors again by a few cheap kernels where that lowers the peak"
    ) { graph, report throws(Diagnostic) in
      var search = ChainSearch(graph, budget)
      search.run()
      guard let best = search.applied.first else { return }
      let saved = search.firstPeak - search.live.peak
      guard Double(saved) >= budget.leastSaving * Double(search.firstPeak) else {
        return report.refused(
          "compute \(search.applied.count) tensors again",
          because: "the peak would fall by \(saved) of \(search.firstPeak) bytes only",
          at: best.origin)
      }
      for chain in search.applied {
        report.applied(
          "recomputed \(search.live.graph.type(of: chain.value)) by \(chain.steps.count) kernels",
          at: chain.origin)
      }
      // What was not worth it at the higher peak may be now.
      var live = search.live
      live.recompute { recomputed in
        report.applied("recomputed \(recomputed.type)", at: recomputed.origin)
      }
      graph = live.graph
    }
  }
}

/// Values that are computed once more in front of a late reader; the last of them is what it reads.
private struct Chain {
  var value: Value
  var origin: Origin
  /// Ascending.
  var steps: [Value]
  /// The node in front of which it is computed again: the late reader, or one a little before it.
  var place: Int
  var bytes: Int
  var nanoseconds: Double

  func apply(to live: inout LiveBytes) {
    var copies: [Value: Value] = [:]
    for (count, step) in steps.enumerated() {
      guard let position = live.index.producer(of: step) else { continue }
      let node = live.graph.nodes[position]
      var (op, inputs) = (node.op, node.inputs)
      if let tile = op as? FusedTile, let store = node.outputs.firstIndex(of: step) {
        let (single, kept) = tile.keeping(store: store)
        (op, inputs) = (single, kept.map { inputs[$0] })
      }
      copies[step] = live.insert(
        op, inputs.map { copies[$0] ?? $0 }, like: step, origin: node.origin, at: place + count)
    }
    guard let again = copies[value] else { return }
    live.read(again, insteadOf: value, from: place + steps.count)
  }
}

/// Takes chains as long as they help, the cheapest for their bytes first.
private struct ChainSearch {
  /// Parts of the first peak that memory is brought down to, one behind the other: what rises highest goes first.
  private static let levels = [0.9, 0.75, 0.6, 0.5, 0.4]

  /// Chains that are tried at each level: fewer in long programs, in which each takes longer to try.
  private static func attempts(nodes: Int) -> Int { min(64, max(8, 48_000 / max(nodes, 1))) }

  private(set) var live: LiveBytes
  private(set) var applied: [Chain] = []
  let firstPeak: Int
  private let budget: RecomputationBudget

  init(_ graph: Graph, _ budget: RecomputationBudget) {
    live = LiveBytes(graph)
    firstPeak = live.peak
    self.budget = budget
  }

  mutating func run() {
    let graph = live.graph
    var left = graph.nodes.reduce(0) { $0 + $1.nanoseconds(in: graph) } * budget.share
    let lasting = LastingValues(live)
    for level in Self.levels where Double(live.peak) > level * Double(firstPeak) {
      let before = (live, applied, left)
      bringDown(to: level * Double(firstPeak), lasting, &left)
      // Less memory elsewhere than at the peak is no use.
      if live.peak == before.0.peak { (live, applied, left) = before }
    }
  }

  /// - Parameters:
  ///   - level: in bytes.
  ///   - left: nanoseconds that may be taken.
  private mutating func bringDown(
    to level: Double, _ lasting: LastingValues, _ left: inout Double
  ) {
    var refused = Set<Value>()
    for _ in 0..<Self.attempts(nodes: live.graph.nodes.count) {
      let candidates = ChainCandidates(live, lasting, budget: left, except: refused)
      guard let chain = candidates.best else { return }
      var trial = live
      chain.apply(to: &trial)
      guard trial.peak <= live.peak,
        Self.excess(trial.profile, over: level) < Self.excess(live.profile, over: level) * 0.999
      else {
        refused.insert(chain.value)
        continue
      }
      live = trial
      left -= chain.nanoseconds
      applied.append(chain)
    }
  }

  /// How far memory reaches beyond a level, the highest reaches counting most.
  private static func excess(_ profile: [Int], over level: Double) -> Double {
    profile.reduce(0) { sum, bytes in
      let over = Double(bytes) - level
      return over > 0 ? sum + over * over : sum
    }
  }
}

/// The chains that there are in a graph at one time.
private struct ChainCandidates {
  /// Tensors smaller than this share of the peak are not worth a kernel.
  private static let smallestShare = 96
  /// Nodes between two readers that are worth one.
  private static let shortestGap = 8
  private static let longestChain = 6
  /// A gap counts if memory gets this full within it, in percent of the peak.
  private static let fullness = 85

  /// How far ahead of a reader a chain may stand, where more memory is free.
  private static let lead = 4

  private let live: LiveBytes
  private let lasting: LastingValues
  private(set) var best: Chain?

  init(_ live: LiveBytes, _ lasting: LastingValues, budget: Double, except refused: Set<Value>) {
    self.live = live
    self.lasting = lasting
    let peak = live.peak
    for position in live.graph.nodes.indices {
      for value in live.results[position] where !refused.contains(value) {
        guard live.sizes[value.index] * Self.smallestShare >= peak,
          let gap = widestGap(of: value, from: position, live), gap.count >= Self.shortestGap,
          (live.profile[gap].max() ?? 0) * 100 >= peak * Self.fullness,
          let chain = chain(of: value, from: position, behind: gap),
          chain.nanoseconds <= budget
        else { continue }
        let isCheaper = best.map {
          chain.nanoseconds * Double($0.bytes) < $0.nanoseconds * Double(chain.bytes)
        }
        if isCheaper ?? true { best = chain }
      }
    }
  }

  private func chain(of value: Value, from producer: Int, behind gap: Range<Int>) -> Chain? {
    let bytes = live.sizes[value.index]
    let place = gap.upperBound
    var steps = Set<Value>()
    var pending = [value]
    while let step = pending.popLast() {
      guard !steps.contains(step) else { continue }
      guard let inputs = inputs(of: step), steps.count < Self.longestChain else { return nil }
      steps.insert(step)
      pending += inputs.filter { !isThere($0, at: place, worth: bytes) }
    }
    let graph = live.graph
    let ordered = steps.sorted {
      (live.index.producer(of: $0) ?? 0, $0) < (live.index.producer(of: $1) ?? 0, $1)
    }
    let nodes = ordered.compactMap { live.index.producer(of: $0) }.map { graph.nodes[$0] }
    return Chain(
      value: value, origin: graph.nodes[producer].origin, steps: ordered,
      place: roomiestPlace(for: ordered, in: gap), bytes: bytes,
      nanoseconds: nodes.reduce(0) { $0 + $1.nanoseconds(in: graph) })
  }

  /// The place at the end of a gap at which the least memory is live while the steps and what follows them run.
  private func roomiestPlace(for steps: [Value], in gap: Range<Int>) -> Int {
    let sizes = steps.map { live.sizes[$0.index] }
    let bytes = sizes.last ?? 0
    // A step reads the one before it.
    let most = zip(sizes, [0] + sizes).map(+).max() ?? 0
    var best = (place: gap.upperBound, peak: before(gap.upperBound) + most)
    var later = 0
    for place in gap.suffix(Self.lead).reversed() {
      later = max(later, live.profile[place] + bytes)
      let peak = max(before(place) + most, later)
      if peak < best.peak { best = (place, peak) }
    }
    return best.place
  }

  /// Bytes that are live when a node begins.
  private func before(_ place: Int) -> Int {
    guard live.graph.nodes.indices.contains(place) else { return 0 }
    return live.profile[place] - live.results[place].reduce(0) { $0 + live.sizes[$1.index] }
  }

  /// The operands from which a value can be computed again; nil if it cannot.
  private func inputs(of value: Value) -> [Value]? {
    guard let position = live.index.producer(of: value), !live.index.isResult[value.index] else {
      return nil
    }
    let node = live.graph.nodes[position]
    if let tile = node.op as? FusedTile {
      guard let store = node.outputs.firstIndex(of: value), store < tile.stores.count else {
        return nil
      }
      return tile.keeping(store: store).inputs.map { node.inputs[$0] }
    }
    let isRepeatable =
      node.outputs.count == 1 && !(node.op is any RandomOperator)
      && (node.op is any KernelOperator || node.op is any ReshapeOperator)
    return isRepeatable ? node.inputs : nil
  }

  /// Whether an operand can be read at a place, or is small enough to be kept until then.
  private func isThere(_ value: Value, at place: Int, worth bytes: Int) -> Bool {
    let holder = live.holder(of: value)
    if let lasts = lasting.lasts(holder, until: place, in: live) { return lasts }
    let type = live.graph.type(of: holder)
    return live.lastUses[holder.index] >= place || type.count * type.element.size * 8 <= bytes
  }
}

/// Bytes a nanosecond that calls read and write where they compute little.
private let byteRate = 16.0

extension Node {
  /// What it is expected to cost, as far as that matters for computing it again.
  fileprivate func nanoseconds(in graph: Graph) -> Double {
    if let update = op as? WeightUpdate {
      let gradient = Node(
        op: update.gradient, inputs: Array(inputs[..<2]), outputs: [], origin: origin)
      let tile = Node(
        op: update.tile, inputs: Array(inputs[2...]), outputs: outputs, origin: origin)
      return gradient.nanoseconds(in: graph) + tile.nanoseconds(in: graph)
    }
    if let geometry = ConvolutionGeometry(self, in: graph),
      let cost = ConvolutionCost(geometry, geometry.algorithm)
    {
      return cost.nanoseconds
    }
    let bytes = (inputs + outputs).reduce(0) { sum, value in
      let type = graph.type(of: value)
      return sum + type.count * type.element.size
    }
    return 2 * Double(products(in: graph) ?? 0) / ConvolutionCost.productRate
      + Double(bytes) / byteRate
  }
}
