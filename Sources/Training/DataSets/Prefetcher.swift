import Foundation
package import Plan
package import Runtime

/// Makes batches on a thread of its own, a few ahead of the trainer.
///
/// Batch `k` is the same whenever and wherever it is made, so that a run resumed with `startIteration` sees exactly
/// what an unbroken run would have seen.
package final class Prefetcher {
  package let source: BatchSource
  private let queue: BatchQueue

  /// Starts to make batches.
  ///
  /// - Parameters:
  ///   - inputShapes: logical shapes by input, as in `BatchSource`.
  ///   - startIteration: the first batch that `next` gives.
  ///   - depth: how many batches may be ready.
  /// - Throws: what does not fit between plan and data set, as `BatchSource` does.
  package convenience init(
    dataSet: DataSet, draws: [Draw] = [], sources: [DataSource], inputShapes: [String: [Int]],
    batch: Int, seed: UInt64, startIteration: Int = 0, depth: Int = 3
  ) throws(RuntimeError) {
    let source = try BatchSource(
      dataSet: dataSet, draws: draws, sources: sources, inputShapes: inputShapes, batch: batch,
      seed: seed)
    self.init(source, startIteration: startIteration, depth: depth)
  }

  package init(_ source: BatchSource, startIteration: Int = 0, depth: Int = 3) {
    self.source = source
    let queue = BatchQueue(
      byteCounts: source.byteCounts, firstIteration: startIteration, depth: max(1, depth))
    self.queue = queue
    // The thread holds the queue and not the prefetcher, whose end it would otherwise put off for ever.
    let thread = Thread { queue.produce(from: source) }
    thread.name = "prefetcher"
    thread.start()
  }

  deinit { queue.stop() }

  /// Batches in an epoch.
  package var epochLength: Int { source.plan.epochLength }

  /// Waits for the next batch and copies it into the runtime's input buffers.
  ///
  /// - Parameter buffers: by input, each of the size of its tensor.
  /// - Throws: what went wrong while the batch was made; no batch follows.
  package func next(
    into buffers: [String: UnsafeMutableRawBufferPointer]
  ) throws(RuntimeError) -> Batch {
    for (input, size) in source.byteCounts where buffers[input]?.count != size {
      throw RuntimeError(
        .invalid,
        "input '\(input)' takes \(size) bytes; the buffer given has \(buffers[input]?.count ?? 0)")
    }
    return try queue.take { made in
      for (input, bytes) in made { buffers[input]?.copyMemory(from: UnsafeRawBufferPointer(bytes)) }
    }
  }

  /// Ends the thread and waits until it has ended; `next` then throws.
  package func stop() { queue.stop() }
}
