import ArgumentParser
import Training

extension DataSets {
  /// `planform data fashion-mnist`.
  struct Fashion: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "fashion-mnist",
      abstract: "Builds a data set of photographs of clothing, labelled by kind.",
      discussion: """
        The pictures come from the Debian package \(FashionImporter.package). The kinds are
        \(FashionImporter.kinds.joined(separator: ", ")).

        Example:
          planform data fashion-mnist -o shoes.safetensors --classes sandal,sneaker,ankle-boot
        """)

    @OptionGroup var target: TargetOptions

    @Option(help: ArgumentHelp("Kinds, separated by commas; label 0 first.", valueName: "kind,..."))
    var classes = FashionImporter.kinds.joined(separator: ",")

    @Option(help: ArgumentHelp("Side of the pictures in pixels.", valueName: "pixels"))
    var size = 32

    @Option(
      help: ArgumentHelp("Pictures of each kind at most; all unless given.", valueName: "n"))
    var count: Int?

    @Option(help: "Which half of the package: 6,000 pictures of each kind to train, 1,000 to test.")
    var split = FashionImporter.Split.train

    func run() throws {
      var importer = FashionImporter()
      importer.classes = classes.commaSeparated
      importer.size = size
      importer.countPerClass = count
      importer.split = split
      importer.embeddingDimension = target.dimension
      target.report(try importer.write(to: target.output))
    }
  }
}

extension FashionImporter.Split: ExpressibleByArgument {}
