/// Sets of numbers that are joined two by two.
struct DisjointSets {
  private var parents: [Int]

  /// Every number below `count` in a set of its own.
  init(_ count: Int) { parents = Array(0..<count) }

  /// The number that stands for a set; equal for two numbers exactly when they are in the same.
  func representative(_ number: Int) -> Int {
    var number = number
    while parents[number] != number { number = parents[number] }
    return number
  }

  /// `representative`, making later searches shorter.
  mutating func find(_ number: Int) -> Int {
    let root = representative(number)
    var number = number
    while parents[number] != root { (number, parents[number]) = (parents[number], root) }
    return root
  }

  /// Makes one set of two; the smaller number stands for it.
  mutating func join(_ left: Int, _ right: Int) {
    let (a, b) = (find(left), find(right))
    parents[max(a, b)] = min(a, b)
  }
}
