/// Groups of points around their means.
///
/// The first means are drawn as k-means++ does (Arthur and Vassilvitskii, 2007); then points join the nearest mean and
/// means move to the middle of their points until nothing changes.
package struct KMeans: Sendable, Hashable {
  private static let maximumRounds = 100

  /// The group of each point.
  package private(set) var groups: [Int]
  package private(set) var means: [[Double]]

  /// The same points, number and seed always give the same groups.
  ///
  /// - Parameter count: how many groups, at least 1; points that coincide may leave some of them empty.
  package init(_ points: [[Double]], into count: Int, seed: UInt64) {
    means = Self.firstMeans(points, count, SampleRandom(seed, 3))
    groups = points.map { [means] in Self.nearest(to: $0, among: means).index }
    for _ in 0..<Self.maximumRounds {
      move(points)
      let next = points.map { Self.nearest(to: $0, among: means).index }
      if next == groups { break }
      groups = next
    }
  }

  /// Each further mean is a point, drawn in proportion to its squared distance from those before.
  private static func firstMeans(
    _ points: [[Double]], _ count: Int, _ random: SampleRandom
  ) -> [[Double]] {
    guard !points.isEmpty else { return [] }
    var random = random
    var means = [points[random.below(points.count)]]
    var distances = points.map { squaredDistance($0, means[0]) }
    while means.count < count {
      let total = distances.reduce(0, +)
      guard total > 0 else { break }
      var rest = Double(random.next() >> 11) * 0x1p-53 * total
      let chosen = distances.firstIndex { distance in
        rest -= distance
        return rest < 0
      }
      let mean = points[chosen ?? distances.count - 1]
      means.append(mean)
      for index in points.indices {
        distances[index] = min(distances[index], squaredDistance(points[index], mean))
      }
    }
    return means
  }

  /// Moves every mean to the middle of its points; one without points stays.
  private mutating func move(_ points: [[Double]]) {
    var sums = means.map { $0.map { _ in 0.0 } }
    var counts = means.map { _ in 0.0 }
    for (point, group) in zip(points, groups) {
      for axis in point.indices { sums[group][axis] += point[axis] }
      counts[group] += 1
    }
    for group in means.indices where counts[group] > 0 {
      means[group] = sums[group].map { $0 / counts[group] }
    }
  }

  private static func nearest(
    to point: [Double], among means: [[Double]]
  ) -> (index: Int, distance: Double) {
    var best = (index: 0, distance: Double.infinity)
    for (index, mean) in means.enumerated() {
      let distance = squaredDistance(point, mean)
      if distance < best.distance { best = (index, distance) }
    }
    return best
  }
}

private func squaredDistance(_ left: [Double], _ right: [Double]) -> Double {
  zip(left, right).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
}
