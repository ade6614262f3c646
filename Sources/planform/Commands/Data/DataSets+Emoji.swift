import ArgumentParser
import Training

extension DataSets {
  /// `planform data emoji`.
  struct Emoji: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Builds a data set of emoji with their names and keywords as captions.",
      discussion: """
        The pictures come from the Debian package \(EmojiImporter.package). With several styles each is a class, and
        pictures of the same emoji are pairs; EmojiOne's come from the package ruby-gemojione.

        Examples:
          planform data emoji -o emoji.safetensors --groups "Food & Drink"
          planform data emoji -o styles.safetensors --style noto,emojione --size 64 --groups all
        """)

    @OptionGroup var target: TargetOptions

    @Option(help: ArgumentHelp("Side of the pictures in pixels.", valueName: "pixels"))
    var size = 72

    @Option(
      help: ArgumentHelp(
        "Whose drawings: noto, emojione, or both separated by a comma.", valueName: "style,..."))
    var style = EmojiStyle.noto.rawValue

    @Option(
      help: ArgumentHelp(
        "The folder into which dpkg-deb -x unpacked ruby-gemojione.", valueName: "folder"),
      completion: .directory)
    var emojione = EmojiImporter.defaultRoot

    @Option(
      help: ArgumentHelp("Unicode's groups, separated by commas, or all.", valueName: "group,..."))
    var groups = EmojiImporter.defaultGroups.joined(separator: ",")

    @Option(help: ArgumentHelp("Captions for each picture.", valueName: "n"))
    var captions = 4

    func run() throws {
      var importer = EmojiImporter()
      importer.size = size
      importer.groups = groups.commaSeparated
      importer.styles = try style.commaSeparated.map { name in
        guard let style = EmojiStyle(rawValue: name) else {
          let known = EmojiStyle.allCases.map(\.rawValue).joined(separator: ", ")
          throw ValidationError("--style: expected one or more of \(known), found '\(name)'")
        }
        return style
      }
      importer.emojiOneRoot = emojione
      importer.captionsPerPicture = captions
      importer.embeddingDimension = target.dimension
      target.report(try importer.write(to: target.output))
    }
  }
}
