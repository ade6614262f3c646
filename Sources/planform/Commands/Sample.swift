import ArgumentParser
import Plan
import Runtime
import Training

/// `planform sample`: pictures for captions.
struct Sample: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Draws pictures for captions with trained weights.",
    discussion: """
      With --data and no --text, captions spread over the data set are drawn, each with the real picture beside it.

      Examples:
        planform sample emoji.plan --weights run/checkpoint.safetensors --text "a red apple" -o out.png
        planform sample emoji.plan --weights run/checkpoint.safetensors --data emoji.safetensors -o out.png
      """)

  @OptionGroup var source: PlanArgument

  @Option(
    help: ArgumentHelp("A checkpoint or weights file.", valueName: "file"),
    completion: .file(extensions: ["safetensors"]))
  var weights: String

  @Option(
    name: .customLong("text"),
    help: ArgumentHelp("What to draw; may be repeated.", valueName: "caption"))
  var texts: [String] = []

  @Option(
    name: .customLong("label"),
    help: ArgumentHelp("The class to draw, for models with labels.", valueName: "n"))
  var labels: [Int64] = []

  @Option(
    help: ArgumentHelp("Take captions from this data set.", valueName: "file"),
    completion: .file(extensions: ["safetensors"]))
  var data: String?

  @Option(help: ArgumentHelp("Captions to take from the data set.", valueName: "n"))
  var captions = 16

  @Option(help: ArgumentHelp("Pictures for each caption.", valueName: "n"))
  var count = 1

  @Option(help: "Seed of the noise.")
  var seed: UInt64 = 0

  @Option(help: ArgumentHelp("The program that draws.", valueName: "name"))
  var program = "sample"

  @Option(
    name: [.short, .long], help: ArgumentHelp("Where the picture goes.", valueName: "out.png"),
    completion: .file(extensions: ["png"]))
  var output: String

  @OptionGroup var threads: ThreadOptions

  func validate() throws {
    guard 1...4096 ~= count else {
      throw ValidationError("--count: expected 1 to 4096, found \(count)")
    }
    guard 1...4096 ~= captions else {
      throw ValidationError("--captions: expected 1 to 4096, found \(captions)")
    }
    let given = [!texts.isEmpty, !labels.isEmpty, data != nil].count { $0 }
    guard given < 2 else {
      throw ValidationError("--text, --label and --data exclude each other")
    }
  }

  func run() throws {
    threads.apply()
    let plan = try source.load()
    let sampler = try Sampler(plan: plan, weights: weights, program: program)
    if let data {
      try drawn(from: DataSet.open(path: data), by: sampler).write(to: output)
    } else {
      let samples = try sampler.draw(try requests(for: sampler), count: count, seed: seed)
      try samples.grid(columns: count > 1 ? count : nil).write(to: output)
    }
    print(output)
  }

  private func requests(for sampler: Sampler) throws -> [Sampler.Request] {
    if !labels.isEmpty { return labels.map { Sampler.Request(label: $0) } }
    guard !texts.isEmpty || !sampler.usesText else {
      throw ValidationError("say what to draw by --text, or take captions by --data")
    }
    return texts.isEmpty ? [Sampler.Request()] : texts.map { Sampler.Request(text: $0) }
  }

  /// Captions spread evenly over a data set, their drawn pictures and the real one.
  private func drawn(from dataSet: DataSet, by sampler: Sampler) throws(RuntimeError) -> Picture {
    let shown = min(captions, dataSet.count)
    let indices = (0..<shown).map { $0 * dataSet.count / shown }
    let requests = indices.map { index in
      Sampler.Request(
        text: dataSet.captions(at: index)[0], label: dataSet.labels?[index] ?? 0)
    }
    let samples = try sampler.draw(requests, count: count, seed: seed)
    var pictures: [Picture] = []
    var labels: [String] = []
    for (position, index) in indices.enumerated() {
      let own = samples[position * count..<(position + 1) * count].map(\.picture)
      let real = dataSet.picture(at: index)
      pictures += own
      labels += own.map { _ in requests[position].text }
      pictures.append(
        own.first.map { real.resized(width: $0.width, height: $0.height) } ?? real)
      labels.append("(real)")
    }
    let groups = max(1, 8 / (count + 1))
    return PictureGrid(pictures, captions: labels, columns: groups * (count + 1)).drawn()
  }
}
