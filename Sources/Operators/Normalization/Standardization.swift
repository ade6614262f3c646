import GraphIR
import Plan

/// What batch, instance and layer normalisation have in common: x̂ = (x - mean) / √(variance + eps).
///
/// Statistics keep the reduced axes with extent 1, so everything but x itself is small.
struct Standardization {
  var x: Value
  var mean: Value
  var variance: Value
  /// 1 / √(variance + eps).
  var inverse: Value

  init(
    x: Value, mean: Value, variance: Value, eps: Double, in graph: inout Graph
  ) throws(Diagnostic) {
    self.x = x
    self.mean = mean
    self.variance = variance
    inverse = try graph.rsqrt(graph.add(variance, eps))
  }

  /// x̂.
  func standardized(in graph: inout Graph) throws(Diagnostic) -> Value {
    try graph.multiply(graph.subtract(x, mean), inverse)
  }

  /// `scale · (x - mean) / √(variance + eps) + shift`, with one factor a statistic.
  ///
  /// The mean is subtracted first: folding it into the shift would lose digits where it is large.
  func scaled(by scale: Value?, shift: Value?, in graph: inout Graph) throws(Diagnostic) -> Value {
    let factor = try scale.map { scale throws(Diagnostic) in try graph.multiply(inverse, scale) }
    let result = try graph.multiply(graph.subtract(x, mean), factor ?? inverse)
    guard let shift else { return result }
    return try graph.add(result, shift)
  }

  /// The gradient of x, given those of y = `factor`·(x - mean) and of both statistics.
  ///
  /// `dx = factor · (g - Σg/n - (x - mean) · inverse · Σ(g·x̂)/n) + dmean/n + dvariance · 2 (x - mean)/n`: one pass over
  /// x and g for the sums, one for dx, everything in brackets that is small computed once a statistic.
  ///
  /// - Parameters:
  ///   - total: Σg over the axes of the statistics.
  ///   - product: Σ(g·x̂) over the same.
  func inputGradient(
    from gradient: (value: Value, total: Value, product: Value, factor: Value)?,
    meanGradient: Value?, varianceGradient: Value?, in graph: inout Graph
  ) throws(Diagnostic) -> Value? {
    let throughMoments = try momentsGradient(
      of: x, mean: mean, meanGradient: meanGradient, varianceGradient: varianceGradient, in: &graph)
    guard let gradient else { return throughMoments }
    let share = Double(graph.type(of: mean).count) / Double(graph.type(of: x).count)
    let average = try graph.multiply(gradient.total, share)
    let slope = try graph.multiply(graph.multiply(gradient.product, share), inverse)
    let centred = try graph.subtract(gradient.value, average)
    let along = try graph.multiply(graph.subtract(x, mean), slope)
    let direct = try graph.multiply(graph.subtract(centred, along), gradient.factor)
    return try graph.addIfPresent(direct, throughMoments)
  }
}
