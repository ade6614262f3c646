package import GraphIR

extension Document {
  /// Reads the file at `path` with everything that it includes, and applies `--set`.
  ///
  /// Throws every independent error that all the files have.
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
    name: "", params: [], bindings: [], blocks: [], networks: [], optimizers: [], schedules: [],
    draws: [], data: [], programs: [], sources: [])
  /// Where a name was first declared, by the kind of thing that it names.
  private var declared: [String: [String: SourceLocation]] = [:]

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
      load(
        SourceLoader.resolve(include.text, from: path), mentioned: include.location,
        within: open + [path])
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
    if let name = file.name {
      _ = isNew(Name(text: "name", location: name.location), "a model")
      document.name = name.text
    }
    document.params += file.params.filter { isNew($0.name, $0.location, "a value") }
    document.bindings += file.bindings.filter { isNew($0.name, $0.location, "a value") }
    document.schedules += file.schedules.filter { isNew($0.name, $0.location, "a value") }
    // Blocks and networks are used in the same way, so that their names must differ as well.
    document.blocks += file.blocks.filter { isNew($0.name, $0.location, "a block or network") }
    document.networks += file.networks.filter {
      isNew($0.name, $0.location, "a block or network")
    }
    document.optimizers += file.optimizers.filter { isNew($0.name, $0.location, "an optimizer") }
    document.draws += file.draws.filter { isNew($0.name, "a draw") }
    document.data += file.data.filter { isNew($0.input, $0.location, "an input's data") }
    for program in file.programs where isNew(program.name, program.location, "a program") {
      if program.name == "train" {
        document.train = program
      } else {
        document.programs.append(program)
      }
    }
  }

  private mutating func isNew(
    _ name: String, _ location: SourceLocation, _ subject: String
  ) -> Bool {
    isNew(Name(text: name, location: location), subject)
  }

  private mutating func isNew(_ name: Name, _ subject: String) -> Bool {
    if let first = declared[subject]?[name.text] {
      log.report(.duplicate(subject, name, first: first))
      return false
    }
    declared[subject, default: [:]][name.text] = name.location
    return true
  }
}

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
