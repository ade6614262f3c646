import GraphIR
import Operators
import Testing

@testable import Compiler

@Suite struct LiveBytesTests {
  @Test func `what is kept up to date as nodes are added is what would be measured anew`() throws {
    let graph = try ChainRecomputationTests.training().applying(
      Pipeline.rewriting + Pipeline.planning)
    var live = LiveBytes(graph)
    var added = 0
    for value in graph.nodes.filter({ $0.op is Conv2D || $0.op is FusedTile }).map({ $0.outputs[0] }
    ) {
      let readers = live.index.readers(of: value)
      guard let producer = live.index.producer(of: value), let last = readers.last,
        live.graph.nodes[producer].outputs.count == 1, !live.isResult[value.index]
      else { continue }
      let node = live.graph.nodes[producer]
      let again = live.insert(node.op, node.inputs, like: value, origin: node.origin, at: last)
      live.read(again, insteadOf: value, from: last + 1)
      added += 1
      let anew = LiveBytes(live.graph)
      #expect(live.profile == anew.profile && live.lastUses == anew.lastUses)
      #expect(live.index.producers == anew.index.producers)
      #expect(live.index.readers == anew.index.readers)
    }
    #expect(added > 20)
  }
}
