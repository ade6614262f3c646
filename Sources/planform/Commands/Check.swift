import ArgumentParser
import GraphIR
import GraphLanguage
import Plan

/// `planform check`: everything about a YAML file that needs no compiling.
struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Checks a YAML file and prints its networks, layers, shapes and parameter counts.",
    discussion: """
      All independent errors of the file and its includes are reported at once.

      Example:
        planform check graphs/stackgan/stage1.yaml --set gf_dim=192 --set df_dim=96
      """)

  @OptionGroup var source: ModelArguments

  @Flag(inversion: .prefixedNo, help: "Print every layer of every network.")
  var layers = true

  func run() throws {
    let document = try source.document()
    let model = try source.model(of: document)
    let report = ModelReport(model: model, document: document)
    report.printOverview()
    report.printNetworks(withLayers: layers)
    try report.printOptimizers()
    report.printPrograms()
    report.printData()
  }
}
