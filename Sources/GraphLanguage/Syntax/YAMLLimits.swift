/// Bounds on what a file may ask of the parser, far above any network and far below any harm.
enum YAMLLimits {
  /// Bytes of one file.
  static let bytes = 16 << 20
  /// Nesting of lists and mappings; libyaml alone takes quadratic time over deep ones.
  static let depth = 64
  /// Nodes with every alias counted as the nodes it stands for.
  static let expandedNodes = 1_000_000
  /// Nodes that stand in the file itself: what bounds the memory.
  static let writtenNodes = 250_000
  /// Bytes of one scalar.
  static let scalarBytes = 65_536
  /// Lines that begin with `%`.
  static let directives = 16
}
