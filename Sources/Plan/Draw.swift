/// Which pictures of the data set the samples of a batch are: one of a YAML file's `draws:`.
///
/// Every input that a data set fills belongs to one draw; inputs of the same draw show the same pictures. The draw
/// `sample` exists always.
package struct Draw: Codable, Sendable, Hashable {
  package enum Rule: Codable, Sendable, Hashable {
    /// Shuffled epochs: no picture comes again before all have come.
    case epochs
    /// Every class equally often, and within a class shuffled epochs.
    case balanced
    /// For each sample one picture at random that is so related to the other draw's.
    case related(to: String, Relation)
  }

  package enum Relation: String, Codable, Sendable, Hashable, CaseIterable {
    /// Another picture of the same class; the same picture where the class has no other.
    case same
    /// A picture of any other class.
    case other
    /// Any picture, even the same one.
    case any
  }

  /// The draw of inputs that name none.
  package static let sample = "sample"

  package var name: String
  package var rule: Rule

  package init(_ name: String, _ rule: Rule) {
    self.name = name
    self.rule = rule
  }
}
