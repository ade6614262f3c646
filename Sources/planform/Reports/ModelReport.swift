import GraphIR
import GraphLanguage
import Plan
import Training

/// What `planform check` says about a model.
struct ModelReport {
  let model: Model
  let document: Document

  func printOverview() {
    print(Terminal.heading("model \(model.name)"))
    print("  sources     " + document.sources.map(\.path).joined(separator: ", "))
    let parameters = model.parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    for (index, line) in wrapped(parameters).enumerated() {
      print((index == 0 ? "  parameters  " : "              ") + line)
    }
  }

  func printNetworks(withLayers: Bool) {
    for network in model.networks {
      let count = Quantity.count(network.parameterCount, "parameter")
      print("\n" + Terminal.heading("network \(network.name): \(count)"))
      for (label, ports) in [("inputs ", network.inputs), ("outputs", network.outputs)] {
        print("  \(label)  " + ports.map { "\($0.name) \($0.type)" }.joined(separator: ", "))
      }
      if withLayers { printLayers(of: network) }
    }
    let total = model.networks.reduce(0) { $0 + $1.parameterCount }
    print("\nall networks: \(Quantity.count(total, "parameter"))")
  }

  private func printLayers(of network: NetworkSummary) {
    var table = TextTable(
      [.left, .left, .left, .right], header: ["layer", "operator", "output", "parameters"])
    for layer in network.layers {
      table.append([
        layer.path, layer.op, layer.output.description,
        layer.parameters == 0 ? "" : Quantity.grouped(layer.parameters),
      ])
    }
    table.print()
  }

  /// How many numbers each optimiser updates that a step uses.
  func printOptimizers() throws {
    let counters = Set(model.states.map(\.name).filter { $0.hasSuffix("/step") })
    for optimizer in document.optimizers
    where counters.contains("optimizers/\(optimizer.name)/step") {
      let patterns = try optimizer.update.map { try WeightPattern($0.text) }
      let updated = model.networks.filter { network in
        patterns.contains { $0.match(network.name) != nil }
      }
      let excepted = try optimizer.except.map { try WeightPattern($0.text) }
      let count = model.states.filter { state in
        state.role == .parameter && !excepted.contains { $0.match(state.name) != nil }
          && updated.contains { state.name.hasPrefix($0.name + "/") }
      }.reduce(0) { $0 + $1.shape.reduce(1, *) }
      print(
        "optimizer \(optimizer.name) (\(optimizer.kind.text)) updates "
          + updated.map(\.name).joined(separator: " + ") + ": \(Quantity.grouped(count))")
    }
  }

  func printPrograms() {
    for graph in model.programs {
      print(
        "\n" + Terminal.heading("program \(graph.name): ")
          + Quantity.count(graph.nodes.count, "node"))
      let inputs = graph.inputs.compactMap { input -> String? in
        if case .state = input.kind { return nil }
        return "\(input.name) \(graph.type(of: input.value))"
      }
      if !inputs.isEmpty { print("  inputs   " + inputs.joined(separator: ", ")) }
      let outputs = graph.outputs.map { "\($0.name) \(graph.type(of: $0.value))" }
      if !outputs.isEmpty { print("  outputs  " + outputs.joined(separator: ", ")) }
      if graph.name == "train", !model.report.isEmpty {
        print("  reports  " + model.report.joined(separator: ", "))
      }
    }
  }

  func printData() {
    guard !model.data.isEmpty else { return }
    print("\n" + Terminal.heading("data"))
    for draw in model.draws { print("  draw \(draw.name): \(draw.sentence)") }
    for source in model.data { print("  \(source.input): \(source.sentence)") }
  }

  /// Words in lines that fit a terminal.
  private func wrapped(_ words: [String]) -> [String] {
    words.reduce(into: [String]()) { lines, word in
      if let last = lines.last, last.count + word.count < 84 {
        lines[lines.count - 1] = last + " " + word
      } else {
        lines.append(word)
      }
    }
  }
}

extension Draw {
  /// Which pictures it takes.
  var sentence: String {
    switch rule {
    case .epochs: "pictures in shuffled epochs"
    case .balanced: "pictures of every class equally often"
    case .related(let other, .same): "other pictures of the classes of '\(other)'"
    case .related(let other, .other): "pictures of other classes than those of '\(other)'"
    case .related(let other, .any): "any pictures, whatever those of '\(other)'"
    }
  }
}

extension DataSource {
  /// What a data set must supply, and what is done with it.
  var sentence: String {
    draw == Draw.sample ? content.sentence : "\(content.sentence), of the draw '\(draw)'"
  }
}

extension DataSource.Content {
  fileprivate var sentence: String {
    switch self {
    case .images(let transform):
      return transform.sentence
    case .embeddings(let count, let slice):
      let numbers = slice.map { ", its first \($0) numbers" } ?? ""
      return count == 1
        ? "the embedding of one caption, chosen at random\(numbers)"
        : "the mean of \(count) caption embeddings, chosen at random\(numbers)"
    case .labels(let classes):
      return classes.map { "labels of \($0) classes" } ?? "labels"
    }
  }
}

extension ImageTransform {
  fileprivate var sentence: String {
    var steps = ["pictures"]
    if let resizedCrop {
      steps.append(
        "parts of \(resizedCrop.minimumScale) to \(resizedCrop.maximumScale) of their area with "
          + "probability \(resizedCrop.probability)")
    }
    if let resize { steps.append("resized to \(resize) x \(resize)") }
    if let randomCrop { steps.append("cropped to \(randomCrop) x \(randomCrop) at random") }
    if horizontalFlip { steps.append("mirrored at random") }
    steps.append("from \(low) to \(high)")
    return steps.joined(separator: ", ")
  }
}
