import Dispatch

extension Array where Element: Sendable {
  /// The results of independent work on every element, in order, computed on all processors.
  ///
  /// Throws the error of the first element, by order, that has one, so that it does not depend on chance.
  func concurrentMap<Value: Sendable, Failure: Error>(
    _ transform: @Sendable (Element) throws(Failure) -> Value
  ) throws(Failure) -> [Value] {
    var results = [Result<Value, Failure>?](repeating: nil, count: count)
    results.withUnsafeMutableBufferPointer { buffer in
      // Each iteration writes its own slot alone.
      nonisolated(unsafe) let slots = buffer
      DispatchQueue.concurrentPerform(iterations: count) { index in
        do throws(Failure) {
          slots[index] = .success(try transform(self[index]))
        } catch {
          slots[index] = .failure(error)
        }
      }
    }
    var values = [Value]()
    values.reserveCapacity(count)
    for case let result? in results { values.append(try result.get()) }
    return values
  }
}
