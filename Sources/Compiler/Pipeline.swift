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

  /// Everything that a program goes through before its memory is planned.
  package static let all: [Pass] =
    [
      // Sees whole layers, so it comes first; gradients of the folded form are exact.
      batchNormFolding
    ] + meaning + [
      // From here on passes need not care about gradients: stop_gradient is gone.
      simplification,
      commonSubexpressionElimination,
      // Before counting readers: what nobody needs must not count as one.
      deadCodeElimination,
      // Before fusion, which takes the activations that no convolution could take.
      convolutionBiasActivation,
      // Behind this, what is elementwise stands in tile programs, and a value is a tensor only if something needs it whole.
      fusion,
      // Behind this, the order of the nodes is the order of the calls, and updates of states come after their readers.
      scheduling,
      recomputation,
    ]

  package static func pass(named name: String) -> Pass? { all.first { $0.name == name } }
}
