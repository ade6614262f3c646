import Plan
import Runtime

/// Which numbers of a network are black and white.
struct PictureRange: Sendable, Hashable {
  var low: Double
  var high: Double
  /// Whether nobody has said so.
  var isAssumed = false

  init(low: Double, high: Double) {
    self.low = low
    self.high = high
  }

  /// The range of an input that the data section fills, else of its pictures of this size, else of all its pictures;
  /// -1 to 1 if it has none.
  ///
  /// A network learns to draw in the range in which it is shown pictures.
  /// - Throws: `.invalid` if the data section's pictures have several.
  init(of name: String, side: Int, in plan: Plan) throws(RuntimeError) {
    let own = plan.data.filter { $0.input == name }
    let transforms = (own.isEmpty ? plan.data : own).compactMap { source -> ImageTransform? in
      guard case .images(let transform) = source.content else { return nil }
      return transform
    }
    let alike = transforms.filter { ($0.randomCrop ?? $0.resize) == side }
    let ranges = Set((alike.isEmpty ? transforms : alike).map { Self(low: $0.low, high: $0.high) })
    guard ranges.count < 2 else {
      throw RuntimeError(
        .invalid,
        "the data section has pictures of several ranges; say in which the pictures of '\(name)' are by "
          + "--range LOW,HIGH")
    }
    self = ranges.first ?? Self(low: -1, high: 1)
    isAssumed = ranges.isEmpty
  }

  /// A doubt worth telling: the range is assumed, and all numbers lie from 0 to 1.
  func doubt(_ drawn: [DrawnCell], output index: Int) -> String? {
    guard isAssumed else { return nil }
    let values = drawn.flatMap { $0.outputs[index].floats }
    guard let low = values.min(), let high = values.max(), low >= 0, high <= 1 else { return nil }
    return
      "all numbers drawn lie from \(low) to \(high), and the plan does not say in which range its pictures "
      + "are; -1 is taken for black and 1 for white. If 0 is black, say --range 0,1"
  }
}
