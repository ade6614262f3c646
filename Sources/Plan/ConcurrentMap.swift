import Dispatch
import Synchronization

extension Array where Element: Sendable {
  /// The results of independent work on every element, in order, computed on all processors.
  ///
  /// The caller works as well and waits only for what others have begun, so that a call inside of another neither
  /// stands still nor keeps a processor idle. Throws the error of the first element, by order, that has one, so that it
  /// does not depend on chance.
  package func concurrentMap<Value: Sendable, Failure: Error>(
    _ transform: @escaping @Sendable (Element) throws(Failure) -> Value
  ) throws(Failure) -> [Value] {
    let work = SharedWork(count) { index in Self.result(of: transform, self[index]) }
    for _ in indices.dropFirst() { DispatchQueue.global().async { work.help() } }
    work.help()
    var values = [Value]()
    values.reserveCapacity(count)
    for result in work.results() { values.append(try result.get()) }
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

/// Items that any number of threads take one by one.
private final class SharedWork<Value: Sendable>: Sendable {
  private let count: Int
  private let compute: @Sendable (Int) -> Value
  private let next = Atomic(0)
  private let values: Mutex<[Int: Value]> = Mutex([:])
  private let unfinished = DispatchGroup()

  init(_ count: Int, _ compute: @escaping @Sendable (Int) -> Value) {
    self.count = count
    self.compute = compute
    for _ in 0..<count { unfinished.enter() }
  }

  /// Works on items until all have been taken.
  func help() {
    while true {
      let index = next.add(1, ordering: .relaxed).oldValue
      guard index < count else { return }
      let value = compute(index)
      values.withLock { $0[index] = value }
      unfinished.leave()
    }
  }

  /// Waits for the items that others have taken; all values, in order.
  func results() -> [Value] {
    unfinished.wait()
    return values.withLock { values in values.sorted { $0.key < $1.key }.map(\.value) }
  }
}
