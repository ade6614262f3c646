import GraphIR
import Operators
import Plan

/// At least twenty applications of every operator that gradients pass through.
enum OperatorExamples {
  static let all: [Example] =
    elementwise + broadcasting + powers + reductions + shapes + views + convolutions
    + transposedConvolutions + products + normalizations + resampling + pools + indices + losses

  static func of(_ name: String) -> [Example] { all.filter { $0.name == name } }

  /// Shapes of every rank, among them extents of 1 and odd ones.
  static let anyShapes: [[Int]] = [
    [], [1], [2], [5], [1, 1], [1, 4], [3, 1], [2, 3], [7, 2], [4, 4], [1, 1, 1], [2, 1, 3],
    [3, 2, 2], [1, 5, 2], [1, 1, 1, 1], [2, 3, 1, 1], [1, 2, 3, 3], [2, 1, 4, 2], [2, 3, 2, 1],
    [1, 4, 3, 5], [3, 2, 5, 5],
  ]

  /// Pairs of shapes that broadcast.
  static let pairs: [([Int], [Int])] = [
    ([], []), ([3], []), ([], [3]), ([1], [4]), ([5], [5]), ([2, 3], [3]), ([3], [2, 3]),
    ([2, 1], [1, 3]), ([2, 3], [2, 3]), ([2, 3], [2, 1]), ([1, 1], [3, 2]), ([4, 1, 3], [2, 1]),
    ([2, 3, 4], [1, 3, 1]), ([2, 3, 4], [4]), ([1, 3, 1, 1], [2, 3, 2, 5]),
    ([2, 3, 4, 4], [1, 3, 1, 1]), ([2, 3, 3, 4], [2, 3, 1, 1]), ([2, 3, 4, 3], []),
    ([2, 1, 3, 3], [1, 4, 1, 1]), ([1, 1, 1, 1], [2, 2, 3, 1]), ([2, 2, 3, 3], [3, 3]),
  ]

  static let elementwise: [Example] = anyShapes.flatMap { shape -> [Example] in
    let plain = [
      "neg", "square", "exp", "abs", "sin", "cos", "erf", "relu", "tanh", "sigmoid", "softplus",
      "silu", "identity",
    ]
    let positive = ["sqrt", "rsqrt", "log"]
    return plain.map { Example($0, [:], shape) }
      + positive.map { Example($0, [:], [.positive(shape)]) }
      + [
        Example("leaky_relu", ["negative_slope": 0.2], shape),
        Example("leaky_relu", ["negative_slope": -0.3], shape),
        Example("elu", ["alpha": 0.7], shape),
        Example("gelu", [:], shape), Example("gelu", ["approximate": "tanh"], shape),
        Example("clamp", ["min": -0.7123, "max": 1.0391], shape),
        Example("clamp", ["max": 0.3317], shape),
        Example("dropout", ["p": 0.4], shape), Example("dropout", ["mode": "eval"], shape),
      ]
  }

  static let broadcasting: [Example] = pairs.flatMap { left, right -> [Example] in
    ["add", "sub", "mul", "maximum", "minimum"].map { Example($0, [:], left, right) }
      + [
        Example("add", [:], left, right, left), Example("add", [:], left),
        Example("div", [:], [.any(left), .positive(right)]),
        Example("where", [:], left, right, left),
        Example("moving_average", ["decay": 0.9], left, right),
      ]
  }

  static let powers: [Example] = pairs.map { left, right in
    Example("pow", [:], [.positive(left), .any(right)])
  }

  static let reductions: [Example] = {
    let cases: [([Int], [AttributeValue])] = [
      ([1], [0]), ([5], [0]), ([5], [-1]), ([2, 3], [0]), ([2, 3], [1]), ([2, 3], [0, 1]),
      ([3, 1], [1]), ([1, 4], [0]), ([2, 3, 4], [1]), ([2, 3, 4], [0, 2]), ([2, 1, 3], [-1, 0]),
      ([2, 3, 4, 5], [0, 2, 3]), ([2, 3, 3, 3], [2, 3]), ([1, 1, 3, 1], [2]),
      ([2, 3, 1, 1], [1]), ([3, 2, 2, 4], [-3]), ([2, 2, 2, 2], [0, 1, 2, 3]),
    ]
    let some = cases.flatMap { shape, axes in
      ["sum", "mean", "amax", "amin"].flatMap {
        [
          Example($0, ["axes": .list(axes)], shape),
          Example($0, ["axes": .list(axes), "keepdims": true], shape),
        ]
      }
    }
    let whole = anyShapes.flatMap { shape in
      ["sum", "mean", "amax", "amin"].map { Example($0, [:], shape) }
    }
    let moments = cases.map { Example("moments", ["axes": .list($1)], $0) }
    let more: [Example] = [
      Example("moments", ["axes": [0]], [7]), Example("moments", ["axes": [1, 2]], [3, 2, 5]),
      Example("moments", ["axes": [1, 2, 3]], [2, 2, 3, 3]),
      Example("moments", ["axes": [0, 2, 3]], [1, 2, 5, 1]),
    ]
    let shares = cases.flatMap { shape, axes in
      axes.flatMap {
        [Example("softmax", ["axis": $0], shape), Example("log_softmax", ["axis": $0], shape)]
      }
    }
    return some + whole + moments + more + shares
  }()

  static let losses: [Example] =
    anyShapes.flatMap { shape -> [Example] in
      ["mse", "l1", "hinge"].map { Example($0, [:], shape, shape) }
        + [
          Example("bce", [:], shape, []),
          Example("bce", ["reduction": "sum"], [.any(shape), .positive(shape), .any(shape)]),
          Example("bce", ["reduction": "none"], shape, shape),
          Example("mse", ["reduction": "none"], shape, []),
          Example("hinge", ["form": "generator"], shape),
          Example("kl", [:], shape, shape),
          Example("kl", ["scale": "log_sigma", "reduction": "sum"], shape, shape),
        ]
    }
    + (1...5).flatMap { rows in
      [1, 2, 5, 8].map { classes in
        Example("cross_entropy", [:], [.any([rows, classes]), .index([rows], below: classes)])
      }
    }
}
