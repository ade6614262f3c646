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
  private var builtNodes = 0

  /// The most nodes that all programs of a file may come to once blocks and repeats are unrolled.
  private static let nodeLimit = 20_000
  /// The most errors that are kept; a wrong node in a `repeat` is wrong each time.
  private static let diagnosticLimit = 100

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

  /// Counts a node, or a round of a `repeat`; false, and reported once, when the file asks for too many.
  func admitNode(at location: SourceLocation) -> Bool {
    builtNodes += 1
    if builtNodes == Self.nodeLimit + 1 {
      report(Diagnostic(.tooManyNodes(Self.nodeLimit), at: location))
    }
    return builtNodes <= Self.nodeLimit
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
    guard diagnostics.count < Self.diagnosticLimit, diagnostic.message != .consequence, !isKnown
    else { return }
    diagnostics.append(diagnostic)
  }
}

extension Diagnostic.Message {
  /// Thrown where a poisoned name is read: its cause has been reported.
  static let consequence = Diagnostic.Message("depends on a node that could not be built")

  fileprivate static func tooManyNodes(_ limit: Int) -> Self {
    "the file unrolls to more than \(limit) nodes; repeat fewer of them"
  }
}
