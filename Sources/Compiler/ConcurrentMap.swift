import Dispatch

extension Array where Element: Sendable {
  /// The results of independent work on every element, in order, computed on all processors.
  ///
  /// Throws the error of the first element, by order, that has one, so that it does not depend on chance.
  func concurrentMap<Value: Sendable, Failure: Error>(
    _ transform: @escaping @Sendable (Element) throws(Failure) -> Value
  ) throws(Failure) -> [Value] {
    guard let first else { return [] }
    var results = [Result<Value, Failure>?](repeating: nil, count: count)
    results.withUnsafeMutableBufferPointer { buffer in
      // Each block writes its own slot alone.
      nonisolated(unsafe) let slots = buffer
      // Not `concurrentPerform`, which works on one processor when it is called inside of another.
      let group = DispatchGroup()
      for index in indices.dropFirst() {
        DispatchQueue.global().async(group: group) {
          slots[index] = Self.result(of: transform, self[index])
        }
      }
      slots[0] = Self.result(of: transform, first)
      group.wait()
    }
    var values = [Value]()
    values.reserveCapacity(count)
    for case let result? in results { values.append(try result.get()) }
    return values
  }

  private static func result<Value, Failure: Error>(
    of transform: (Element) throws(Failure) -> Value, _ element: Element
  ) -> Result<Value, Failure> {
    do throws(Failure) {
      return .success(try transform(element))
    } catch {
      return .failure(error)
    }
  }
}
