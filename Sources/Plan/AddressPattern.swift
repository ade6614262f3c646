/// The set of element offsets that a box of indices visits, in a form that can be compared.
///
/// Axes of extent 1 are dropped and the rest sorted by stride; an axis that continues its inner neighbour is merged
/// with it. Two nested patterns visit the same offsets exactly when their axes are equal.
package struct AddressPattern: Hashable, Sendable {
  package struct Axis: Hashable, Sendable {
    package var extent: Int
    package var stride: Int
  }

  /// Innermost first.
  package private(set) var axes: [Axis] = []
  /// The highest offset.
  package private(set) var last = 0
  /// Whether no offset is visited twice.
  package private(set) var isInjective = true

  /// Nil when a stride is negative, an extent is not positive, or an offset does not fit.
  package init?(extent: [Int], strides: [Int]) {
    guard extent.count == strides.count else { return nil }
    var steps: [Axis] = []
    for (extent, stride) in zip(extent, strides) {
      guard extent > 0, stride >= 0 else { return nil }
      if extent > 1 { steps.append(Axis(extent: extent, stride: stride)) }
    }
    steps.sort { ($0.stride, $0.extent) < ($1.stride, $1.extent) }
    for step in steps {
      if step.stride <= last { isInjective = false }
      let (reach, overflow) = (step.extent - 1).multipliedReportingOverflow(by: step.stride)
      let (sum, overflow2) = last.addingReportingOverflow(reach)
      guard !overflow, !overflow2, sum < Int.max else { return nil }
      last = sum
      if let inner = axes.last, inner.stride.multiplied(by: inner.extent) == step.stride,
        let merged = inner.extent.multiplied(by: step.extent)
      {
        axes[axes.count - 1].extent = merged
      } else {
        axes.append(step)
      }
    }
  }

  /// Whether the two patterns, starting at these offsets, certainly share no element.
  ///
  /// Decides slices of one buffer: both repeat with a common period and occupy different parts of it.
  package func isDisjoint(from other: AddressPattern, at start: Int, otherAt otherStart: Int)
    -> Bool
  {
    if start + last < otherStart || otherStart + other.last < start { return true }
    for period in Set(axes.map(\.stride)).intersection(other.axes.map(\.stride)) where period > 1 {
      guard let reach = reach(within: period), let otherReach = other.reach(within: period) else {
        continue
      }
      let (phase, otherPhase) = (start % period, otherStart % period)
      let fits = phase + reach < period && otherPhase + otherReach < period
      if fits && (phase + reach < otherPhase || otherPhase + otherReach < phase) { return true }
    }
    return false
  }

  /// The highest offset of the axes inside one period, when all others are multiples of it.
  private func reach(within period: Int) -> Int? {
    var reach = 0
    for axis in axes {
      if axis.stride % period == 0 { continue }
      guard axis.stride < period else { return nil }
      reach += (axis.extent - 1) * axis.stride
    }
    return reach
  }
}

extension Int {
  /// The product, or nil when it does not fit.
  func multiplied(by other: Int) -> Int? {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? nil : product
  }
}
