import ArgumentParser
import Plan
import Runtime
import Training

/// `planform sample`: pictures from trained weights, as a list or in rows and columns.
struct Sample: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Draws pictures with trained weights.",
    discussion: """
      --input NAME=VALUE gives an input of the program; with several values it makes a list. --rows and --columns let
      an input change from row to row or from column to column; several inputs in one direction change together.
      What nobody gives comes from the data set, as the plan's data section says.

        texts     a caption as it stands
        classes   3, 0-9, or names of the data set's classes: sneaker,boot
        pictures  a PNG or JPEG file, or a folder of them
        numbers   0.5, 0,0.5,1, 0:1:8 (eight from 0 to 1), 1*10 (ten times), sigmoid(-5:4.5:20)
        any       data, data:3, data:0-7, data:0,5,9: pictures of the data set by position
        seed      as an input: the noise; 3~9:8 goes from the noise of seed 3 to that of seed 9 in eight steps

      In a list every picture has noise of its own: the first has that of the seed, the second the next, and so on. In
      rows and columns all cells have the noise of the seed, unless 'seed' changes; --count draws each cell with the
      next noises, too. A cell looks the same on every sheet. A program with several outputs of pictures has them drawn
      one above the other.

      Examples:
        planform sample emoji.plan --weights W --text "a red apple" --text "a green apple" -o out.png
        planform sample emoji.plan --weights W --data emoji.safetensors -o out.png
        planform sample emoji.plan --weights W --rows text="a red apple" --columns seed=0:7:8 -o out.png
        planform sample emoji.plan --weights W --program interpolate_text --input text="a red apple" \\
          --input other="a green apple" --columns alpha=0:1:8 -o strip.png --frames frames
        planform sample faces.plan --weights W --program reference --rows source=photos --columns reference=styles \\
          --input target=1 -o matrix.png
      """)

  @OptionGroup var source: PlanArgument

  @Option(
    help: ArgumentHelp("A checkpoint or weights file.", valueName: "file"),
    completion: .file(extensions: ["safetensors"]))
  var weights: String

  @Option(
    name: .customLong("input"),
    help: ArgumentHelp("A value of an input; may be repeated.", valueName: "name=value"))
  var inputs: [String] = []

  @Option(
    help: ArgumentHelp("Values of an input, one a row; may be repeated.", valueName: "name=value"))
  var rows: [String] = []

  @Option(
    help: ArgumentHelp(
      "Values of an input, one a column; may be repeated.", valueName: "name=value"))
  var columns: [String] = []

  @Option(
    name: .customLong("text"),
    help: ArgumentHelp(
      "Short for --input, where one input takes texts; may be repeated.", valueName: "caption"))
  var texts: [String] = []

  @Option(
    name: .customLong("label"),
    help: ArgumentHelp("Short for --input, where one input takes classes.", valueName: "class"))
  var labels: [String] = []

  @Option(
    help: ArgumentHelp("Take what is not given, and classes' names, from it.", valueName: "file"),
    completion: .file(extensions: ["safetensors"]))
  var data: String?

  @Option(
    help: ArgumentHelp(
      "Pictures to take from the data set, 16 in a list, 4 in a direction.", valueName: "n"))
  var captions: Int?

  @Option(help: ArgumentHelp("Pictures for each cell, with other noise.", valueName: "n"))
  var count = 1

  @Option(help: "Seed of the noise.")
  var seed: UInt64 = 0

  @Option(help: ArgumentHelp("The program that draws.", valueName: "name"))
  var program = "sample"

  @Option(
    help: ArgumentHelp(
      "The numbers that are black and white; else the data section says.", valueName: "low,high"))
  var range: String?

  @Option(
    name: [.short, .long], help: ArgumentHelp("Where the sheet goes.", valueName: "out.png"),
    completion: .file(extensions: ["png"]))
  var output: String?

  @Option(
    help: ArgumentHelp("Write each cell into a file of this folder.", valueName: "folder"),
    completion: .directory)
  var frames: String?

  @Option(
    help: ArgumentHelp("Write the numbers as they were drawn.", valueName: "file"),
    completion: .file(extensions: ["safetensors"]))
  var tensor: String?

  @OptionGroup var threads: ThreadOptions

  func validate() throws {
    guard 1...Sheet.maximumCells ~= count else {
      throw ValidationError("--count: expected 1 to \(Sheet.maximumCells), found \(count)")
    }
    if let captions, !(1...Sheet.maximumCells ~= captions) {
      throw ValidationError("--captions: expected 1 to \(Sheet.maximumCells), found \(captions)")
    }
    guard output != nil || frames != nil || tensor != nil else {
      throw ValidationError("say where the pictures go by --output, --frames or --tensor")
    }
    _ = try limits
  }

  func run() throws {
    threads.apply()
    let plan = try source.loadToRun()
    let sampler = try Sampler(plan: plan, weights: weights, program: program)
    let dataSet = try data.map { path throws(RuntimeError) in try DataSet.open(path: path) }
    let sheet = try SheetPlanner(request, for: sampler, of: plan, data: dataSet).sheet()
    let drawn = try DrawnSheet(sheet, by: sampler, of: plan, range: limits)
    for notice in drawn.notices { Terminal.printError("planform: note: \(notice)") }
    if let frames {
      try drawn.writeFrames(to: frames)
      print(frames)
    }
    if let tensor {
      try drawn.writeTensors(to: tensor)
      print(tensor)
    }
    if let output {
      try picture(of: drawn, sampler.program.size, plan, dataSet).write(to: output)
      print(output)
    }
  }

  private var request: SheetRequest {
    get throws {
      var request = SheetRequest()
      request.given = try assignments("--input", inputs) + texts.map { .text($0) }
      request.given += labels.map { .label($0) }
      request.rows = try assignments("--rows", rows)
      request.columns = try assignments("--columns", columns)
      request.seed = seed
      request.count = count
      request.spread = captions
      return request
    }
  }

  private func assignments(
    _ flag: String, _ texts: [String]
  ) throws -> [SheetRequest.Assignment] {
    try texts.map { text in
      do {
        return try SheetRequest.Assignment(parsing: text)
      } catch {
        throw ValidationError("\(flag): \(error)")
      }
    }
  }

  private var limits: (low: Double, high: Double)? {
    get throws {
      guard let range else { return nil }
      let numbers = range.split(separator: ",").map { Double($0) }
      guard numbers.count == 2, let low = numbers[0], let high = numbers[1], low.isFinite,
        high.isFinite, low < high
      else { throw ValidationError("--range: expected LOW,HIGH such as 0,1, found '\(range)'") }
      return (low, high)
    }
  }

  /// The sheet, captions of the data set beside their real pictures.
  private func picture(
    of drawn: DrawnSheet, _ size: (width: Int, height: Int), _ plan: Plan, _ dataSet: DataSet?
  ) throws(RuntimeError) -> Picture {
    guard let dataSet else { return try drawn.picture() }
    let view = try? TrainingView(of: dataSet, size: size, sources: plan.data)
    return try drawn.picture { index throws(RuntimeError) in
      try view?.picture(at: index, of: dataSet)
        ?? dataSet.picture(at: index).resized(width: size.width, height: size.height)
    }
  }
}
