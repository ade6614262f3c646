/// The orders in which buffers are placed.
enum PackingOrder: String, CaseIterable {
  case bySize = "largest first"
  case byFadingArea = "largest size × lifetime^¼ first"
  case byRootArea = "largest size × lifetime^½ first"
  case byArea = "largest size × lifetime first"
  case byLifetime = "longest lived first"
  case byStart = "execution order"
  case byPressure = "fullest call first"

  func sorted(_ buffers: [Buffer]) -> [Int] {
    let keys = keys(buffers)
    return buffers.indices.sorted { left, right in
      (keys[left].first, keys[left].second, left) < (keys[right].first, keys[right].second, right)
    }
  }

  /// Sort keys, the smallest first.
  private func keys(_ buffers: [Buffer]) -> [(first: Int, second: Int)] {
    switch self {
    case .bySize: buffers.map { (-$0.size, $0.start) }
    case .byArea: buffers.map { (-$0.size * ($0.end - $0.start + 1), -$0.size) }
    case .byFadingArea: buffers.map { (-Int($0.weight(root: 4)), $0.start) }
    case .byRootArea: buffers.map { (-Int($0.weight(root: 2)), $0.start) }
    case .byLifetime: buffers.map { ($0.start - $0.end, -$0.size) }
    case .byStart: buffers.map { ($0.start, -$0.size) }
    case .byPressure: pressureKeys(buffers)
    }
  }

  /// Buffers of the call with the most live bytes first, as in greedy-by-breadth.
  private func pressureKeys(_ buffers: [Buffer]) -> [(first: Int, second: Int)] {
    var changes = [Int](repeating: 0, count: (buffers.map(\.end).max() ?? 0) + 2)
    for buffer in buffers {
      changes[buffer.start] += buffer.size
      changes[buffer.end + 1] -= buffer.size
    }
    var live = 0
    let pressure = changes.map { change in
      live += change
      return live
    }
    return buffers.map { (-(pressure[$0.start...$0.end].max() ?? 0), -$0.size) }
  }
}

extension Buffer {
  /// The size times a root of the lifetime, the square root or its square root.
  fileprivate func weight(root: Int) -> Double {
    let lifetime = Double(end - start + 1).squareRoot()
    return Double(size) * (root == 2 ? lifetime : lifetime.squareRoot())
  }
}
