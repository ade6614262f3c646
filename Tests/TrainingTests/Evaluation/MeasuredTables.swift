import Foundation
import Training

/// Tables of numbers that a formula gives, so that other programs can make the same.
extension FeatureTable {
  /// Row `i`, column `j` is `scale * sin(speed * (i + 1) * (j + 2) + phase) + shift`, rounded to float32.
  static func waves(
    _ count: Int, _ dimension: Int, speed: Double, phase: Double, scale: Float = 1,
    shift: Float = 0
  ) -> FeatureTable {
    FeatureTable(
      dimension: dimension,
      (0..<count).flatMap { row in
        (0..<dimension).map { column in
          Float(sin(speed * Double((row + 1) * (column + 2)) + phase)) * scale + shift
        }
      })
  }

  /// The two tables that NumPy's numbers in these tests were computed from.
  static var first: FeatureTable { waves(40, 6, speed: 0.37, phase: 0.1) }
  static var second: FeatureTable {
    waves(30, 6, speed: 0.53, phase: 0.7, scale: 0.5, shift: 0.25)
  }

  /// Independent draws from a normal distribution, always the same for a seed.
  static func noise(_ count: Int, _ dimension: Int, seed: UInt64) -> FeatureTable {
    var random = Noise(state: seed)
    return FeatureTable(
      dimension: dimension, (0..<count * dimension).map { _ in Float(random.normal()) })
  }
}

/// A small generator of the tests' own.
struct Noise {
  var state: UInt64

  /// A number from 0 to 1, without 0.
  mutating func uniform() -> Double {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return (Double(state >> 11) + 0.5) * 0x1p-53
  }

  /// After Box and Muller.
  mutating func normal() -> Double {
    let radius = (-2 * log(uniform())).squareRoot()
    return radius * cos(2 * Double.pi * uniform())
  }
}
