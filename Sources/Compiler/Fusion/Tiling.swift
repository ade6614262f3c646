import GraphIR

/// Gives every elementwise operation and reduction that is left a kernel of its own.
///
/// ```
/// %4 = multiply(%y, %scale)            %4 = fused_tile(%y, %scale)   body: "load 0 …; load 1 …; multiply 0 1; store 2 …"
/// %5 = sum(%4)                   ->    %5 = fused_tile(%4)           body: "load 0 …; sum 0 …"
/// ```
///
/// Fusion leaves none; without it, this is what makes a program of nodes that have no other kernel.
package let tiling = Pass(
  "tiling", "computes elementwise operations and reductions that were not fused, each by itself"
) { graph, report throws(Diagnostic) in
  let left = graph.nodes.filter { FusionAnalysis.isLoweredToTile($0, in: graph) }
  guard !left.isEmpty else { return }
  fuse(&graph, policy: .isolating)
  report.remark("\(left.count) nodes became tiles", at: Origin())
}
