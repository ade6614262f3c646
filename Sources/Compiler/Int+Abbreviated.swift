extension Int {
  /// The number in thousands, millions or billions: 276k, 3M, 12G.
  var abbreviated: String {
    let units = [(1_000_000_000, "G"), (1_000_000, "M"), (1000, "k")]
    guard let (unit, letter) = units.first(where: { self >= $0.0 }) else { return "\(self)" }
    return "\((self + unit / 2) / unit)\(letter)"
  }
}
