import ArgumentParser
import Foundation

/// `planform data`: builds and inspects data sets.
struct DataSets: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data", abstract: "Builds and inspects data sets.",
    subcommands: [Emoji.self, Fashion.self, Pictures.self, Split.self, Sheet.self])
}

/// Where a data set goes, and how its captions become vectors.
struct TargetOptions: ParsableArguments {
  @Option(
    name: [.short, .long],
    help: ArgumentHelp("Where the data set goes.", valueName: "file"),
    completion: .file(extensions: ["safetensors"]))
  var output: String

  @Option(help: ArgumentHelp("Numbers in a caption's embedding.", valueName: "n"))
  var dimension = 256

  func validate() throws {
    guard 1...65_536 ~= dimension else {
      throw ValidationError("--dimension: expected 1 to 65536, found \(dimension)")
    }
  }

  func report(_ count: Int) { print("\(output): \(Quantity.count(count, "picture"))") }
}

extension String {
  /// The parts between commas, without spaces around them.
  var commaSeparated: [String] {
    split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
  }
}
