/// Translating pictures of one domain into another.
package struct DomainTask: Sendable, Hashable {
  package let source: Int64
  package let target: Int64
  /// What the task is called: `cat2dog`.
  package let name: String

  /// Every ordered pair of different domains of a data set, targets in order and sources within them.
  package static func all(of dataSet: DataSet) -> [DomainTask] {
    let domains = Set(dataSet.labels ?? []).sorted()
    return domains.flatMap { target in
      domains.filter { $0 != target }.map { source in
        DomainTask(
          source: source, target: target,
          name: "\(dataSet.domainName(source))2\(dataSet.domainName(target))")
      }
    }
  }
}

extension DataSet {
  /// A domain's name, or its number if it has none.
  package func domainName(_ label: Int64) -> String {
    classes.indices.contains(Int(label)) ? classes[Int(label)] : "\(label)"
  }

  /// The positions of a domain's pictures.
  func indices(of domain: Int64) -> [Int] {
    (labels ?? []).indices.filter { labels?[$0] == domain }
  }
}
