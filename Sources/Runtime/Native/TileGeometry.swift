/// How a tile program's iteration space is cut into rows, tiles and chunks.
///
/// It depends on the call alone, never on the machine: that is what makes sums independent of the number of threads.
struct TileGeometry: Hashable {
  /// One operand over the outer axes and the inner one.
  struct Path: Hashable {
    var outer: Access
    var innerStride: Int
    var innerDivisor: Int
  }

  /// The outer axes; never empty.
  private(set) var extents: [Int]
  private(set) var inner: Int
  /// Elements of the last piece, where the inner axis is split into pieces, else `inner`.
  private(set) var lastInner: Int
  private(set) var pieceAxis: Int?
  private(set) var tileRows: Int
  private(set) var paths: [Path]

  /// - Parameters:
  ///   - splitsFirst: whether pieces of a split inner axis are counted by the first axis rather than the last. That is
  ///     right where a reduction keeps the inner axis, so that rows which share their sums follow each other.
  ///   - capacity: elements of a tile.
  init(_ space: FoldedSpace, splitsFirst: Bool, capacity: Int) {
    let n = space.extents.last ?? 1
    extents = Array(space.extents.dropLast())
    paths = space.accesses.map { access in
      Path(
        outer: Access(
          Array(access.strides.dropLast()), divisors: Array(access.divisors.dropLast())),
        innerStride: access.strides.last ?? 0, innerDivisor: access.divisors.last ?? 1)
    }
    (inner, lastInner, tileRows) = (n, n, 1)
    if n > capacity {
      split(n, capacity: capacity, first: splitsFirst)
    } else if n * 2 <= capacity {
      tileRows = min(capacity / n, extents.reduce(1, *))
    }
    if extents.isEmpty { insertAxis(1, at: 0) { _ in 0 } }
  }

  var rows: Int { extents.reduce(1, *) }

  /// Whether all tiles of an operand are contiguous in memory.
  func isContiguous(_ path: Path) -> Bool {
    guard path.innerStride == 1, path.innerDivisor == 1 else { return inner == 1 && rows == 1 }
    if tileRows == 1 { return true }
    var step = inner
    for axis in extents.indices.reversed() where extents[axis] != 1 {
      guard path.outer.strides[axis] == step, path.outer.divisors[axis] == 1 else { return false }
      step *= extents[axis]
    }
    return true
  }

  /// Cuts an inner axis that is longer than a tile into pieces, counted by an axis of their own.
  private mutating func split(_ n: Int, capacity: Int, first: Bool) {
    let grain = paths.reduce(16) { leastCommonMultiple($0, $1.innerDivisor) }
    let pieces = (n + capacity - 1) / capacity
    inner = ((n + pieces - 1) / pieces + grain - 1) / grain * grain
    let count = (n + inner - 1) / inner
    lastInner = n - (count - 1) * inner
    let axis = first ? 0 : extents.count
    let length = inner
    insertAxis(count, at: axis) { $0.innerStride * (length / $0.innerDivisor) }
    pieceAxis = axis
  }

  private mutating func insertAxis(_ extent: Int, at axis: Int, stride: (Path) -> Int) {
    extents.insert(extent, at: axis)
    for operand in paths.indices {
      paths[operand].outer.strides.insert(stride(paths[operand]), at: axis)
      paths[operand].outer.divisors.insert(1, at: axis)
    }
  }
}

private func leastCommonMultiple(_ a: Int, _ b: Int) -> Int {
  var (x, y) = (a, b)
  while y != 0 { (x, y) = (y, x % y) }
  return a / x * b
}

/// How the rows of a tile program are handed out, and where partial results of reductions go.
struct TileChunks: Hashable {
  /// Leading axes that all reductions keep; they number the groups.
  private(set) var groupAxes: Int
  private(set) var groups: Int
  private(set) var groupRows: Int
  /// Parts of a group that are reduced apart from each other.
  private(set) var splits = 1
  private(set) var splitRows: Int
  private(set) var chunkGroups = 1

  var count: Int { splits > 1 ? groups * splits : (groups + chunkGroups - 1) / chunkGroups }

  /// Elements that are worth it to wake a thread, and the most doubles that all slots of a reduction may take.
  static let grain = 32768
  private static let mostSlots = 1 << 20

  init(_ geometry: TileGeometry, grain: Int, reductions: [TileGeometry.Path]) {
    let rows = geometry.rows
    // Sums depend on it: where there are any, it is the same wherever the call stands.
    let grain = max(reductions.isEmpty ? grain : Self.grain, rows * geometry.inner / 256)
    guard !reductions.isEmpty else {
      (groupAxes, groups, groupRows, splitRows) = (geometry.extents.count, rows, 1, 1)
      let tiles = max(grain / (geometry.inner * geometry.tileRows), 1)
      chunkGroups = tiles * geometry.tileRows
      return
    }
    groupAxes =
      geometry.extents.indices.first { axis in
        reductions.contains { $0.outer.strides[axis] == 0 }
      } ?? geometry.extents.count
    groups = geometry.extents[..<groupAxes].reduce(1, *)
    groupRows = rows / groups
    splitRows = groupRows
    let elements = groupRows * geometry.inner
    if groups < 64, elements >= 2 * grain {
      split(into: elements / grain, geometry, reductions)
    } else {
      chunkGroups = max(grain / elements, 1)
    }
  }

  private mutating func split(
    into wanted: Int, _ geometry: TileGeometry, _ reductions: [TileGeometry.Path]
  ) {
    let largest = reductions.map { slotSize($0, geometry) }.max() ?? 1
    let parts = max(min(wanted, Self.mostSlots / (groups * largest)), 1)
    let tiles = (groupRows + geometry.tileRows - 1) / geometry.tileRows
    splitRows = (tiles + parts - 1) / parts * geometry.tileRows
    splits = (groupRows + splitRows - 1) / splitRows
  }

  /// Results of a reduction in one group.
  func slotSize(_ path: TileGeometry.Path, _ geometry: TileGeometry) -> Int {
    var size = path.innerStride != 0 ? geometry.inner : 1
    for axis in groupAxes..<geometry.extents.count where path.outer.strides[axis] != 0 {
      size *= geometry.extents[axis]
    }
    return size
  }
}
