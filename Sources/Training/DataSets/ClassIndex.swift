/// The pictures of a data set by class.
struct ClassIndex: Sendable {
  /// The pictures of each class that has any, in order.
  let members: [[Int]]
  /// Of each picture, where its class stands in `members`.
  let classes: [Int]
  /// All pictures, class after class, and where each class begins.
  private let ordered: [Int]
  private let starts: [Int]

  init(labels: [Int64]) {
    let present = Set(labels).sorted()
    let places = Dictionary(uniqueKeysWithValues: present.enumerated().map { ($1, $0) })
    classes = labels.map { places[$0] ?? 0 }
    var members = [[Int]](repeating: [], count: present.count)
    for (picture, place) in classes.enumerated() { members[place].append(picture) }
    self.members = members
    ordered = members.flatMap { $0 }
    starts = members.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
  }

  /// Another picture of the same class; the same one where the class has no other.
  func another(like picture: Int, with random: inout SampleRandom) -> Int {
    let own = members[classes[picture]]
    guard own.count > 1, let last = own.last else { return picture }
    // The last one stands in for the picture itself, so that all others are equally likely.
    let found = own[random.below(own.count - 1)]
    return found == picture ? last : found
  }

  /// A picture of another class, of which there must be one.
  func different(from picture: Int, with random: inout SampleRandom) -> Int {
    let own = classes[picture]
    let position = random.below(ordered.count - members[own].count)
    return ordered[position < starts[own] ? position : position + members[own].count]
  }
}
