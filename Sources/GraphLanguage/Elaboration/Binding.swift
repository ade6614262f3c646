import GraphIR
import Plan

/// What a name stands for inside a block, a network or a program.
struct Binding {
  enum Content {
    /// The outputs of a node, the principal one first.
    case ports([(name: String, value: Value)])
    /// The copies that `repeat` or `branches` made, each with names of its own.
    case instances([NodeScope])
    /// A node that could not be built; whatever reads it is passed over in silence, because its cause is reported.
    case poisoned
  }

  var name: String
  var content: Content
  var location: SourceLocation?
}

/// The names that the nodes of one block instance, network call or program can see.
final class NodeScope {
  /// Block instances from the outside in, joined by dots; empty at the top of a program.
  let path: String
  /// Where weights of nodes in this scope belong, such as `generator/ca`; nil outside networks.
  let parameterPath: String?
  /// Parameters, `let`s and repeat indices; a `repeat` without a name changes them for each round.
  var numbers: Scope
  let call: CallContext
  private(set) var bindings: [String: Binding] = [:]
  /// In order of declaration.
  private(set) var order: [String] = []
  private var used: Set<String> = []
  private var counts: [String: Int] = [:]
  /// Whether a node here could not be built; what it would have read then counts as read.
  var hasFailed = false
  /// What `_` and a missing `from` mean.
  var previous: String?

  init(path: String, parameterPath: String?, numbers: Scope, call: CallContext) {
    self.path = path
    self.parameterPath = parameterPath
    self.numbers = numbers
    self.call = call
  }

  func path(of name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

  func parameterPath(of name: String) -> String? {
    parameterPath.map { $0.hasSuffix("/") ? $0 + name : "\($0).\(name)" }
  }

  /// `relu`, then `relu_2`, `relu_3`.
  func freeName(for kind: String) -> String {
    counts[kind, default: 0] += 1
    let count = counts[kind, default: 1]
    let name = count == 1 ? kind : "\(kind)_\(count)"
    return bindings[name] == nil ? name : freeName(for: kind)
  }

  func bind(_ binding: Binding) {
    bindings[binding.name] = binding
    order.append(binding.name)
    previous = binding.name
  }

  func markUsed(_ name: String) { used.insert(name) }

  /// Bindings that nobody read, in order of declaration.
  var unused: [Binding] { order.filter { !used.contains($0) }.compactMap { bindings[$0] } }
}

/// What all nodes of one network call share.
struct CallContext {
  /// `train` or `eval`: what batch normalisation and dropout do.
  var mode: String
  /// The network's `init:` section.
  var initializers: InitializerTable
  /// For a moving average: its weights' prefix and that of the network it follows, whose first values it copies.
  var follows: (from: String, to: String)?
  /// Blocks being expanded, to refuse recursion.
  var activeBlocks: [String] = []

  /// The first value of a weight: the followed network's, if there is one.
  func firstValue(_ initializer: Initializer, of name: String) -> Initializer {
    guard let follows, name.hasPrefix(follows.from) else { return initializer }
    return .copy(of: follows.to + name.dropFirst(follows.from.count))
  }
}
