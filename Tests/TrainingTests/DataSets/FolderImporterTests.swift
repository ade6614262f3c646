import Foundation
import Runtime
import Testing

@testable import Training

#if PICTURES
  @Suite struct FolderImporterTests {
    private let folder: TemporaryFolder
    private let target: String

    init() throws {
      folder = try TemporaryFolder()
      target = folder.file("out.safetensors")
    }

    @Test func `text files beside the pictures are captions`() throws {
      try picture("in/a.png", red: 10)
      try picture("in/b.png", red: 20)
      try folder.write("first\n\n second \n", to: "in/a.txt")
      try folder.write("third", to: "in/b.txt")
      #expect(try importer().write(to: target) == 2)
      let dataSet = try DataSet.open(path: target)
      #expect(dataSet.captions(at: 0) == ["first", "second"])
      #expect(dataSet.captions(at: 1) == ["third", "third"])
      #expect(dataSet.labels == nil && dataSet.imageSize == (4, 4))
      #expect(dataSet.picture(at: 1)[0, 0] == (20, 0, 0))
      #expect(dataSet.embedding(at: 0, caption: 1) == TextEmbedding(dimension: 256).embed("second"))
    }

    @Test func `sub-folders are labels and name pictures without captions`() throws {
      try picture("in/002.Black_bird/x.png", red: 1)
      try picture("in/001.Red_bird/y.png", red: 2)
      #expect(try importer().write(to: target) == 2)
      let dataSet = try DataSet.open(path: target)
      #expect(dataSet.classes == ["001.Red_bird", "002.Black_bird"])
      #expect(dataSet.labels == [0, 1])
      #expect(dataSet.captions(at: 0) == ["001 red bird"])
    }

    @Test func `tables of captions are read`() throws {
      try picture("in/a.png", red: 10)
      try folder.write("a.png\tone\na.png\ttwo\n", to: "in/captions.tsv")
      _ = try importer().write(to: target)
      #expect(try DataSet.open(path: target).captions(at: 0) == ["one", "two"])
      try folder.write("{\"a.png\": [\"three\"]}", to: "c.json")
      var fromJSON = importer()
      fromJSON.captions = folder.file("c.json")
      _ = try fromJSON.write(to: target)
      #expect(try DataSet.open(path: target).captions(at: 0) == ["three"])
    }

    @Test func `all broken pictures are listed and nothing is written`() throws {
      for name in ["a", "b", "c"] { try folder.write("caption", to: "in/\(name).txt") }
      try picture("in/a.png", red: 10)
      try folder.write("no picture", to: "in/b.png")
      try folder.write([0xFF, 0xD8, 0xFF, 0xE0], to: "in/c.jpg")
      let error = #expect(throws: RuntimeError.self) { try importer().write(to: target) }
      let text = error?.description ?? ""
      #expect(text.hasPrefix("2 of 3 pictures below '\(folder.file("in"))' cannot be read"))
      #expect(text.contains("in/b.png': expected a PNG or JPEG picture"))
      #expect(text.contains("in/c.jpg': broken JPEG"))
      #expect(try folder.names == ["in"])
    }

    @Test func `pictures without captions are listed`() throws {
      try picture("in/a.png", red: 10)
      let error = #expect(throws: RuntimeError.self) { try importer().write(to: target) }
      #expect(error?.description.contains("'a.png' has no caption") == true)
    }

    @Test func `embeddings may be brought along`() throws {
      try picture("in/a.png", red: 10)
      try folder.write("caption", to: "in/a.txt")
      var importer = importer()
      importer.embeddings = folder.file("e.safetensors")
      let vectors = HostTensor(shape: [1, 1, 3], [1, 2, 3] as [Float])
      try SafetensorsFile.write([("embeddings", vectors)], to: folder.file("e.safetensors"))
      _ = try importer.write(to: target)
      #expect(try DataSet.open(path: target).embedding(at: 0, caption: 0) == [1, 2, 3])
      let wrong = HostTensor(shape: [2, 3], [1, 2, 3, 4, 5, 6] as [Float])
      try SafetensorsFile.write([("embeddings", wrong)], to: folder.file("e.safetensors"))
      let error = #expect(throws: RuntimeError.self) { try importer.write(to: target) }
      #expect(error?.description.contains("expected embeddings of shape [1, captions, ") == true)
    }

    @Test func `missing folders are named`() throws {
      let error = #expect(throws: RuntimeError.self) { try importer().write(to: target) }
      #expect(error?.kind == .missing)
      #expect(error?.description.contains(folder.file("in")) == true)
    }

    private func importer() -> FolderImporter { FolderImporter(folder: folder.file("in"), size: 4) }

    private func picture(_ name: String, red: UInt8) throws {
      try folder.write(Picture(width: 6, height: 4, colour: (red, 0, 0)).pngBytes(), to: name)
    }
  }
#endif
