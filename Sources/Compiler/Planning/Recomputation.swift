import GraphIR
import Plan

/// Computes a tensor a second time where it is needed late, so that it need not live through the peak in between.
///
/// ```
/// %z = fused_tile(%y, …)            %z = fused_tile(%y, …)
/// %c = conv2d(%z, %w)               %c = conv2d(%z, %w)
/// …                            ->   …
/// %g = weight_gradient(%z, %d)      %z2 = fused_tile(%y, …)
///                                   %g = weight_gradient(%z2, %d)
/// ```
///
/// Only pure elementwise tiles whose full-size operands are alive there anyway. Runs on a scheduled graph.
package let recomputation = Pass(
  "recompute", "computes cheap tensors again instead of keeping them through the peak"
) { graph, report throws(Diagnostic) in
  var live = LiveBytes(graph)
  live.recompute { recomputed in
    report.applied("recomputed \(recomputed.type)", at: recomputed.origin)
  }
  graph = live.graph
}

extension LiveBytes {
  /// Applies all recomputations that pay, the largest first, and tells of each.
  mutating func recompute(_ tell: ((type: TensorType, origin: Origin)) -> Void) {
    let lasting = LastingValues(self)
    while let candidate = bestCandidate(in: self, lasting) {
      tell((graph.type(of: candidate.value), graph.nodes[candidate.producer].origin))
      candidate.apply(to: &self)
    }
  }
}

/// A stored value, its producer, and the reader in front of which it would be computed again.
private struct Recomputation {
  var value: Value
  var producer: Int
  var lateReader: Int
  var bytes: Int

  func apply(to live: inout LiveBytes) {
    let node = live.graph.nodes[producer]
    guard let tile = node.op as? FusedTile, let store = node.outputs.firstIndex(of: value) else {
      return
    }
    let (op, kept) = tile.keeping(store: store)
    let again = live.insert(
      op, kept.map { node.inputs[$0] }, like: value, origin: node.origin, at: lateReader)
    live.read(again, insteadOf: value, from: lateReader + 1)
  }
}

/// Tensors smaller than this share of the peak are not worth a call.
private let smallestShare = 256
/// Nodes between two readers that are worth a call.
private let shortestGap = 3
/// A gap counts if memory gets this full within it, in percent of the peak.
private let fullness = 80

private func bestCandidate(in live: LiveBytes, _ lasting: LastingValues) -> Recomputation? {
  let graph = live.graph
  let peak = live.peak
  var best: Recomputation?
  for position in graph.nodes.indices where live.isTile[position] {
    let atLeast = max((peak + smallestShare - 1) / smallestShare, (best?.bytes ?? 0) + 1)
    guard live.results[position].contains(where: { live.sizes[$0.index] >= atLeast }),
      let tile = graph.nodes[position].op as? FusedTile
    else { continue }
    let node = graph.nodes[position]
    for (store, value) in node.outputs.prefix(tile.stores.count).enumerated() {
      let bytes = live.sizes[value.index]
      guard bytes >= atLeast, bytes > best?.bytes ?? 0, !live.isResult[value.index],
        let gap = widestGap(of: value, from: position, live),
        (live.profile[gap].max() ?? 0) * 100 >= peak * fullness
      else { continue }
      let operands = tile.keeping(store: store).inputs.map { live.holder(of: node.inputs[$0]) }
      let areThere = operands.allSatisfy { operand in
        let type = graph.type(of: operand)
        let isSmall = type.count * type.element.size * 8 <= bytes
        // Reading a state's old value behind the writer of the new one would cost a copy of the state.
        if let writer = lasting.writer(over: operand, in: live) { return writer >= gap.upperBound }
        return live.index.producer(of: operand) == nil || isSmall
          || live.lastUses[operand.index] >= gap.upperBound
      }
      guard areThere else { continue }
      best = Recomputation(
        value: value, producer: position, lateReader: gap.upperBound, bytes: bytes)
    }
  }
  return best
}

/// The longest stretch of nodes between two uses of a value, ending in front of a reader; nil if there is none.
func widestGap(of value: Value, from producer: Int, _ live: LiveBytes) -> Range<Int>? {
  let readers = live.index.readers(of: value)
  // A view keeps the memory alive whatever happens to the value.
  guard !readers.contains(where: { live.holder(of: live.graph.nodes[$0].outputs[0]) == value })
  else { return nil }
  let gaps = zip(readers, readers.dropFirst()).map { ($0 + 1)..<$1 }
  return gaps.filter { $0.count >= shortestGap }.max { $0.count < $1.count }
}
