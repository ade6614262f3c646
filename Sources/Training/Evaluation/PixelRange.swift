import Plan

extension [DataSource] {
  /// The numbers that stand for black and white in an input, or in the pictures of any input; -1 and 1 unless the data
  /// section says otherwise.
  ///
  /// A network draws in the range in which it is shown pictures.
  func pixelRange(of input: String? = nil) -> (low: Double, high: Double) {
    for source in self where input == nil || source.input == input {
      if case .images(let transform) = source.content { return (transform.low, transform.high) }
    }
    return (-1, 1)
  }
}
