package import Plan
package import Runtime

/// Fills the inputs of a picture program from a data set: captions, labels, pictures.
package struct DataConditions {
  private let source: BatchSource
  private let target: BoundProgram

  /// - Throws: `.invalid` if the plan does not say where an input comes from, or the data set cannot supply it.
  package init(
    _ program: PictureProgram, of plan: Plan, from dataSet: DataSet, seed: UInt64
  ) throws(RuntimeError) {
    let inputs = program.callerInputs
    let sources = plan.data.filter { source in inputs.contains { $0.name == source.input } }
    if let open = inputs.first(where: { input in !sources.contains { $0.input == input.name } }) {
      throw RuntimeError(
        .invalid,
        "the data section does not say what fills the input '\(open.name)' of the program "
          + "'\(program.program.name)'")
    }
    source = try BatchSource(
      dataSet: dataSet, draws: plan.draws, sources: sources,
      inputShapes: Dictionary(
        inputs.map { ($0.name, $0.shape) }, uniquingKeysWith: { first, _ in first }),
      batch: program.batch, seed: seed, isVaried: false)
    target = program.bound
  }

  /// Batches after which the data set begins anew.
  package var batchCount: Int { source.plan.epochLength }

  /// Puts a batch of the data set into the program's inputs; the same number is always the same batch.
  package func fill(batch: Int) throws(RuntimeError) -> Batch {
    var buffers: [String: UnsafeMutableRawBufferPointer] = [:]
    for input in source.byteCounts.keys { buffers[input] = try target.inputBuffer(input) }
    return try source.fill(iteration: batch, into: buffers)
  }
}
