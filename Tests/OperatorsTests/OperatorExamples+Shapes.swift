import GraphIR
import Operators
import Plan

extension OperatorExamples {
  static let views: [Example] = {
    let flattened = anyShapes.filter { !$0.isEmpty }.map { Example("flatten", [:], $0) }
    let reshaped = anyShapes.flatMap { shape in
      [
        Example("reshape", ["shape": [-1]], shape),
        Example("reshape", ["shape": .integers(shape + [1])], shape),
      ]
    }
    let inserted = anyShapes.flatMap { shape in
      [
        Example("unsqueeze", ["axis": 0], shape), Example("unsqueeze", ["axis": -1], shape),
        Example("squeeze", ["axes": [0, -1]], [1] + shape + [1]),
      ]
    }
    let images: [Example] = [
      Example("reshape", ["to": [3, 2, 2]], [2, 12]),
      Example("reshape", ["to": [-1]], [2, 3, 2, 2]),
      Example("reshape", ["to": [4, -1]], [2, 2, 3, 2]),
    ]
    return flattened + reshaped + inserted + images
  }()

  static let shapes: [Example] = transposes + flips + slices + pads + joins + cuts + stretches

  private static let transposes: [Example] = [
    ([1], [0]), ([4], [-1]), ([2, 3], [1, 0]), ([2, 3], [0, 1]), ([1, 4], [1, 0]),
    ([3, 1], [-1, 0]), ([5, 5], [1, 0]), ([2, 3, 4], [0, 2, 1]), ([2, 3, 4], [2, 0, 1]),
    ([2, 3, 4], [1, 2, 0]), ([1, 3, 2], [2, 1, 0]), ([2, 1, 1], [1, 2, 0]),
    ([2, 3, 4, 5], [0, 2, 3, 1]), ([2, 3, 4, 5], [3, 2, 1, 0]), ([1, 2, 3, 1], [0, 1, 3, 2]),
    ([2, 3, 1, 2], [1, 0, 2, 3]), ([2, 2, 3, 3], [-1, 0, -2, 1]), ([1, 1, 1, 1], [3, 0, 1, 2]),
    ([3, 2, 2, 2], [2, 3, 0, 1]), ([2, 1, 3, 2, 2], [4, 0, 3, 1, 2]),
  ].map { shape, axes in Example("transpose", ["axes": .integers(axes)], shape) }

  private static let flips: [Example] = [
    ([1], [0]), ([5], [0]), ([5], [-1]), ([2, 3], [0]), ([2, 3], [1]), ([2, 3], [0, 1]),
    ([3, 1], [0]), ([1, 3], [0]), ([2, 3, 4], [1]), ([2, 3, 4], [-2]), ([2, 3, 4], [0, 2]),
    ([2, 3, 4], [2, 1, 0]), ([2, 3, 4, 5], [3]), ([2, 3, 4, 5], [2, 3]), ([2, 3, 4, 5], [1]),
    ([2, 3, 4, 5], [0]), ([1, 2, 3, 1], [-2, -1]), ([2, 1, 3, 3], [2, 3]),
    ([2, 2, 2, 2], [0, 1, 2, 3]), ([2, 1, 3, 2, 2], [4, 0]),
  ].map { shape, axes in Example("flip", ["axis": .integers(axes)], shape) }

  private static let slices: [Example] =
    [
      ([5], 0, 0, 5), ([5], 0, 2, 3), ([5], 0, -2, -1), ([1], 0, 0, 1), ([4, 3], 0, 1, 4),
      ([4, 3], 1, 0, 2), ([4, 3], -1, 1, 2), ([2, 3, 4], 1, 1, 3), ([2, 3, 4], 2, 3, 4),
      ([2, 3, 4], -3, 0, 1), ([2, 4, 3, 3], 1, 0, 2), ([2, 4, 3, 3], 1, 2, 4),
      ([2, 4, 3, 3], 2, 1, 2), ([2, 4, 3, 5], 3, 1, -1), ([3, 1, 2, 2], 0, 0, 2),
      ([1, 2, 1, 7], 3, 2, 6),
    ].map { (shape: [Int], axis: Int, start: Int, stop: Int) in
      Example(
        "slice", ["axis": .integer(axis), "start": .integer(start), "stop": .integer(stop)], shape)
    } + [
      Example("slice", ["start": 1], [3, 2]), Example("slice", ["stop": -1], [3, 2]),
      Example("slice", ["axis": [2, 3], "start": [1, 0], "stop": [3, 2]], [2, 2, 4, 3]),
      Example("slice", ["axis": [0, -1], "start": [1, 1]], [2, 3, 4]),
    ]

