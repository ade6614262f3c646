import GraphIR
import Plan

/// The `init:` section of a network: first values by operator kind and parameter name.
struct InitializerTable {
  /// The network's rules, in the order of the file.
  var rules: [InitializerRule] = []

  /// The initialiser of a parameter: the node's own `init`, else the network's, else the operator's default.
  func initializer(
    of parameter: ParameterDeclaration, kind: String, override: [Attribute], numbers: Scope
  ) throws(Diagnostic) -> Initializer {
    let shared = rules.first { $0.kind.text == kind }?.parameters ?? []
    guard let specification = (override + shared).first(where: { $0.key == parameter.name }) else {
      return parameter.initializer
    }
    return try InitializerReader(parameter: parameter, numbers: numbers).read(specification.value)
  }

  /// Rules that can apply to nothing: of a kind that is no operator, or for a parameter that nobody has.
  ///
  /// - Parameter parameters: the last parts of the names of the network's weights.
  func mistakes(catalog: OperatorCatalog, parameters: Set<String>) -> [Diagnostic] {
    // A rule for biases may stand in a network whose layers happen to have none.
    let known = parameters.union(["weight", "bias"]).sorted()
    return rules.flatMap { rule in
      guard catalog.networkOperator(rule.kind.text) != nil else {
        let kinds = catalog.networkOperators.map { $0.name }
        return [Diagnostic(.unknownKind(rule.kind.text, among: kinds), at: rule.kind.location)]
      }
      return rule.parameters.filter { !known.contains($0.key) }.map { entry in
        Diagnostic(.unknownParameter(entry.key, among: known), at: entry.keyLocation)
      }
    }
  }
}

/// Reads `0`, `{normal: [0, 0.02]}`, `kaiming_normal`, `{orthogonal: 1}` and their kin.
struct InitializerReader {
  let parameter: ParameterDeclaration
  let numbers: Scope

  private static let schemes = [
    "constant", "zeros", "ones", "normal", "truncated_normal", "uniform", "kaiming_normal",
    "kaiming_uniform", "xavier_normal", "xavier_uniform", "orthogonal",
  ]

  private static let noArgument: Set = ["zeros", "ones"]
  /// The gain.
  private static let singleArgument: Set = [
    "kaiming_normal", "kaiming_uniform", "xavier_normal", "xavier_uniform", "orthogonal",
  ]

  func read(_ node: YAMLNode) throws(Diagnostic) -> Initializer {
    switch node.content {
    case .mapping(let entries):
      guard entries.count == 1, let entry = entries.first, let scheme = entry.key.text else {
        throw Diagnostic(
          "an initialiser is a number or one scheme, such as {normal: [0, 0.02]}", at: node.location
        )
      }
      return try scheme == "constant"
        ? .constant(number(entry.value))
        : initializer(scheme, numbersOf(entry.value), at: entry.key.location)
    case .scalar(let text, _) where Self.schemes.contains(text):
      return try initializer(text, [], at: node.location)
    default:
      return .constant(try number(node))
    }
  }

  private func initializer(
    _ scheme: String, _ arguments: [Double], at location: SourceLocation
  ) throws(Diagnostic) -> Initializer {
    let limit = Self.singleArgument.contains(scheme) ? 1 : Self.noArgument.contains(scheme) ? 0 : 2
    guard arguments.count <= limit else {
      throw Diagnostic(.tooManyArguments(scheme, arguments.count, limit: limit), at: location)
    }
    func argument(_ index: Int, _ standard: Double) -> Double {
      index < arguments.count ? arguments[index] : standard
    }
    let (fanIn, fanOut) = (Double(parameter.fanIn), Double(parameter.fanOut))
    switch scheme {
    case "zeros": return .constant(0)
    case "ones": return .constant(1)
    case "normal": return .normal(mean: argument(0, 0), std: argument(1, 1))
    case "truncated_normal": return .truncatedNormal(mean: argument(0, 0), std: argument(1, 1))
    case "uniform": return .uniform(low: argument(0, -1), high: argument(1, 1))
    case "kaiming_normal":
      return .normal(mean: 0, std: argument(0, 2.0.squareRoot()) / fanIn.squareRoot())
    case "kaiming_uniform":
      let bound = argument(0, 2.0.squareRoot()) * (3 / fanIn).squareRoot()
      return .uniform(low: -bound, high: bound)
    case "xavier_normal":
      return .normal(mean: 0, std: argument(0, 1) * (2 / (fanIn + fanOut)).squareRoot())
    case "xavier_uniform":
      let bound = argument(0, 1) * (6 / (fanIn + fanOut)).squareRoot()
      return .uniform(low: -bound, high: bound)
    case "orthogonal": return .orthogonal(gain: argument(0, 1))
    default: throw Diagnostic(.unknownScheme(scheme, known: Self.schemes), at: location)
    }
  }

  private func number(_ node: YAMLNode) throws(Diagnostic) -> Double {
    try node.number(in: numbers)
  }

  private func numbersOf(_ node: YAMLNode) throws(Diagnostic) -> [Double] {
    guard case .sequence(let items) = node.content else { return [try number(node)] }
    var result: [Double] = []
    for item in items { result.append(try number(item)) }
    return result
  }
}

extension Diagnostic.Message {
  fileprivate static func unknownKind(_ kind: String, among kinds: [String]) -> Self {
    "'init' names '\(kind)', which is no operator\(Suggestion.phrase(for: kind, among: kinds))"
  }

  fileprivate static func unknownParameter(_ name: String, among known: [String]) -> Self {
    """
    'init' names the parameter '\(name)', which no node of this network has\
    \(Suggestion.phrase(for: name, among: known)); there are \(known.joined(separator: ", "))
    """
  }

  fileprivate static func tooManyArguments(_ scheme: String, _ found: Int, limit: Int) -> Self {
    "the initialiser '\(scheme)' takes at most \(limit) number\(limit == 1 ? "" : "s"), got \(found)"
  }

  fileprivate static func unknownScheme(_ scheme: String, known: [String]) -> Self {
    """
    unknown initialiser '\(scheme)'\(Suggestion.phrase(for: scheme, among: known)); \
    there are \(known.joined(separator: ", "))
    """
  }
}
