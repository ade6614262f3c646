import Foundation
import Runtime

/// A ring of batches between the thread that makes them and the one that takes them.
///
/// Neither side polls: each sleeps on one condition until the other has changed something.
final class BatchQueue: @unchecked Sendable {
  // Unchecked, because the compiler cannot see that `condition` guards all that changes, and that a slot's memory
  // belongs to the producer while the slot is free and to the consumer while it is ready.
  private typealias Slot = [String: UnsafeMutableRawBufferPointer]

  private let condition = NSCondition()
  private let slots: [Slot]
  private let firstIteration: Int
  private var ready: [Batch] = []
  /// Batches taken so far; with `ready` it says which slot is next.
  private var takenCount = 0
  private var failure: RuntimeError?
  private var isStopped = false
  private var isProducing = true

  init(byteCounts: [String: Int], firstIteration: Int, depth: Int) {
    slots = (0..<depth).map { _ in
      byteCounts.mapValues { .allocate(byteCount: $0, alignment: 64) }
    }
    self.firstIteration = firstIteration
  }

  deinit {
    for slot in slots {
      for buffer in slot.values { buffer.deallocate() }
    }
  }

  // MARK: Producer

  /// Makes batches until `stop` or a failure.
  func produce(from source: BatchSource) {
    var count = 0
    while waitForRoom() {
      do throws(RuntimeError) {
        let slot = slots[count % slots.count]
        publish(try source.fill(iteration: firstIteration + count, into: slot))
        count += 1
      } catch {
        fail(error)
      }
    }
    condition.withLock {
      isProducing = false
      condition.broadcast()
    }
  }

  private func waitForRoom() -> Bool {
    condition.withLock {
      while ready.count == slots.count, !isStopped { condition.wait() }
      return !isStopped && failure == nil
    }
  }

  private func publish(_ batch: Batch) {
    condition.withLock {
      ready.append(batch)
      condition.broadcast()
    }
  }

  private func fail(_ error: RuntimeError) {
    condition.withLock {
      failure = error
      condition.broadcast()
    }
  }

  // MARK: Consumer

  /// Waits for a batch and lets `copy` read its memory before the slot is filled anew.
  func take(
    _ copy: ([String: UnsafeMutableRawBufferPointer]) -> Void
  ) throws(RuntimeError) -> Batch {
    let batch = try nextReady()
    copy(slots[takenCount % slots.count])
    condition.withLock {
      ready.removeFirst()
      takenCount += 1
      condition.broadcast()
    }
    return batch
  }

  private func nextReady() throws(RuntimeError) -> Batch {
    condition.lock()
    defer { condition.unlock() }
    while ready.isEmpty, failure == nil, !isStopped { condition.wait() }
    if isStopped { throw RuntimeError(.invalid, "the prefetcher has been stopped") }
    guard let batch = ready.first else {
      throw failure ?? RuntimeError(.invalid, "no batch could be made")
    }
    return batch
  }

  func stop() {
    condition.withLock {
      isStopped = true
      condition.broadcast()
      while isProducing { condition.wait() }
    }
  }
}
