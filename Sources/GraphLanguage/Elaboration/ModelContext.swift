import GraphIR
import Plan

/// What all programs of a file share while they are being elaborated.
final class ModelContext {
  let document: Document
  let catalog: OperatorCatalog
  /// The file's parameters, after overrides.
  let numbers: Scope
  let blocks: [String: BlockDeclaration]
  var states = StateRegistry()
  private let networks: [String: NetworkDeclaration]
  /// Networks that exist only as moving averages: their name → the network that they follow.
  private let averages: [String: String]
  private(set) var diagnostics: [Diagnostic] = []

  init(document: Document, catalog: OperatorCatalog, numbers: Scope) {
    self.document = document
    self.catalog = catalog
    self.numbers = numbers
    blocks = Dictionary(document.blocks.map { ($0.name, $0) }) { first, _ in first }
    networks = Dictionary(document.networks.map { ($0.name, $0) }) { first, _ in first }
    averages = Dictionary(
      (document.train?.steps ?? []).flatMap(\.nodes).compactMap { node in
        guard case .average(let network, let into, _) = node.form else { return nil }
        return (into.text, network.text)
      }, uniquingKeysWith: { first, _ in first })
  }

  /// A network and the prefix of its weights' names.
  struct CallableNetwork {
    let declaration: NetworkDeclaration
    let name: String
    /// The network whose first weights this one copies, if it is a moving average.
    let follows: String?
    var prefix: String { name + "/" }
  }

  func network(named name: String) -> CallableNetwork? {
    if let declaration = networks[name] {
      return CallableNetwork(declaration: declaration, name: name, follows: nil)
    }
    guard let source = averages[name], let declaration = networks[source] else { return nil }
    return CallableNetwork(declaration: declaration, name: name, follows: source)
  }

  func schedule(_ syntax: ScheduleSyntax) throws(Diagnostic) -> Schedule {
    let numbers = numbers
    return try syntax.schedule { expression throws(Diagnostic) in
      try expression.evaluate(in: numbers)
    }
  }

  /// What `any` on a batch axis means where no call says it: the file's `batch`, or 2.
  var standInBatch: Int {
    guard case .number(let number) = numbers.value(of: "batch"), let batch = number.integer,
      batch > 0
    else { return 2 }
    return batch
  }

  /// Everything that a node may be, for suggestions.
  var callableNames: [String] {
    catalog.networkOperators.map { $0.name } + blocks.keys + networks.keys + averages.keys
      + ["repeat", "branches", "loss", "compute", "minimize", "gradient", "average"]
  }

  /// In the order of the file; those without a place last.
  var diagnosticsByPlace: [Diagnostic] {
    let located = diagnostics.filter { $0.location != nil }.enumerated().sorted { left, right in
      guard let first = left.element.location, let second = right.element.location else {
        return false
      }
      return first == second ? left.offset < right.offset : first < second
    }
    return located.map(\.element) + diagnostics.filter { $0.location == nil }
  }

  /// Keeps a diagnostic for the end of the run.
  ///
  /// Consequences of an earlier one are dropped, and so is the same mistake met again in another call of its network.
  func report(_ diagnostic: Diagnostic) {
    let isKnown = diagnostics.contains { known in
      known.message == diagnostic.message && known.location == diagnostic.location
    }
    guard diagnostic.message != .consequence, !isKnown else { return }
    diagnostics.append(diagnostic)
  }
}

extension Diagnostic.Message {
  /// Thrown where a poisoned name is read: its cause has been reported.
  static let consequence = Diagnostic.Message("depends on a node that could not be built")
}
