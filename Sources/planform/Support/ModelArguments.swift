import ArgumentParser
import Glibc
import GraphIR
import GraphLanguage
import Operators
import Plan
import Runtime
import Training

/// A YAML file and the parameters to override: what `check` and `compile` begin with.
struct ModelArguments: ParsableArguments {
  @Argument(
    help: "The model's YAML file.", completion: .file(extensions: ["yaml", "yml"]))
  var file: String

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Give a parameter of the file another value; may be repeated.", valueName: "name=value"))
  var assignments: [String] = []

  func validate() throws {
    do {
      _ = try Overrides(assignments)
    } catch {
      throw ValidationError("--set: \(error.message.text)")
    }
  }

  /// Reads the file with all that it includes.
  func document() throws -> Document {
    guard access(file, F_OK) == 0 else {
      throw RuntimeError.unreadable(file, code: errno)
    }
    return try Document.parse(path: file, overrides: try Overrides(assignments))
  }

  /// The graphs that the document stands for.
  ///
  /// - Parameter precision: takes the place of what the file says.
  func model(of document: Document, precision: Precision? = nil) throws -> Model {
    var model = try Elaborator.elaborate(
      document, catalog: .standard, sourceHash: try sourceHash(of: document, precision))
    if let precision { model.precision = precision }
    return model
  }

  /// SHA-256 of all sources and of the overrides that count, each preceded by its length.
  private func sourceHash(of document: Document, _ precision: Precision?) throws -> String {
    var hash = SHA256()
    func update(_ bytes: some Collection<UInt8>) {
      hash.update("\(bytes.count) ".utf8)
      hash.update(bytes)
    }
    for source in document.sources { update(source.bytes) }
    let overrides = Dictionary(
      try Overrides(assignments).entries.map { ($0.name, $0.text) },
      uniquingKeysWith: { _, last in last })
    for (name, text) in overrides.sorted(by: { $0.key < $1.key }) { update("\(name)=\(text)".utf8) }
    if let precision { update("--precision \(precision.rawValue)".utf8) }
    return hash.hexDigest()
  }
}
