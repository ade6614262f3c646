import ArgumentParser
import Training

extension DataSets {
  /// `planform data show`.
  struct Sheet: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show",
      abstract: "Describes a data set and draws a contact sheet.",
      discussion: """
        Example:
          planform data show emoji.safetensors -o sheet.png --count 64
        """)

    @Argument(help: "The data set.", completion: .file(extensions: ["safetensors"]))
    var data: String

    @Option(
      name: [.short, .long],
      help: ArgumentHelp(
        "Where the sheet goes; none is drawn unless given.", valueName: "sheet.png"),
      completion: .file(extensions: ["png"]))
    var output: String?

    @Option(help: ArgumentHelp("Pictures on the sheet.", valueName: "n"))
    var count = 48

    @Option(help: ArgumentHelp("Pictures in a row.", valueName: "n"))
    var columns = 8

    func validate() throws {
      guard 1...65_536 ~= count, 1...1024 ~= columns else {
        throw ValidationError("--count and --columns: expected at least 1 and at most 1024 columns")
      }
    }

    func run() throws {
      let dataSet = try DataSet.open(path: data)
      print(
        "\(Quantity.count(dataSet.count, "picture")) of \(dataSet.imageSize.width) x "
          + "\(dataSet.imageSize.height), \(Quantity.count(dataSet.captionsPerPicture, "caption")) each, "
          + "embedded in \(dataSet.embeddingDimension) dimensions by '\(dataSet.embedding)'")
      for line in parts(of: dataSet) { print(line) }
      for index in 0..<min(3, dataSet.count) {
        print("  \(index): " + dataSet.captions(at: index).joined(separator: " | "))
      }
      guard let output else { return }
      var sheet = ContactSheet()
      sheet.count = count
      sheet.columns = columns
      try sheet.drawn(dataSet).write(to: output)
      print(output)
    }

    /// The split, the classes with their counts, and the pairs, as far as there are any.
    private func parts(of dataSet: DataSet) -> [String] {
      var lines = dataSet.split.map { ["split: \($0)"] } ?? []
      if let labels = dataSet.labels {
        let counts = Dictionary(grouping: labels) { $0 }.mapValues(\.count)
        let named = (0..<dataSet.classCount).map { label in
          let name = dataSet.classes.isEmpty ? "\(label)" : dataSet.classes[label]
          return "\(name) (\(counts[Int64(label)] ?? 0))"
        }
        lines.append(
          "\(dataSet.classCount == 1 ? "1 class" : "\(dataSet.classCount) classes"): "
            + named.joined(separator: ", "))
      }
      if let pairs = dataSet.pairs {
        let shared = Dictionary(grouping: pairs) { $0 }.values.filter { $0.count > 1 }
        lines.append("\(Quantity.count(shared.count, "thing")) shown by several pictures")
      }
      return lines
    }
  }
}
