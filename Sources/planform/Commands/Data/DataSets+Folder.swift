import ArgumentParser
import Training

extension DataSets {
  /// `planform data folder`.
  struct Pictures: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "folder",
      abstract: "Builds a data set of the PNG and JPEG pictures below a folder.",
      discussion: """
        Captions stand in the folder's captions.tsv (PICTURE<TAB>CAPTION), in its captions.json, or in text files named
        like the pictures; without any, the names of the first folders serve, which are the labels too. With --layout
        cub the folder is that of CUB-200-2011: birds are cut out by their bounding boxes, and captions are looked for
        in its text_c10.

        Example:
          planform data folder birds -o birds.safetensors --size 76
        """)

    enum Fit: String, CaseIterable, ExpressibleByArgument { case crop, stretch }

    @Argument(help: "The folder.", completion: .directory)
    var folder: String

    @OptionGroup var target: TargetOptions

    @Option(help: ArgumentHelp("Side of the pictures in pixels.", valueName: "pixels"))
    var size = 76

    @Option(help: "How the folder is ordered.")
    var layout = FolderImporter.Layout.plain

    @Option(help: "What happens to pictures that are not square.")
    var fit = Fit.crop

    @Option(
      help: ArgumentHelp(
        "A table of captions or a folder of text files.", valueName: "path"), completion: .file())
    var captions: String?

    @Option(
      help: ArgumentHelp(
        "Embeddings [pictures, captions, dimension] by path order: .npy, .npz, safetensors, or HDF5.",
        valueName: "file"), completion: .file())
    var embeddings: String?

    func run() throws {
      var importer = FolderImporter(folder: folder, size: size)
      importer.layout = layout
      importer.fit = fit == .crop ? .crop : .stretch
      importer.captions = captions
      importer.embeddings = embeddings
      importer.embeddingDimension = target.dimension
      target.report(try importer.write(to: target.output))
    }
  }
}

extension FolderImporter.Layout: ExpressibleByArgument {}
