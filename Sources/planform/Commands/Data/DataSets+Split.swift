import ArgumentParser
import Foundation
import Training

extension DataSets {
  /// `planform data split`.
  struct Split: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "split",
      abstract: "Divides a data set into one to train with and one to test with.",
      discussion: """
        By sorted75 the first three quarters, in the order of the paths, are to train with; by class, pictures of some
        classes are seen in the test only. The same data set always divides alike.

        Examples:
          planform data split flowers.safetensors --mode sorted75 -o train.safetensors,test.safetensors
          planform data split birds.safetensors --mode class --test-classes @unseen.txt -o a.safetensors,b.safetensors
        """)

    enum Mode: String, CaseIterable, ExpressibleByArgument { case sorted75, `class` }

    @Argument(help: "The data set.", completion: .file(extensions: ["safetensors"]))
    var data: String

    @Option(help: "What divides it.")
    var mode: Mode

    @Option(
      help: ArgumentHelp(
        "The classes to test with, separated by commas, or @FILE with one a line.",
        valueName: "class,..."))
    var testClasses: String?

    @Option(
      name: [.short, .long],
      help: ArgumentHelp("Where the parts go, separated by a comma.", valueName: "train,test"))
    var output: String

    func validate() throws {
      guard (mode == .class) == (testClasses != nil) else {
        throw ValidationError("--test-classes: expected with --mode class, and only with it")
      }
      guard Set(output.commaSeparated).count == 2, output.commaSeparated.count == 2 else {
        throw ValidationError("--output: expected two files, TRAIN,TEST, found '\(output)'")
      }
    }

    func run() throws {
      let split = try DataSplit(DataSet.open(path: data), by: rule())
      for (part, path) in zip([split.train, split.test], output.commaSeparated) {
        try split.write(part, to: path)
        print("\(path): \(Quantity.count(part.indices.count, "picture")), \(part.description)")
      }
    }

    private func rule() throws -> DataSplit.Rule {
      guard let testClasses else { return .sorted75 }
      guard testClasses.hasPrefix("@") else { return .classes(test: testClasses.commaSeparated) }
      let lines = try MappedFile(path: String(testClasses.dropFirst())).withBytes {
        String(decoding: $0, as: UTF8.self)
      }.split(whereSeparator: \.isNewline)
      return .classes(test: lines.map { $0.trimmingCharacters(in: .whitespaces) })
    }
  }
}
