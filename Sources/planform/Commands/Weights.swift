import ArgumentParser
import Plan
import Runtime
import Training

/// `planform weights`: exchange with other programs.
struct Weights: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Exchanges weights with other programs and lists what files hold.",
    subcommands: [Import.self, Export.self, List.self])

  /// `planform weights import`.
  struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Renames and turns another program's tensors into ours.",
      discussion: """
        With --plan, shapes are checked, and every parameter that the file lacks is listed.

        Example:
          planform weights import --from netG.safetensors --map graphs/stackgan/stage1.pytorch.yaml \\
            --plan stage1.plan -o weights.safetensors
        """)

    @OptionGroup var transfer: TransferOptions

    func run() throws {
      try transfer.run { map, file, prefix, plan throws(RuntimeError) in
        try map.imported(from: file, prefix: prefix, for: plan)
      }
    }
  }

  /// `planform weights export`.
  struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Renames and turns our tensors into another program's.",
      discussion: """
        Example:
          planform weights export --from run/checkpoint.safetensors \\
            --map graphs/stackgan/stage1.pytorch.yaml -o pytorch.safetensors
        """)

    @OptionGroup var transfer: TransferOptions

    func run() throws {
      try transfer.run { map, file, prefix, plan throws(RuntimeError) in
        try map.exported(from: file, prefix: prefix, for: plan)
      }
    }
  }

  /// `planform weights show`.
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show",
      abstract: "Lists the tensors of a safetensors file with mean and extremes.",
      discussion: """
        Example:
          planform weights show run/checkpoint.safetensors
        """)

    @Argument(help: "The file.", completion: .file(extensions: ["safetensors"]))
    var file: String

    func run() throws {
      let content = try SafetensorsFile.read(path: file)
      for (key, value) in content.metadata.sorted(by: { $0.key < $1.key }) {
        print("\(key): \(value.prefix(80))")
      }
      var table = TextTable(
        [.left, .left, .right, .right, .right],
        header: ["tensor", "type", "least", "mean", "greatest"],
        indentation: 0)
      var count = 0
      for name in content.names {
        let stored = try content.stored(name)
        let numbers = try content.tensor(name).floats
        count += numbers.count
        table.append(
          [name, stored.element.rawValue + Quantity.shape(stored.shape)]
            + statistics(of: numbers))
      }
      table.print()
      print("\(Quantity.count(content.names.count, "tensor")), \(Quantity.count(count, "number"))")
    }

    private func statistics(of numbers: [Float]) -> [String] {
      guard let least = numbers.min(), let greatest = numbers.max() else { return [] }
      let mean = numbers.reduce(0.0) { $0 + Double($1) } / Double(numbers.count)
      return [Double(least), mean, Double(greatest)].map(Quantity.scientific)
    }
  }
}

/// What both directions of an exchange need.
struct TransferOptions: ParsableArguments {
  typealias Move = (WeightMap, SafetensorsFile, String, Plan?) throws(RuntimeError) ->
    WeightMap.Outcome

  @Option(
    help: ArgumentHelp("The tensors to be moved.", valueName: "file"),
    completion: .file(extensions: ["safetensors"]))
  var from: String

  @Option(
    help: ArgumentHelp("The map of names.", valueName: "map.yaml"),
    completion: .file(extensions: ["yaml"]))
  var map: String

  @Option(help: ArgumentHelp("What their names begin with besides the map's.", valueName: "text"))
  var prefix = ""

  @Option(
    help: ArgumentHelp("The plan that the weights are for.", valueName: "x.plan"),
    completion: .file(extensions: ["plan"]))
  var plan: String?

  @Option(
    name: [.short, .long],
    help: ArgumentHelp("Where the tensors go.", valueName: "file"),
    completion: .file(extensions: ["safetensors"]))
  var output: String

  @Flag(help: "Fail if any tensor is missing, unexpected or wrongly shaped; write nothing then.")
  var strict = false

  /// Moves the tensors, lists what became of them, and writes those that arrived.
  func run(_ move: Move) throws {
    let target = try plan.map { try Plan(reading: $0) }
    let outcome = try move(
      WeightMap(reading: map, parameters: target?.parameters), SafetensorsFile.read(path: from),
      prefix, target)
    print(outcome.report)
    if strict, !outcome.report.isExact {
      throw RuntimeError(
        .invalid, "'\(from)' does not fit, and --strict was given; nothing written")
    }
    guard !outcome.tensors.isEmpty else {
      throw RuntimeError(.invalid, "no tensor of '\(from)' fits '\(map)'; nothing written")
    }
    try SafetensorsFile.write(outcome.tensors, to: output)
  }
}
