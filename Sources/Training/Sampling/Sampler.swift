package import Plan
package import Runtime

/// Draws cells: any number of pictures, each with its own inputs and noise, by a program of fixed batch size.
///
/// What a cell shows does not depend on the other cells. Cells are packed into runs in their order; those that differ
/// in an input that a whole run shares go to different runs, and the last run is filled up with repetitions.
package final class Sampler {
  package let program: PictureProgram
  package let inputs: [SampleInput]
  private let noise: CellNoise

  /// Loads the weights that the program reads from a checkpoint or a weights file.
  ///
  /// - Throws: `.invalid` listing every tensor that is missing or of another shape.
  package convenience init(
    plan: Plan, weights path: String, program name: String = "sample"
  ) throws(RuntimeError) {
    let session = try Session(plan: plan, seed: 0)
    try StateFile.readWeights(path, for: name, into: session)
    try self.init(session: session, program: name)
  }

  /// Draws with the session's weights as they are at the time.
  package init(session: Session, program name: String = "sample") throws(RuntimeError) {
    let program = try PictureProgram(named: name, in: session, takesNoise: true)
    inputs = try program.callerInputs.map { name, element, shape throws(RuntimeError) in
      try SampleInput(name, element, shape, of: program)
    }
    noise = try CellNoise(of: program, in: session)
    self.program = program
  }

  /// Draws the cells; the result has the numbers of every output for each, in the order of the cells.
  package func draw(_ cells: [Cell]) throws(RuntimeError) -> [DrawnCell] {
    var drawn = [DrawnCell?](repeating: nil, count: cells.count)
    for run in runs(of: cells) {
      let padded = (0..<program.batch).map { cells[run[$0 % run.count]] }
      try fill(padded)
      try program.bound.run(noise.context(of: padded[0].noise))
      let outputs = try program.outputs.map { output throws(RuntimeError) in
        try program.bound.tensor(output.name)
      }
      for (row, cell) in run.enumerated() {
        drawn[cell] = DrawnCell(outputs: outputs.map { $0.row(row) })
      }
    }
    return drawn.compactMap { $0 }
  }

  // MARK: Runs

  /// What all cells of one run have in common.
  private struct RunKey: Hashable {
    var values: [HostTensor?]
    var noise: Noise?
  }

  /// Positions of the cells that are drawn together, at most a batch.
  private func runs(of cells: [Cell]) -> [[Int]] {
    var open: [RunKey: Int] = [:]
    var runs: [[Int]] = []
    for (position, cell) in cells.enumerated() {
      let key = runKey(of: cell)
      if let run = open[key], runs[run].count < program.batch {
        runs[run].append(position)
      } else {
        open[key] = runs.count
        runs.append([position])
      }
    }
    return runs
  }

  private func runKey(of cell: Cell) -> RunKey {
    var key = RunKey(values: inputs.filter(\.isShared).map { cell.values[$0.name]?.tensor })
    if noise.isShared {
      let step = cell.noise.number / program.batch * program.batch
      key.noise = Noise(seed: cell.noise.seed, number: step)
    }
    return key
  }

  private func fill(_ cells: [Cell]) throws(RuntimeError) {
    for input in inputs {
      let values = try cells.map { cell throws(RuntimeError) in
        guard let value = cell.values[input.name] else { throw missing([input]) }
        return value.tensor
      }
      var rows = HostRows(capacity: cells.count)
      for value in input.isShared ? [values[0]] : values { rows.append(value) }
      try program.bound.set(input.name, rows.tensor(shape: input.shape))
    }
    try noise.fill(cells.map(\.noise))
  }

  /// What to say where nobody gives some inputs.
  func missing(_ open: [SampleInput]) -> RuntimeError {
    RuntimeError(
      .missing,
      "the program '\(program.program.name)' needs \(open.map(\.listed).joined(separator: ", ")); give "
        + "each by --input NAME=VALUE, --rows or --columns, or a data set by --data")
  }
}

/// What was drawn for one cell.
package struct DrawnCell: Sendable, Hashable {
  /// `[channels, height, width]` each, in the order of the program's outputs.
  package var outputs: [HostTensor]
}
