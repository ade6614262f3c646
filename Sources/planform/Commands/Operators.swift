import ArgumentParser
import GraphIR
import Operators
import Runtime

/// `planform operators`: the vocabulary of the language.
struct Operators: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Lists the operators with formula, inputs, attributes and shapes.",
    discussion: """
      Examples:
        planform operators
        planform operators conv2d
      """)

  @Argument(help: "Only this operator.")
  var name: String?

  @Flag(help: "Print Markdown, for manuals.")
  var markdown = false

  func run() throws {
    let all = OperatorCatalog.standard.networkOperators
    guard let name else {
      return OperatorCatalogue(operators: all).print(markdown: markdown)
    }
    guard let type = all.first(where: { $0.name == name }) else {
      throw ValidationError(
        "there is no operator '\(name)'\(Suggestion.phrase(for: name, among: all.map { $0.name }))")
    }
    OperatorCatalogue(operators: [type]).print(markdown: markdown)
  }
}
