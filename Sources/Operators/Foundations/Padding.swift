import GraphIR
import Plan

/// How far a window may reach beyond the edges of an image.
package enum Padding: Sendable, Hashable {
  /// Top, left, bottom, right.
  case explicit([Int])
  /// TensorFlow's SAME: as much as makes the output ⌈input / stride⌉, the odd pixel at the bottom and right.
  case same

  static let none = Padding.explicit([0, 0, 0, 0])
}

extension Padding {
  /// Reads `padding`: one number, [vertical, horizontal], [top, left, bottom, right], or `same`.
  init(readingFrom attributes: inout AttributeReader) throws(Diagnostic) {
    do {
      let given = try attributes.ints(
        "padding", counts: [2, 4], default: [0, 0, 0, 0],
        "a number, [vertical, horizontal], [top, left, bottom, right] or same")
      self = .explicit(given.count == 2 ? given + given : given)
    } catch {
      guard (try? attributes.choice("padding", among: ["same"])) != nil else { throw error }
      self = .same
    }
  }

  var attribute: Attribute {
    switch self {
    case .explicit(let sides): Attribute("padding", .integers(sides))
    case .same: Attribute("padding", .text("same"))
    }
  }

  /// Top, left, bottom, right for an input of the given height and width.
  ///
  /// - Parameter window: the height and width that one output reads, dilation included.
  func sides(input: [Int], window: [Int], stride: [Int]) -> [Int] {
    switch self {
    case .explicit(let sides): return sides
    case .same:
      var before = [Int]()
      var after = [Int]()
      for axis in 0..<2 {
        let output = (input[axis] + stride[axis] - 1) / stride[axis]
        let total = max(0, (output - 1) * stride[axis] + window[axis] - input[axis])
        before.append(total / 2)
        after.append(total - total / 2)
      }
      return before + after
    }
  }
}

/// The height and width of what a sliding window yields, or nil where the window does not fit once.
func slidingExtent(input: [Int], window: [Int], stride: [Int], sides: [Int]) -> [Int]? {
  var extent = [Int]()
  for axis in 0..<2 {
    let room = input[axis] + sides[axis] + sides[axis + 2] - window[axis]
    guard room >= 0 else { return nil }
    extent.append(room / stride[axis] + 1)
  }
  return extent
}
