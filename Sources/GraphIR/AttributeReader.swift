/// Hands an operator its attributes, and remembers what it asked for.
///
/// The reads are the declaration: unknown attributes, documentation and schema all come from them, so that nothing is
/// declared twice.
package struct AttributeReader {
  /// Turns text such as `gf_dim * 8` into a number.
  package typealias Evaluator = (String, SourceLocation?) throws(Diagnostic) -> AttributeValue

  private let owner: String
  private let given: [Attribute]
  private let location: SourceLocation?
  private let evaluator: Evaluator?
  /// Only asks what there is: a missing attribute gets a stand-in.
  private let isDescribing: Bool
  package private(set) var descriptions: [AttributeDescription] = []

  package init(
    _ given: [Attribute], of owner: String, at location: SourceLocation? = nil,
    evaluating evaluator: Evaluator? = nil
  ) {
    self.owner = owner
    self.given = given
    self.location = location
    self.evaluator = evaluator
    isDescribing = false
  }

  private init(describing owner: String) {
    self.owner = owner
    given = []
    location = nil
    evaluator = nil
    isDescribing = true
  }

  /// The attributes that operators of this type read, without building a real one.
  package static func describe(_ type: any Operator.Type) -> [AttributeDescription] {
    var reader = AttributeReader(describing: type.name)
    _ = try? type.init(&reader)
    return reader.descriptions
  }

  package mutating func has(_ name: String) -> Bool { given.contains { $0.name == name } }

  // MARK: Reading

  package mutating func int(
    _ name: String, default standard: Int? = nil, _ documentation: String = ""
  ) throws(Diagnostic) -> Int {
    try read(name, .integer, standard.map { .integer($0) }, standIn: .integer(1), documentation) {
      reader, value throws(Diagnostic) in
      try reader.integer(value, name)
    }
  }

  package mutating func number(
    _ name: String, default standard: Double? = nil, _ documentation: String = ""
  ) throws(Diagnostic) -> Double {
    try read(name, .number, standard.map { .real($0) }, standIn: .real(1), documentation) {
      reader, value throws(Diagnostic) in
      try reader.real(value, name)
    }
  }

  package mutating func bool(
    _ name: String, default standard: Bool, _ documentation: String = ""
  ) throws(Diagnostic) -> Bool {
    try read(name, .boolean, .bool(standard), standIn: .bool(standard), documentation) {
      reader, value throws(Diagnostic) in
      switch try reader.resolved(value, name) {
      case .bool(let flag): return flag
      case .integer(let number) where number == 0 || number == 1: return number == 1
      default: throw reader.mismatch(name, "true or false", value)
      }
    }
  }

  package mutating func choice(
    _ name: String, among choices: [String], default standard: String? = nil,
    _ documentation: String = ""
  ) throws(Diagnostic) -> String {
    try read(
      name, .choice(choices), standard.map { .text($0) }, standIn: .text(choices[0]), documentation
    ) { reader, value throws(Diagnostic) in
      guard case .text(let text) = value, choices.contains(text) else {
        throw reader.mismatch(name, "one of \(choices.joined(separator: ", "))", value)
      }
      return text
    }
  }

  package mutating func text(
    _ name: String, default standard: String? = nil, _ documentation: String = ""
  ) throws(Diagnostic) -> String {
    try read(name, .text, standard.map { .text($0) }, standIn: .text(""), documentation) {
      reader, value throws(Diagnostic) in
      guard case .text(let text) = value else { throw reader.mismatch(name, "text", value) }
      return text
    }
  }

  /// A list of integers; a single integer stands for a list in which all are equal.
  ///
  /// - Parameter counts: the lengths allowed; a single value is repeated to the last of them. Empty: any length.
  package mutating func ints(
    _ name: String, counts: [Int] = [], default standard: [Int]? = nil, _ documentation: String = ""
  ) throws(Diagnostic) -> [Int] {
    try read(
      name, .integers, standard.map { AttributeValue.integers($0) },
      standIn: .integers([Int](repeating: 1, count: counts.last ?? 1)), documentation
    ) { reader, value throws(Diagnostic) in
      guard case .list(let items) = value else {
        let single = try reader.integer(value, name)
        return [Int](repeating: single, count: counts.last ?? 1)
      }
      guard counts.isEmpty || counts.contains(items.count) else {
        throw reader.mismatch(
          name, counts.map(String.init).joined(separator: " or ") + " integers", value)
      }
      var result = [Int]()
      for item in items { result.append(try reader.integer(item, name)) }
      return result
    }
  }

  /// A list of numbers; a single number is a list of one.
  package mutating func numbers(
    _ name: String, count: Int? = nil, default standard: [Double]? = nil,
    _ documentation: String = ""
  ) throws(Diagnostic) -> [Double] {
    try read(
      name, .numbers, standard.map { .list($0.map { .real($0) }) },
      standIn: .list([AttributeValue](repeating: .real(0.5), count: count ?? 1)), documentation
    ) { reader, value throws(Diagnostic) in
      var items = [value]
      if case .list(let list) = value { items = list }
      guard count == nil || items.count == count else {
        throw reader.mismatch(name, "\(count ?? 0) numbers", value)
      }
      var result = [Double]()
      for item in items { result.append(try reader.real(item, name)) }
      return result
    }
  }

  /// Fails if an attribute was given that nobody read.
  package func finish() throws(Diagnostic) {
    let known = descriptions.map(\.name)
    guard let unknown = given.first(where: { !known.contains($0.name) }) else { return }
    throw Diagnostic(
      .unknownAttribute(unknown.name, of: owner, known: known), at: unknown.location ?? location)
  }

  // MARK: Converting

  private mutating func read<Result>(
    _ name: String, _ kind: AttributeDescription.Kind, _ standard: AttributeValue?,
    standIn: AttributeValue, _ documentation: String,
    _ convert: (AttributeReader, AttributeValue) throws(Diagnostic) -> Result
  ) throws(Diagnostic) -> Result {
    describe(name, kind, standard?.description, documentation)
    if let attribute = given.first(where: { $0.name == name }) {
      do {
        return try convert(self, attribute.value)
      } catch {
        throw error.located(at: attribute.location ?? location, in: "")
      }
    }
    if let standard { return try convert(self, standard) }
    guard isDescribing else { throw missing(name) }
    return try convert(self, standIn)
  }

  /// An attribute that must be given is not there; perhaps it stands there misspelt.
  private func missing(_ name: String) -> Diagnostic {
    let unread = given.filter { attribute in
      !descriptions.contains { $0.name == attribute.name }
    }
    guard let misspelt = Suggestion.closest(to: name, among: unread.map(\.name)) else {
      return Diagnostic(.missing(name, of: owner), at: location)
    }
    return Diagnostic(
      .misspelt(misspelt, insteadOf: name, of: owner),
      at: unread.first { $0.name == misspelt }?.location ?? location)
  }

  private mutating func describe(
    _ name: String, _ kind: AttributeDescription.Kind, _ standard: String?, _ documentation: String
  ) {
    guard !descriptions.contains(where: { $0.name == name }) else { return }
    descriptions.append(
      AttributeDescription(
        name: name, kind: kind, defaultText: standard, documentation: documentation))
  }

  private func resolved(_ value: AttributeValue, _ name: String) throws(Diagnostic)
    -> AttributeValue
  {
    guard case .text(let text) = value, let evaluator else { return value }
    return try evaluator(text, given.first { $0.name == name }?.location ?? location)
  }

  private func integer(_ value: AttributeValue, _ name: String) throws(Diagnostic) -> Int {
    let number: Int
    switch try resolved(value, name) {
    case .integer(let given): number = given
    case .real(let given) where given == given.rounded() && given.magnitude < 1e15:
      number = Int(given)
    default: throw mismatch(name, "a whole number", value)
    }
    // Products of two such numbers do not overflow, which shape rules rely on.
    guard -TensorType.extentLimit...TensorType.extentLimit ~= number else {
      throw Diagnostic(.beyondLimit(number, of: name, owner))
    }
    return number
  }

  private func real(_ value: AttributeValue, _ name: String) throws(Diagnostic) -> Double {
    switch try resolved(value, name) {
    case .integer(let number): return Double(number)
    case .real(let number): return number
    default: throw mismatch(name, "a number", value)
    }
  }

  private func mismatch(_ name: String, _ wanted: String, _ found: AttributeValue) -> Diagnostic {
    Diagnostic("type mismatch: '\(name)' of \(owner) wants \(wanted), found \(found)")
  }
}

extension Diagnostic.Message {
  fileprivate static func unknownAttribute(_ name: String, of owner: String, known: [String])
    -> Self
  {
    let suggestion = Suggestion.phrase(for: name, among: known)
    let allowed = known.isEmpty ? "it takes none" : "it takes \(known.joined(separator: ", "))"
    return "unknown attribute '\(name)' of \(owner)\(suggestion); \(allowed)"
  }

  fileprivate static func beyondLimit(_ number: Int, of name: String, _ owner: String) -> Self {
    """
    '\(name)' of \(owner) must lie between -\(TensorType.extentLimit) and \(TensorType.extentLimit), \
    found \(number)
    """
  }

  fileprivate static func missing(_ name: String, of owner: String) -> Self {
    "\(owner) needs the attribute '\(name)'"
  }

  fileprivate static func misspelt(_ found: String, insteadOf name: String, of owner: String)
    -> Self
  {
    "unknown attribute '\(found)' of \(owner) (did you mean '\(name)'?); \(owner) needs '\(name)'"
  }
}
