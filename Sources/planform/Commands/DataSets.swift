import ArgumentParser
import Foundation
import Training

/// `planform data`: builds and inspects data sets.
struct DataSets: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data", abstract: "Builds and inspects data sets.",
    subcommands: [Emoji.self, Pictures.self, Sheet.self])

  /// `planform data emoji`.
  struct Emoji: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Builds a data set of emoji with their names and keywords as captions.",
      discussion: """
        The pictures come from the Debian package \(EmojiImporter.package).

        Example:
          planform data emoji -o emoji.safetensors --groups "Food & Drink"
        """)

    @OptionGroup var target: TargetOptions

    @Option(help: ArgumentHelp("Side of the pictures in pixels.", valueName: "pixels"))
    var size = 72

    @Option(
      help: ArgumentHelp("Unicode's groups, separated by commas.", valueName: "group,..."))
    var groups = EmojiImporter.defaultGroups.joined(separator: ",")

    @Option(help: ArgumentHelp("Captions for each picture.", valueName: "n"))
    var captions = 4

    func run() throws {
      var importer = EmojiImporter()
      importer.size = size
      importer.groups = groups.split(separator: ",").map {
        $0.trimmingCharacters(in: .whitespaces)
      }
      importer.captionsPerPicture = captions
      importer.embeddingDimension = target.dimension
      target.report(try importer.write(to: target.output))
    }
  }

  /// `planform data folder`.
  struct Pictures: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "folder",
      abstract: "Builds a data set of the PNG and JPEG pictures below a folder.",
      discussion: """
        Captions stand in the folder's captions.tsv (PICTURE<TAB>CAPTION), in its captions.json, or in text files named
        like the pictures; without any, the names of the first folders serve, which are the labels too.

        Example:
          planform data folder birds -o birds.safetensors --size 76
        """)

    enum Fit: String, CaseIterable, ExpressibleByArgument { case crop, stretch }

    @Argument(help: "The folder.", completion: .directory)
    var folder: String

    @OptionGroup var target: TargetOptions

    @Option(help: ArgumentHelp("Side of the pictures in pixels.", valueName: "pixels"))
    var size = 76

    @Option(help: "What happens to pictures that are not square.")
    var fit = Fit.crop

    @Option(
      help: ArgumentHelp(
        "A table of captions or a folder of text files.", valueName: "path"), completion: .file())
    var captions: String?

    @Option(
      help: ArgumentHelp(
        "A .npy or safetensors file of embeddings [pictures, captions, dimension] by path order.",
        valueName: "file"), completion: .file(extensions: ["npy", "safetensors"]))
    var embeddings: String?

    func run() throws {
      var importer = FolderImporter(folder: folder, size: size)
      importer.fit = fit == .crop ? .crop : .stretch
      importer.captions = captions
      importer.embeddings = embeddings
      importer.embeddingDimension = target.dimension
      target.report(try importer.write(to: target.output))
    }
  }

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
      if dataSet.labels != nil {
        let named = dataSet.classes.isEmpty ? "" : ": " + dataSet.classes.joined(separator: ", ")
        print("\(Quantity.count(dataSet.classes.count, "label"))\(named)")
      }
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
  }
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
