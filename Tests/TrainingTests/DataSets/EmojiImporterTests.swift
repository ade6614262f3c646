import Runtime
import Testing

@testable import Training

@Suite struct EmojiImporterTests {
  @Test func `Unicode's list is read`() {
    let list = Emoji.list(
      """
      # group: Food & Drink
      # subgroup: food-fruit
      1F34E                 ; fully-qualified     # 🍎 E0.6 red apple
      1F336 FE0F            ; fully-qualified     # 🌶️ E0.7 hot pepper
      1F336                 ; unqualified         # 🌶 E0.7 hot pepper
      # subgroup: plant-other
      1F415 200D 1F9BA      ; fully-qualified     # 🐕‍🦺 E12.0 service dog
      """)
    #expect(list.map(\.name) == ["red apple", "hot pepper", "service dog"])
    #expect(list.map { $0.key(separator: "_") } == ["1f34e", "1f336", "1f415_200d_1f9ba"])
    #expect(list.map(\.kind) == ["fruit", "fruit", "plant"])
  }

  @Test func `a missing package is named with the command that installs it`() {
    var importer = EmojiImporter()
    importer.root = "/nowhere"
    let error = #expect(throws: RuntimeError.self) { try importer.write(to: "/nowhere/x") }
    #expect(error?.kind == .missing)
    #expect(
      error?.description == "no folder 'tanuki_emoji-*' in '/nowhere'; install the pictures with "
        + "'apt-get install ruby-tanuki-emoji'")
  }

  #if PICTURES
    @Test(.enabled(if: EmojiImporter().isInstalled))
    func `the installed pictures become a data set`() throws {
      let folder = try TemporaryFolder()
      let path = folder.file("emoji.safetensors")
      var importer = EmojiImporter()
      importer.size = 40
      #expect(try importer.write(to: path) == 196)
      let dataSet = try DataSet.open(path: path)
      #expect(dataSet.count == 196 && dataSet.imageSize == (40, 40))
      #expect(dataSet.captionsPerPicture == 4 && dataSet.embeddingDimension == 256)
      let apple = try #require(
        (0..<dataSet.count).first { dataSet.captions(at: $0)[0] == "red apple" })
      #expect(dataSet.captions(at: apple)[1] == "red apple, fruit")
      #expect(dataSet.classes[Int(dataSet.labels?[apple] ?? 0)] == "food-fruit")
      // The middle is red, the corner white.
      let picture = dataSet.picture(at: apple)
      #expect(picture[20, 24].red > 180 && picture[20, 24].green < 100)
      #expect(picture[0, 0] == (255, 255, 255))
      #expect(
        dataSet.embedding(at: apple, caption: 0) == TextEmbedding(dimension: 256).embed("red apple")
      )
    }
  #endif
}
