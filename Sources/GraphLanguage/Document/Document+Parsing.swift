package import GraphIR

extension Document {
  /// Reads the file at `path` with everything that it includes, and applies `--set`.
  ///
  /// A file may declare anew what the files that it includes declare: that is how a preset changes a model. Throws
  /// every independent error that all the files have.
  package static func parse(
    path: String, overrides: Overrides = .none, loader: SourceLoader = .files
  ) throws(Diagnostics) -> Document {
    var reader = DocumentReader(loader: loader)
    reader.load(path, mentioned: nil, within: [])
    overrides.apply(to: &reader.document.params, log: reader.log)
    try reader.log.throwIfAny()
    return reader.document
  }
}

/// Loads files, included ones before those that include them, and merges their sections.
private struct DocumentReader {
  private static let fileLimit = 64

  let loader: SourceLoader
  let log = DiagnosticLog()
  var document = Document(
    name: "", params: [], bindings: [], requirements: [], blocks: [], networks: [], optimizers: [],
    schedules: [], draws: [], data: [], programs: [], sources: [])
  /// Where a name was declared last, by the kind of thing that it names.
  private var declared: [String: [String: SourceLocation]] = [:]
  /// The files that each file includes, directly or not.
  private var included: [String: Set<String>] = [:]

  init(loader: SourceLoader) { self.loader = loader }

  /// Reads one file unless it was read before.
  ///
  /// - Parameters:
  ///   - mention: the `include` that names it; nil for the main file.
  ///   - open: the files that are being read, outermost first.
  mutating func load(_ path: String, mentioned mention: SourceLocation?, within open: [String]) {
    if let start = open.firstIndex(of: path) {
      log.report(Diagnostic(.cyclicInclude(open[start...] + [path]), at: mention))
      return
    }
    guard !document.sources.contains(where: { $0.path == path }) else { return }
    guard document.sources.count < Self.fileLimit else {
      log.report(Diagnostic(.tooManyFiles(Self.fileLimit), at: mention))
      return
    }
    guard let root = read(path, mentioned: mention) else { return }
    let file = SyntaxParser(log: log).file(root, isMain: mention == nil)
    for include in file.includes {
      let part = SourceLoader.resolve(include.text, from: path)
      load(part, mentioned: include.location, within: open + [path])
      included[path, default: []].formUnion([part] + (included[part] ?? []))
    }
    merge(file)
  }

  private mutating func read(_ path: String, mentioned mention: SourceLocation?) -> YAMLNode? {
    do {
      let bytes = try loader.read(path)
      document.sources.append(SourceFile(path: path, bytes: bytes))
      return log.attempt { () throws(Diagnostic) in try YAMLNode.parse(bytes, file: path) }
    } catch {
      log.report(Diagnostic(.cannotRead(path, error), at: mention))
      return nil
    }
  }

  private mutating func merge(_ file: FileSyntax) {
    if let name = file.name, mayDeclare(Name(text: "name", location: name.location), "a model") {
      document.name = name.text
    }
    if let precision = file.precision,
      mayDeclare(Name(text: "precision", location: precision.location), "a model's precision")
    {
      document.precision = precision.value
    }
    merge(file.params.compactMap { checked($0) }, into: \.params, "a value")
    merge(file.bindings, into: \.bindings, "a value")
    document.requirements += file.requirements
    merge(file.schedules, into: \.schedules, "a value")
    // Blocks and networks are used in the same way, so that their names must differ as well.
    merge(file.blocks, into: \.blocks, "a block or network")
    merge(file.networks, into: \.networks, "a block or network")
    merge(file.optimizers, into: \.optimizers, "an optimizer")
    merge(file.draws, into: \.draws, "a draw")
    merge(file.data, into: \.data, "an input's data")
    for program in file.programs {
      if program.name != "train" {
        merge([program], into: \.programs, "a program")
      } else if mayDeclare(Name(text: "train", location: program.location), "a program") {
        document.train = program
      }
    }
  }

  /// Adds declarations; one of a name that an included file declares takes the place of that one.
  private mutating func merge<Declaration: NamedDeclaration>(
    _ new: [Declaration], into section: WritableKeyPath<Document, [Declaration]>,
    _ subject: String
  ) {
    for declaration in new {
      let name = Name(text: declaration.name, location: declaration.location)
      let index = document[keyPath: section].firstIndex { $0.name == declaration.name }
      guard mayDeclare(name, subject, replacing: index != nil) else { continue }
      if let index {
        document[keyPath: section][index] = declaration
      } else {
        document[keyPath: section].append(declaration)
      }
    }
  }

  /// The parameter as it may replace one of an included file: of the same type, and one of its choices.
  private func checked(_ parameter: Parameter) -> Parameter? {
    guard let old = document.params.first(where: { $0.name == parameter.name }) else {
      return parameter
    }
    var new = parameter
    if new.choices.isEmpty { new.choices = old.choices }
    guard new.value.hasType(of: old.value) else {
      log.report(
        Diagnostic(
          .typeMismatch(new.value.plainText, parameter: old), at: new.location,
          notes: [.init("'\(old.name)' is declared here first", at: old.location)]))
      return nil
    }
    guard new.allows(new.value) else {
      log.report(Diagnostic(.notAChoice(new.value, new), at: new.location))
      return nil
    }
    return new
  }

  /// Whether a name is new, or replaces the same kind of thing of a file that this one includes.
  private mutating func mayDeclare(
    _ name: Name, _ subject: String, replacing: Bool = true
  ) -> Bool {
    if let earlier = declared[subject]?[name.text] {
      guard replacing, included[name.location.file]?.contains(earlier.file) == true else {
        log.report(.duplicate(subject, name, first: earlier))
        return false
      }
    }
    declared[subject, default: [:]][name.text] = name.location
    return true
  }
}

/// Something that a file declares by name, and that a file which includes it may declare anew.
private protocol NamedDeclaration {
  var name: String { get }
  var location: SourceLocation { get }
}

extension Parameter: NamedDeclaration {}
extension LetBinding: NamedDeclaration {}
extension BlockDeclaration: NamedDeclaration {}
extension NetworkDeclaration: NamedDeclaration {}
extension OptimizerDeclaration: NamedDeclaration {}
extension ScheduleDeclaration: NamedDeclaration {}
extension ProgramDeclaration: NamedDeclaration {}
extension DrawDeclaration: NamedDeclaration {}
extension DataDeclaration: NamedDeclaration { fileprivate var name: String { input } }

extension Diagnostic.Message {
  fileprivate static func cyclicInclude(_ paths: ArraySlice<String>) -> Self {
    "files include each other: \(paths.map { "'\($0.excerpt)'" }.joined(separator: " -> "))"
  }

  fileprivate static func tooManyFiles(_ limit: Int) -> Self {
    "a model of more than \(limit) files"
  }

  fileprivate static func cannotRead(_ path: String, _ failure: SourceLoader.Failure) -> Self {
    let reason =
      switch failure {
      case .missing: "there is no such file"
      case .notAFile: "it is not a regular file"
      case .tooLong: "it is longer than \(YAMLLimits.bytes) bytes"
      case .unreadable: "it may not be read"
      }
    return "cannot read '\(path.excerpt)': \(reason)"
  }
}