  private static let pads: [Example] =
    [
      ([2], [1], [0]), ([2], [0], [3]), ([1], [2], [2]), ([2, 3], [1, 0], [0, 2]),
      ([2, 3], [0, 0], [0, 0]), ([1, 1], [1, 1], [1, 1]), ([2, 1, 3], [0, 2, 0], [1, 0, 0]),
      ([2, 2, 2], [1, 1, 1], [0, 0, 0]), ([2, 3, 3, 3], [0, 0, 1, 1], [0, 0, 1, 1]),
      ([2, 3, 3, 3], [0, 0, 0, 2], [0, 0, 1, 0]), ([1, 2, 5, 1], [0, 1, 0, 0], [0, 0, 0, 3]),
      ([2, 2, 2, 2], [1, 0, 0, 0], [0, 1, 0, 0]), ([3, 1, 1, 1], [0, 0, 2, 2], [0, 0, 2, 2]),
    ].map { (shape: [Int], before: [Int], after: [Int]) in
      Example("pad", ["before": .integers(before), "after": .integers(after)], shape)
    }
    + [1, 2, 3].flatMap { (size: Int) -> [Example] in
      [
        Example("pad", ["padding": .integer(size)], [2, 2, 3, 3]),
        Example("pad", ["padding": [1, .integer(size)], "value": -1.5], [1, 3, 2, 4]),
        Example("pad", ["padding": [0, 1, .integer(size), 0]], [2, 1, 1, 3]),
      ]
    }

  private static let joins: [Example] = anyShapes.flatMap { shape -> [Example] in
    let stack = Example("stack", ["axis": 0], shape, shape, shape)
    guard !shape.isEmpty else { return [stack] }
    let longer = [shape[0] + 2] + shape.dropFirst()
    let wider = shape.dropLast() + [shape[shape.count - 1] + 1]
    return [
      stack, Example("concat", ["axis": 0], shape, longer, shape),
      Example("concat", ["axis": -1], shape, Array(wider)), Example("concat", ["axis": 0], shape),
    ]
  }

  private static let cuts: [Example] =
    [
      [2], [4], [6, 1], [2, 3], [4, 2, 3], [8, 1, 1], [2, 3, 1, 2], [4, 2, 2, 1], [2, 1, 1, 1],
      [6, 5],
    ].flatMap { (shape: [Int]) -> [Example] in
      let swapped = Array(shape.reversed())
      return [
        Example("split", ["axis": 0, "parts": 2], shape),
        Example("split", ["axis": -1, "sizes": [1, .integer(shape[0] - 1)]], swapped),
        Example("glu", ["axis": 0], shape), Example("glu", ["axis": -1], swapped),
      ]
    }

  private static let stretches: [Example] = pairs.compactMap { left, right in
    TensorType.broadcast(left, right).map {
      Example("broadcast_to", ["shape": .integers($0)], left.count <= $0.count ? left : right)
    }
  }

  static let indices: [Example] = {
    let sizes = [(1, 1), (1, 4), (3, 1), (3, 2), (5, 3), (2, 7), (6, 2)]
    let tails: [[Int]] = [[], [1], [3], [2, 2], [2, 1, 3]]
    return sizes.flatMap { count, extent in
      tails.flatMap { tail -> [Example] in
        let index = Example.Operand.index([count], below: extent)
        return [
          Example("gather", ["axis": 0], [.any([extent] + tail), index]),
          Example("gather", ["axis": 1], [.any([count, extent] + tail), index]),
          Example(
            "scatter_add", ["axis": 0, "extent": .integer(extent)], [.any([count] + tail), index]),
          Example(
            "scatter_add", ["axis": 1, "extent": .integer(extent)], [.any([count] + tail), index]),
          Example("embedding", ["classes": .integer(extent), "features": 3], [index]),
        ]
      }
    }
  }()
}
