import GraphIR

/// The compiler's table of contents: which passes run, in which order, and what holds between them.
package enum Pipeline {
  /// What gives a program its meaning; the reference program goes through these and no others.
  ///
  /// Behind them every node can be computed: no composite and no request for a gradient is left.
  package static let meaning: [Pass] = [
    // Gradients are taken of simple operators, and of composites that know their own gradient.
    decomposition,
    // Behind this, gradients are nodes like all others, second-order ones included.
    gradientExpansion,
    finalDecomposition,
  ]

  /// Rewrites of ordinary nodes into fewer or cheaper ordinary nodes.
  package static let rewriting: [Pass] =
    [
      // Sees whole layers, so it comes first; gradients of the folded form are exact.
      batchNormFolding,
      // Before gradients, which are then those of the cheaper form.
      resampledConvolution,
      constantChannelConvolution,
      convolutionAsProduct,
      // Before gradients, so that those of all readers of an expression meet in front of it.
      commonSubexpressionElimination,
      sharedSlices,
    ] + meaning + [
      // From here on passes need not care about gradients: stop_gradient is gone.
      simplification,
      commonSubexpressionElimination,
      sharedSampleFactors,
      // Before counting readers: what nobody needs must not count as one.
      deadCodeElimination,
      linearMerging,
      weightGradientMerging,
      // Before fusion, which takes the activations that no convolution could take.
      convolutionBiasActivation,
    ]

  /// How values are stored; only in compilations that ask for bf16.
  package static let storing: [Pass] = [
    // Before fusion, whose tiles load and store whatever it decides.
    precision
  ]

  /// From nodes to kernels in order; what comes out is placed in memory and emitted by `PlanBuilder`.
  package static let planning: [Pass] = [
    // Behind the epilogues, which belong to the convolutions that it chooses for, and behind the choice of storage.
    convolutionAlgorithm,
    // Behind these, a node is a kernel call or a view, and most values have become registers of tile programs.
    fusion,
    tiling,
    // Behind what makes an optimiser's arithmetic one node.
    weightUpdates,
    // Behind this, the order of the nodes is that of the calls but for what is computed again, and updates of states
    // come after their readers.
    scheduling,
    recomputation,
    // Dearer than the pass before, and only for what that leaves.
    chainRecomputation,
    // What is computed again must stay a node of one result, and the order of the calls is settled.
    momentsInEpilogue,
    // Behind all that settles what is live when: what waits for a list fits beside it.
    updateBatching,
  ]

  /// Everything that a program goes through.
  package static let all: [Pass] = rewriting + storing + planning

  /// What no program runs without; all other passes only make it faster or smaller.
  package static let required: [Pass] = meaning + [tiling]

  /// The names of the passes that may be left out, each once, in order.
  package static var optional: [String] {
    var seen = Set(required.map(\.name))
    return all.map(\.name).filter { seen.insert($0).inserted }
  }

  package static func pass(named name: String) -> Pass? { all.first { $0.name == name } }
}
