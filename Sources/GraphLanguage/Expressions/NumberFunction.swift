import Foundation
import GraphIR

/// The functions that formulas over numbers may call.
enum NumberFunction: String, CaseIterable {
  case abs, ceil, floor, log2, max, min, round, sqrt

  func accepts(_ count: Int) -> Bool {
    self == .min || self == .max ? count >= 1 : count == 1
  }

  /// How many arguments it takes, for messages.
  var arity: String { self == .min || self == .max ? "at least 1 argument" : "1 argument" }

  /// The function of `values`, of which there are as many as `accepts` allows.
  func apply(_ values: [Number]) throws(Diagnostic) -> Number {
    guard let first = values.first else { return .integer(0) }
    switch self {
    case .min: return values.dropFirst().reduce(first) { $1 < $0 ? $1 : $0 }
    case .max: return values.dropFirst().reduce(first) { $0 < $1 ? $1 : $0 }
    case .abs: return first < .integer(0) ? try .integer(0) - first : first
    case .log2: return try .finite(Foundation.log2(first.double), "log2(\(first))")
    case .sqrt: return try .finite(first.double.squareRoot(), "sqrt(\(first))")
    case .floor: return first.rounded(.down)
    case .ceil: return first.rounded(.up)
    // As in Python, halves go to the even neighbour.
    case .round: return first.rounded(.toNearestOrEven)
    }
  }
}

extension Number: Comparable {
  package static func < (left: Number, right: Number) -> Bool {
    if case (.integer(let a), .integer(let b)) = (left, right) {
      a < b
    } else {
      left.double < right.double
    }
  }
}

extension Number {
  fileprivate func rounded(_ rule: FloatingPointRoundingRule) -> Number {
    if case .real(let value) = self { Number(value.rounded(rule)) } else { self }
  }
}
